"""What AWS or the way to it says, as a sentence with what to do. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name; the builtin is not used here
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

AwsError = (BotoCoreError, ClientError)
"""Everything boto3 raises of its own accord."""

_LOG_IN: Final = "log in again, for example by aws sso login, or renew the keys"
_UNKNOWN_KEY: Final = f"AWS does not know these credentials: {_LOG_IN}"
_BY_CODE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ExpiredToken": f"the AWS credentials have expired: {_LOG_IN}",
        "ExpiredTokenException": f"the AWS credentials have expired: {_LOG_IN}",
        "RequestExpired": f"the AWS credentials have expired: {_LOG_IN}",
        "InvalidClientTokenId": _UNKNOWN_KEY,
        "UnrecognizedClientException": _UNKNOWN_KEY,
        "InvalidAccessKeyId": _UNKNOWN_KEY,
        "AuthFailure": _UNKNOWN_KEY,
        "SignatureDoesNotMatch": "the AWS secret key does not fit its access key: check the "
        "credentials, and this machine's clock",
    }
)
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_THROTTLED: Final = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded"})


def sentence(error: BotoCoreError | ClientError) -> str:
    """One sentence, without a full stop; whatever is not known here says what AWS said."""
    if isinstance(error, ClientError):
        return _refusal(error)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            "there are no AWS credentials: set AWS_PROFILE, or log in by aws configure or "
            "aws sso login"
        )
    if isinstance(error, UnauthorizedSSOTokenError | SSOTokenLoadError | TokenRetrievalError):
        return f"the AWS login has expired: {_LOG_IN}"
    if isinstance(error, ProfileNotFound | CredentialRetrievalError):
        return f"the AWS credentials cannot be read: {_in_one_line(error)}"
    if isinstance(error, ConnectionError | HTTPClientError):
        return f"AWS cannot be reached: {_in_one_line(error)}; check the region and the network"
    return f"AWS cannot be asked: {_in_one_line(error)}"


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _refusal(error: ClientError) -> str:
    message = str(error.response.get("Error", {}).get("Message", "")).rstrip(".")
    if known := _BY_CODE.get(code(error)):
        return known
    if code(error) in _DENIED:
        return f"you may not do {error.operation_name}: {message or 'AWS denies access'}"
    if code(error) in _THROTTLED:
        return f"AWS is too busy for {error.operation_name}: try again in a minute"
    return f"AWS refuses {error.operation_name}: {message or code(error)}"


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
