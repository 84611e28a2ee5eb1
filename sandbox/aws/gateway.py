"""One URL for all of AWS: our Lambda and Logs Insights in front, moto behind. Development only."""

import base64
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Protocol, Self
from uuid import uuid4

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox.aws.fake_functions import FakeFunctions
from sandbox.aws.functions import Functions, InvocationRefusedError, InvocationResult
from sandbox.aws.json_types import JsonObject
from sandbox.aws.outages import Outage, Outages
from sandbox.logs.errors import LogsApiError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

_INVOKE = re.compile(r"^/2015-03-31/functions/(?P<function>[^/]+)/invocations$")
_FUNCTION_NAME = re.compile(
    r"^(?:(?:arn:[^:]+:lambda:[^:]+:)?\d{12}:function:)?(?P<name>[^:]+)(?::[^:]+)?$"
)
_CREDENTIAL_SCOPE = re.compile(r"Credential=(?P<caller>[^/]+)/\d+/[^/]+/(?P<service>[^/]+)/")
_LOGS = "Logs_20140328."
_LOOK_AT_CLOSED_SECONDS = 0.02
_JSON = "application/x-amz-json-1.1"


class Queries(Protocol):
    """CloudWatch Logs Insights: AWS's own keys in and out. Raises `LogsApiError`."""

    def start_query(self, request: JsonObject) -> JsonObject: ...

    def get_query_results(self, request: JsonObject) -> JsonObject: ...

    def stop_query(self, request: JsonObject) -> JsonObject: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived: the service by its signing name, the action or path, UTC time.

    `caller` is the access key id, which names the role that called; `body` is as it was sent.
    """

    service: str
    action: str
    at: datetime
    caller: str = ""
    body: bytes = b""


class Gateway:
    """Serves AWS on a free port of 127.0.0.1 inside a `with` block.

    `calls` holds every request so far. Without `queries`, Logs Insights is moto's own.
    """

    def __init__(self, queries: Queries | None = None) -> None:
        self.queries = queries
        self.functions: Functions = FakeFunctions({})
        self.calls: list[Call] = []
        self._outages = Outages()
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto reads its own directory for every request to find this out
        self._moto.get_backend_for_host = cache(self._moto.get_backend_for_host)
        self._server = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=_QuietHandler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_AT_CLOSED_SECONDS,), daemon=True
        )

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def fail(
        self, service: str, action: str, *, status: int, code: str, times: int | None = None
    ) -> None:
        """Answer the next `times` calls of `action` with an error, or all until `restore`.

        `service` is the signing name. Raises `CannotFailError` for one whose errors are not known.
        """
        self._outages.begin(Outage(service, action, status, code), times)

    def restore(self) -> None:
        """Let every service work again."""
        self._outages.end()

    def _answer(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        environ["wsgi.input"] = BytesIO(request.get_data())
        call = _call(request)
        self.calls.append(call)
        outage = self._outages.next(call.service, call.action)
        if outage is not None:
            return outage.response()(environ, start_response)
        invoke = _INVOKE.match(request.path)
        if request.method == "POST" and invoke:
            return self._invoke(invoke["function"], request)(environ, start_response)
        query = self._query_operation(request.headers.get("X-Amz-Target", ""))
        if query is not None:
            return _query_response(query, request)(environ, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _invoke(self, function: str, request: Request) -> Response:
        named = _FUNCTION_NAME.match(function)
        name = named["name"] if named else function
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        payload = request.get_data()
        try:
            if kind == "DryRun":
                return Response(status=204)
            if kind == "Event":
                threading.Thread(target=self._invoke_event, args=(name, payload)).start()
                return Response(status=202)
            return _invocation_response(self.functions.invoke(name, payload), request)
        except InvocationRefusedError as error:
            return _refusal(error)

    def _invoke_event(self, name: str, payload: bytes) -> None:
        try:
            self.functions.invoke(name, payload)
        except InvocationRefusedError as error:
            logger.warning("the event for function %s was dropped: %s", name, error)

    def _query_operation(self, target: str) -> Callable[[JsonObject], JsonObject] | None:
        if self.queries is None:
            return None
        return {
            _LOGS + "StartQuery": self.queries.start_query,
            _LOGS + "GetQueryResults": self.queries.get_query_results,
            _LOGS + "StopQuery": self.queries.stop_query,
        }.get(target)


class _QuietHandler(MotoRequestHandler):  # type: ignore[misc]  # moto has no types
    """Serves without a line per request on the terminal."""

    def log_request(self, *_: object) -> None:
        return


def _call(request: Request) -> Call:
    scope = _CREDENTIAL_SCOPE.search(request.headers.get("Authorization", ""))
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    action = target or request.form.get("Action")
    return Call(
        service=scope["service"] if scope else "",
        action=action or f"{request.method} {request.path}",
        at=datetime.now(UTC),
        caller=scope["caller"] if scope else "",
        body=request.get_data(),
    )


def _invocation_response(result: InvocationResult, request: Request) -> Response:
    response = Response(result.payload, 200, content_type="application/json")
    response.headers["X-Amz-Executed-Version"] = "$LATEST"
    if result.function_error:
        response.headers["X-Amz-Function-Error"] = result.function_error
    if request.headers.get("X-Amz-Log-Type") == "Tail":
        response.headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail.encode()).decode()
    return response


def _refusal(error: InvocationRefusedError) -> Response:
    body = json.dumps({"Type": "User", "Message": error.message, "message": error.message})
    response = Response(body, error.status, content_type="application/json")
    response.headers["x-amzn-ErrorType"] = error.code
    response.headers["x-amzn-RequestId"] = str(uuid4())
    return response


def _query_response(operation: Callable[[JsonObject], JsonObject], request: Request) -> Response:
    try:
        return Response(json.dumps(operation(request.get_json(force=True))), content_type=_JSON)
    except LogsApiError as error:
        body = json.dumps({"__type": error.code, "message": error.message})
        headers = {"x-amzn-RequestId": str(uuid4())}
        return Response(body, error.status, headers, content_type=_JSON)
