"""boto3 clients for one endpoint, safe to ask for from any thread. Development only."""

import threading
from functools import cache
from typing import Any, Final

from boto3.session import Session
from botocore.config import Config

ACCESS_KEY: Final = "local"
_CONFIG: Final = Config(
    retries={"total_max_attempts": 1},
    max_pool_connections=50,
    proxies={},
    user_agent="local",  # botocore's own is put together anew for every request
)
_MAKING_A_CLIENT: Final = threading.Lock()


class BotoClients:
    """One client per service, region and caller, with made-up credentials, no retries, no proxy.

    The caller's name is its access key id, by which the gateway tells calls apart.
    """

    def __init__(self, endpoint_url: str, config: Config | None = None) -> None:
        self._endpoint_url = endpoint_url
        self._config = _CONFIG.merge(config or Config())
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, region: str, caller: str = ACCESS_KEY) -> Any:  # noqa: ANN401  boto3 makes the class as it runs
        with _MAKING_A_CLIENT:
            key = (service, region, caller)
            if key not in self._clients:
                self._clients[key] = _session().client(  # type: ignore[call-overload]  # the service is known as it runs
                    service,
                    region,
                    endpoint_url=self._endpoint_url,
                    config=self._config,
                    aws_access_key_id=caller,
                    aws_secret_access_key=ACCESS_KEY,
                )
            return self._clients[key]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@cache
def _session() -> Session:
    """One for all, because it keeps the services' models it has read."""
    return Session()
