"""OpenVPN without its kernel module: TLS between two certificates that know each other's fingerprint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ginnel_service.demo.lab import Host, LabError, Process
from ginnel_service.demo.rig import eventually, write_private

from ..topology import CLIENT, SERVER, TUNNEL_MTU, Link
from .base import Tunnel, why_missing

CIPHER = "AES-128-GCM"
#: Both ends of the point-to-point device, the client's first.
INSIDE = ("10.78.0.1", "10.78.0.2")


class OpenVpn:
    key = "openvpn"
    title = "OpenVPN in user space"

    def missing(self) -> str | None:
        return why_missing("openvpn", package="openvpn")

    def start(self, link: Link) -> Tunnel:
        ends = (
            (link.client, ["--tls-client", "--remote", SERVER, "--ifconfig", *INSIDE]),
            (link.server, ["--tls-server", "--dh", "none", "--remote", CLIENT, "--ifconfig", *INSIDE[::-1]]),
        )
        folders = [host.lab.directory / f"{host.name}-openvpn" for host, _ in ends]
        fingerprints = [_identity(folder) for folder in folders]
        processes = [
            _start(host, folders[side], fingerprints[1 - side], arguments)
            for side, (host, arguments) in enumerate(ends)
        ]
        for process in processes:
            _wait(process)
        return Tunnel(
            client=link.client,
            server=link.server,
            address=INSIDE[1],
            client_pids=(processes[0].pid,),
            server_pids=(processes[1].pid,),
        )


def _start(host: Host, folder: Path, fingerprint: str, arguments: list[str]) -> Process:
    return host.popen(
        [
            *("openvpn", "--dev", "tun0", "--proto", "udp", "--disable-dco", "--verb", "4"),
            *("--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")),
            *("--peer-fingerprint", fingerprint, "--cipher", CIPHER, "--data-ciphers", CIPHER),
            *("--tun-mtu", str(TUNNEL_MTU), "--mssfix", "0"),
            *arguments,
        ],
        label="openvpn",
    )


def _wait(process: Process) -> None:
    eventually(
        lambda: "Initialization Sequence Completed" in process.log.read_text(), "OpenVPN", alive=[process]
    )
    if f"Cipher '{CIPHER}'" not in process.log.read_text():
        raise LabError(f"OpenVPN does not use {CIPHER}:\n{process.tail()}")


def _identity(folder: Path) -> str:
    """A key and its certificate in `folder`; returns the fingerprint as OpenVPN wants it."""
    folder.mkdir(mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, folder.name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(folder / "key.pem", private)
    write_private(folder / "cert.pem", certificate.public_bytes(pem))
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
