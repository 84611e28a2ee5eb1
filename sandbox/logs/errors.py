"""The errors of the CloudWatch Logs API, as AWS names them. Development only."""

from typing import Final

_SERVER_ERRORS: Final = {"ServiceUnavailableException", "InternalFailure"}


class LogsApiError(Exception):
    """What the API answers instead of a result: AWS's error code, a message, an HTTP status."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        self.status = 500 if code in _SERVER_ERRORS else 400
        super().__init__(f"{code}: {message}")


class InvalidParameterError(LogsApiError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message)


class ResourceNotFoundError(LogsApiError):
    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


class LimitExceededError(LogsApiError):
    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message)


class MalformedQueryApiError(LogsApiError):
    def __init__(self, message: str) -> None:
        super().__init__("MalformedQueryException", message)
