"""What is compared: ways to sample a server once, each with a connection of its own."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pg8000.native

from functions.check_replication.probe import sample, sample_publisher
from functions.check_replication.targets import Login
from local.postgres.pair import DATABASE, MONITOR, MONITOR_PASSWORD
from local.trials import baseline

_MAX_LAG_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a server; `trust` None is one without TLS, else the server is verified in full."""

    host: str
    port: int
    trust: ssl.SSLContext | None = None

    def login(self) -> Login:
        """For the monitor, which trusts what the environment's SSL_CERT_FILE says."""
        sslmode = "disable" if self.trust is None else "verify-full"
        return Login(self.host, MONITOR, DATABASE, port=self.port, sslmode=sslmode)

    def connect(self) -> pg8000.native.Connection:
        return pg8000.native.Connection(
            MONITOR,
            host=self.host,
            port=self.port,
            password=MONITOR_PASSWORD,
            database=DATABASE,
            ssl_context=self.trust or False,
        )


@dataclass(frozen=True, slots=True)
class Contender:
    """`run` connects, samples once and disconnects."""

    name: str
    run: Callable[[Route], object]
    on_publisher: bool = False


def _bare(route: Route) -> None:
    with route.connect() as connection:
        connection.run("SELECT 1")


BARE: Final = Contender("connect, SELECT 1", _bare)
PROBE: Final = Contender(
    "probe, subscriber", lambda route: sample(route.login(), MONITOR_PASSWORD, _MAX_LAG_SECONDS)
)
CONTENDERS: Final = (
    BARE,
    PROBE,
    Contender(
        "probe, publisher",
        lambda route: sample_publisher(route.login(), MONITOR_PASSWORD),
        on_publisher=True,
    ),
    Contender("baseline", lambda route: baseline.check(route.connect)),
)
