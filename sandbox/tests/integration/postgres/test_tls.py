import socket
import ssl
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pg8000.native
import pytest

from sandbox.patience import HANG_SECONDS
from sandbox.postgres.certificates import CertificateAuthority
from sandbox.postgres.server import Server
from sandbox.postgres.tls import TlsFront
from sandbox.tests.integration.postgres.conftest import DATABASE, PASSWORD, USER

HOURS_AGO = timedelta(hours=2)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def front(shop: Server, authority: CertificateAuthority) -> Iterator[TlsFront]:
    with TlsFront(shop.port, authority.issue("localhost", "127.0.0.1")) as front:
        yield front


def trusting(authority: CertificateAuthority) -> ssl.SSLContext:
    """A context that verifies chain and host name as strictly as Python 3.13 does by default."""
    context = ssl.create_default_context(cafile=str(authority.certificate_path))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def who_am_i(
    front: TlsFront,
    context: ssl.SSLContext | Literal[False],
    host: str = "localhost",
    timeout: float = HANG_SECONDS,
) -> object:
    with pg8000.native.Connection(
        USER,
        host=host,
        port=front.port,
        password=PASSWORD,
        database=DATABASE,
        ssl_context=context,
        timeout=timeout,
    ) as connection:
        return connection.run("SELECT current_user")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_verified(front: TlsFront, authority: CertificateAuthority, host: str) -> None:
    """A client that trusts the authority and asks for a certified name gets a session."""
    assert [[USER]] == who_am_i(front, trusting(authority), host)


def test_unknown_authority(front: TlsFront, tmp_path: Path) -> None:
    """A client that trusts another authority refuses the server."""
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        who_am_i(front, trusting(CertificateAuthority(tmp_path, "other")))


@pytest.mark.parametrize(
    ("host", "expires", "refusal"),
    [
        ("elsewhere.example", None, "Hostname mismatch"),
        ("localhost", datetime.now(UTC) - HOURS_AGO, "certificate has expired"),
    ],
    ids=["wrong name", "expired"],
)
def test_bad_certificates(
    shop: Server,
    authority: CertificateAuthority,
    host: str,
    expires: datetime | None,
    refusal: str,
) -> None:
    """A client that trusts the authority still refuses such a certificate."""
    certificate = authority.issue(host, file_name="bad", expires=expires)
    with (
        TlsFront(shop.port, certificate) as front,
        pytest.raises(ssl.SSLCertVerificationError, match=refusal),
    ):
        who_am_i(front, trusting(authority))


def test_plain_connections_are_refused(front: TlsFront) -> None:
    """A client without TLS gets the error of a server that has only hostssl lines."""
    with pytest.raises(pg8000.native.DatabaseError) as caught:
        who_am_i(front, context=False)

    assert caught.value.args[0] == {
        "S": "FATAL",
        "V": "FATAL",
        "C": "28000",
        "M": 'no pg_hba.conf entry for host "127.0.0.1", user "reader", database "shop", '
        "no encryption",
    }


@pytest.mark.parametrize(
    ("request_code", "answer"),
    [(80877102, b""), (80877103, b"S"), (80877104, b"N")],
    ids=["cancel request", "TLS request", "GSS encryption request"],
)
def test_first_packets(front: TlsFront, request_code: int, answer: bytes) -> None:
    """Each first packet of the protocol gets its one-byte answer; a cancel request gets none."""
    with socket.create_connection((front.host, front.port), HANG_SECONDS) as client:
        client.sendall(struct.pack("!II", 8, request_code))
        client.shutdown(socket.SHUT_WR)

        assert answer == client.recv(1)


def test_slow_answers(front: TlsFront, authority: CertificateAuthority) -> None:
    """Answers held back for longer than the client waits end in its timeout."""
    front.delay_seconds = 30

    with pytest.raises(TimeoutError):
        who_am_i(front, trusting(authority), timeout=1)


def test_a_server_without_tls_says_so(shop: Server, authority: CertificateAuthority) -> None:
    """The server behind the front has no TLS: asked directly, it refuses."""
    with pytest.raises(pg8000.native.InterfaceError, match="Server refuses SSL"):
        pg8000.native.Connection(USER, port=shop.port, ssl_context=trusting(authority))
