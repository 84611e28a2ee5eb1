"""Makes a service of AWS fail on demand. Development only."""

import json
import threading
from dataclasses import dataclass
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

_JSON: Final = ("dynamodb", "logs", "ssm")
_QUERY: Final = ("sns",)
_SERVER_ERROR: Final = 500


class CannotFailError(Exception):
    """The errors of this service are not known here."""


@dataclass(frozen=True, slots=True)
class Outage:
    """How a call fails: the service by its signing name, HTTP `status`, the error's `code`."""

    service: str
    action: str
    status: int
    code: str

    def response(self) -> Response:
        """The answer in the service's own protocol."""
        request_id = str(uuid4())
        message = f"{self.action} was told to fail"
        if self.service in _QUERY:
            return Response(self._xml(message, request_id), self.status, content_type="text/xml")
        body = json.dumps({"__type": self.code, "message": message})
        headers = {"x-amzn-RequestId": request_id}
        return Response(body, self.status, headers, content_type="application/x-amz-json-1.0")

    def _xml(self, message: str, request_id: str) -> str:
        kind = "Receiver" if self.status >= _SERVER_ERROR else "Sender"
        return (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(self.code)}</Code>"
            f"<Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )


class Outages:
    """The failures to come, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[Outage, int | None] = {}

    def begin(self, outage: Outage, times: int | None) -> None:
        """Fail the next `times` calls, or all if it is None. Raises `CannotFailError`."""
        if outage.service not in (*_JSON, *_QUERY):
            known = ", ".join(sorted((*_JSON, *_QUERY)))
            raise CannotFailError(f"{outage.service} cannot be made to fail, only: {known}")
        with self._lock:
            self._left[outage] = times

    def end(self) -> None:
        with self._lock:
            self._left.clear()

    def next(self, service: str, action: str) -> Outage | None:
        """How this call fails, if it does."""
        with self._lock:
            for outage, left in self._left.items():
                if (outage.service, outage.action) == (service, action) and left != 0:
                    self._left[outage] = None if left is None else left - 1
                    return outage
        return None
