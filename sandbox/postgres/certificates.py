"""Certificates for TLS between a client and a local server, good and bad ones. Development only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme


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
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(self.certificate_path)

    def issue(
        self, *hosts: str, file_name: str = "server", expires: datetime | None = None
    ) -> ServerCertificate:
        """A certificate for these host names or IP addresses, in `<file_name>.pem` and `.key`.

        `expires` may lie in the past: such a certificate was valid once.
        """
        issued = ServerCertificate(
            self._directory / f"{file_name}.pem", self._directory / f"{file_name}.key"
        )
        made = self._authority.issue_cert(*hosts, not_after=expires)
        issued.key_path.touch(mode=0o600)
        made.private_key_pem.write_to_path(issued.key_path)
        made.cert_chain_pems[0].write_to_path(issued.certificate_path)
        return issued
