"""wireguard-go, told its keys through its own socket (WireGuard's cross-platform userspace interface)."""

from __future__ import annotations

import socket
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ginnel_service.demo.lab import Host, LabError, Process
from ginnel_service.demo.rig import eventually

from ..topology import CLIENT, INSIDE, SERVER, Link
from .base import Tunnel, why_missing

DEVICE = "wg0"
PORT = 51820
CLIENT_INSIDE = "10.77.0.10"


class WireGuard:
    key = "wireguard"
    title = "wireguard-go"

    def missing(self) -> str | None:
        return why_missing("wireguard-go", package="wireguard-go")

    def start(self, link: Link) -> Tunnel:
        keys = X25519PrivateKey.generate(), X25519PrivateKey.generate()
        ends = ((link.client, SERVER, INSIDE), (link.server, CLIENT, CLIENT_INSIDE))
        processes = [
            _start(host, keys[side], keys[1 - side], remote, beyond)
            for side, (host, remote, beyond) in enumerate(ends)
        ]
        link.client.ip(f"addr add {CLIENT_INSIDE}/32 dev {DEVICE}", f"route add {INSIDE}/32 dev {DEVICE}")
        link.server.ip(f"route add {CLIENT_INSIDE}/32 dev {DEVICE} src {INSIDE}")
        return Tunnel(
            client=link.client,
            server=link.server,
            client_pids=(processes[0].pid,),
            server_pids=(processes[1].pid,),
        )


def _start(host: Host, own: X25519PrivateKey, other: X25519PrivateKey, remote: str, beyond: str) -> Process:
    process = host.popen(["wireguard-go", "-f", DEVICE], label="wireguard")
    # the host's /run as seen from here: the program is in a mount namespace of its own
    path = Path("/proc", str(process.pid), "root", "run/wireguard", f"{DEVICE}.sock")
    eventually(path.is_socket, "wireguard-go's socket", alive=[process])
    answer = _set(
        path,
        private_key=own.private_bytes_raw().hex(),
        listen_port=str(PORT),
        public_key=other.public_key().public_bytes_raw().hex(),
        endpoint=f"{remote}:{PORT}",
        allowed_ip=f"{beyond}/32",
    )
    if "errno=0" not in answer.split():
        raise LabError(f"wireguard-go refused its configuration: {answer}")
    host.ip(f"link set {DEVICE} up")
    return process


def _set(path: Path, **values: str) -> str:
    """One set operation; what it answers. What follows a public key is about that peer."""
    lines = ["set=1", *(f"{name}={value}" for name, value in values.items())]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(("\n".join(lines) + "\n\n").encode())
        answer = b""
        while not answer.endswith(b"\n\n") and (data := connection.recv(4096)):
            answer += data
    return answer.decode()
