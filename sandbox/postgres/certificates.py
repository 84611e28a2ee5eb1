"""Certificates for TLS between a client and a local server, good and bad ones.

Development only. They follow RFC 5280 closely enough for Python's `ssl.VERIFY_X509_STRICT`.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """Two PEM files: what a server presents, and the key that only it may read."""

    certificate_path: Path
    key_path: Path


class CertificateAuthority:
    """Makes `<name>.pem` in `directory`, the certificate that clients are to trust."""

    def __init__(self, directory: Path, name: str = "ca") -> None:
        self.certificate_path = directory / f"{name}.pem"
        self._directory = directory
        self._subject = _named(f"Made-up authority {name}")
        self._key = ec.generate_private_key(ec.SECP256R1())
        extensions = (
            x509.BasicConstraints(ca=True, path_length=0),
            _key_usage(signs_certificates=True),
        )
        certificate = self._signed(self._subject, self._key.public_key(), extensions)
        self.certificate_path.write_bytes(certificate)

    def issue(
        self, *hosts: str, file_name: str = "server", expires: datetime | None = None
    ) -> ServerCertificate:
        """A certificate for these host names or IP addresses, in `<file_name>.pem` and `.key`.

        `expires`, in 30 days by default, may lie in the past: such a certificate was valid once.
        """
        issued = ServerCertificate(
            self._directory / f"{file_name}.pem", self._directory / f"{file_name}.key"
        )
        key = ec.generate_private_key(ec.SECP256R1())
        issued.key_path.touch(mode=0o600)
        issued.key_path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        extensions = self._server_extensions(hosts)
        certificate = self._signed(_named(hosts[0]), key.public_key(), extensions, expires)
        issued.certificate_path.write_bytes(certificate)
        return issued

    def _server_extensions(self, hosts: Iterable[str]) -> Iterator[x509.ExtensionType]:
        yield x509.BasicConstraints(ca=False, path_length=None)
        yield _key_usage(signs_certificates=False)
        yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        yield x509.SubjectAlternativeName([_host(host) for host in hosts])
        yield x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())

    def _signed(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        extensions: Iterable[x509.ExtensionType],
        expires: datetime | None = None,
    ) -> bytes:
        """A certificate in PEM form."""
        now = datetime.now(UTC)
        end = expires or now + _LIFETIME
        builder = x509.CertificateBuilder(
            issuer_name=self._subject,
            subject_name=subject,
            public_key=public_key,
            serial_number=x509.random_serial_number(),
            not_valid_before=min(now, end) - timedelta(days=1),
            not_valid_after=end,
        )
        for extension in (x509.SubjectKeyIdentifier.from_public_key(public_key), *extensions):
            critical = isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
