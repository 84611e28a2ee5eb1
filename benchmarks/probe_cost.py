"""What one sample of a server costs, against a bare connection with `SELECT 1` in the same run.

`python -m benchmarks.probe_cost`, on a healthy pair of PostgreSQL 18. All contenders take turns, so
the machine's mood is the same for each: ratios mean something, milliseconds only here. Over TLS is
how the monitor connects; a login by TLS takes longer, without one a statement weighs more.
"""

import json
import os
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.contenders import BARE, CONTENDERS, PROBE, Contender, Route
from benchmarks.wire import HOST, Conversation, counting_relay
from local.postgres.pair import Pair, start_pair
from sandbox.postgres.certificates import CertificateAuthority
from sandbox.postgres.server import Server
from sandbox.postgres.tls import TlsFront

RESULTS: Final = Path("build/bench.json")
VERSION: Final = "18"
ROUNDS: Final = 150
WARM_UP_ROUNDS: Final = 10
TARGET_RATIO: Final = 1.3

_TLS_HOST: Final = "localhost"

RouteTo = Callable[[Contender], Route]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one sample: median milliseconds and their ratio to the bare connection's; what was sent.

    `statements` and `round_trips` (those of the login included) are of the busiest connection.
    """

    name: str
    tls_ms: float
    tls_ratio: float
    plain_ms: float
    plain_ratio: float
    connections: int
    statements: int
    round_trips: int


def main() -> None:
    console = Console(highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as directory,
        console.status("measuring"),
        start_pair(Path(directory), VERSION, VERSION) as pair,
    ):
        with _by_tls(pair, Path(directory)) as route:
            tls = medians(route)
        plain = medians(lambda one: Route(HOST, _server(pair, one).port))
        costs = [
            _cost(contender, tls, plain, conversations(contender, pair)) for contender in CONTENDERS
        ]
        version = pair.subscriber.version
    _conclude(console, costs, version)


def medians(route: RouteTo) -> dict[str, float]:
    """Seconds a sample takes, by contender; they take turns."""
    times: dict[str, list[float]] = {contender.name: [] for contender in CONTENDERS}
    for round_ in range(-WARM_UP_ROUNDS, ROUNDS):
        for contender in CONTENDERS:
            begin = time.perf_counter()
            contender.run(route(contender))
            if round_ >= 0:
                times[contender.name].append(time.perf_counter() - begin)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def conversations(contender: Contender, pair: Pair) -> list[Conversation]:
    """What one sample says to the server, by connection."""
    with counting_relay(_server(pair, contender).port) as (port, counted):
        contender.run(Route(HOST, port))
    return counted


def table(costs: Sequence[Cost], title: str) -> Table:
    shown = Table(title=title, show_edge=False, pad_edge=False, header_style="bold")
    shown.add_column("", no_wrap=True)
    for heading in ("TLS ms", "ratio", "plain ms", "ratio", "statements", "round trips"):
        shown.add_column(heading, justify="right")
    for cost in costs:
        shown.add_row(
            cost.name,
            f"{cost.tls_ms:.1f}",
            f"{cost.tls_ratio:.2f}",
            f"{cost.plain_ms:.1f}",
            f"{cost.plain_ratio:.2f}",
            str(cost.statements),
            str(cost.round_trips),
        )
    return shown


@contextmanager
def _by_tls(pair: Pair, directory: Path) -> Iterator[RouteTo]:
    """Routes verified in full, for the monitor (by the environment) and for the others."""
    authority = CertificateAuthority(directory)
    certificate = authority.issue(_TLS_HOST)
    os.environ["SSL_CERT_FILE"] = str(authority.certificate_path)
    trust = ssl.create_default_context(cafile=str(authority.certificate_path))
    with (
        TlsFront(pair.publisher.port, certificate) as publisher,
        TlsFront(pair.subscriber.port, certificate) as subscriber,
    ):
        yield lambda one: Route(
            _TLS_HOST, (publisher if one.on_publisher else subscriber).port, trust
        )


def _server(pair: Pair, contender: Contender) -> Server:
    return pair.publisher if contender.on_publisher else pair.subscriber


def _cost(
    contender: Contender,
    tls: dict[str, float],
    plain: dict[str, float],
    counted: Sequence[Conversation],
) -> Cost:
    name = contender.name
    return Cost(
        name,
        tls_ms=round(tls[name] * 1000, 2),
        tls_ratio=round(tls[name] / tls[BARE.name], 3),
        plain_ms=round(plain[name] * 1000, 2),
        plain_ratio=round(plain[name] / plain[BARE.name], 3),
        connections=len(counted),
        statements=max(count.statements for count in counted),
        round_trips=max(count.round_trips for count in counted),
    )


def _conclude(console: Console, costs: Sequence[Cost], version: str) -> None:
    document = {"postgres": version, "rounds": ROUNDS, "costs": [asdict(cost) for cost in costs]}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")
    console.print(table(costs, f"One sample, PostgreSQL {version}, p50 of {ROUNDS} rounds"))
    probe = next(cost for cost in costs if cost.name == PROBE.name)
    console.print(
        f"probe: {probe.tls_ratio:.2f} times a bare connection and SELECT 1 over TLS "
        f"(target: at most {TARGET_RATIO}), {probe.plain_ratio:.2f} times without; "
        f"{probe.statements} statement per connection"
    )


if __name__ == "__main__":
    main()
