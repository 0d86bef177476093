"""hostapd's own EAP server, which knows every method that we do, and the little RADIUS that reaches it.

RFC 2865, RFC 3579 (EAP-Message, Message-Authenticator) and RFC 2548 (the keys in Access-Accept).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.authority import Authority, Issued, chain_pem

SECRET = b"testing"
_ACCESS_REQUEST = 1
_USER_NAME, _STATE, _VENDOR, _NAS, _EAP_MESSAGE, _AUTHENTICATOR = 1, 24, 26, 32, 79, 80
_MICROSOFT = (311).to_bytes(4, "big")
_SEND_KEY, _RECEIVE_KEY = 16, 17
_TIMEOUT_S = 5.0


def why_missing() -> str | None:
    """What is not installed, or None."""
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    return None if shutil.which("hostapd", path=path) else "hostapd missing; apt-get install hostapd"


@contextmanager
def hostapd(directory: Path, users: str, root: Authority, server: Issued) -> Iterator[int]:
    """A running EAP server; its RADIUS port on the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (directory / "users").write_text(users)
    (directory / "clients").write_text(f"127.0.0.1 {SECRET.decode()}\n")
    (directory / "root.pem").write_bytes(root.pem)
    (directory / "server.pem").write_bytes(chain_pem(server.chain))
    (directory / "server.key").write_bytes(server.key_pem())
    config = directory / "hostapd.conf"
    config.write_text(
        "driver=none\neap_server=1\ntls_flags=[ENABLE-TLSv1.3]\nfragment_size=300\n"
        f"eap_user_file={directory}/users\nca_cert={directory}/root.pem\n"
        f"server_cert={directory}/server.pem\nprivate_key={directory}/server.key\n"
        f"radius_server_clients={directory}/clients\nradius_server_auth_port={port}\n"
    )
    with (directory / "hostapd.log").open("wb") as log:
        process = subprocess.Popen(["/usr/sbin/hostapd", "-t", config], stdout=log, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


class Radius:
    """One log-in. `keys` are the MSK's 64 octets (32 with MSCHAPv2 alone) once the server accepted."""

    def __init__(self, port: int, username: str) -> None:
        self._username = username.encode()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_TIMEOUT_S)
        self._socket.connect(("127.0.0.1", port))
        self._identifier = 0
        self._state = b""
        self.keys: bytes | None = None

    def close(self) -> None:
        self._socket.close()

    def exchange(self, eap: bytes) -> bytes:
        """Send an EAP packet, and give the one that comes back."""
        self._identifier += 1
        authenticator = secrets.token_bytes(16)
        attributes = _attribute(_USER_NAME, self._username) + _attribute(_NAS, b"ginnel")
        for at in range(0, len(eap), 253):
            attributes += _attribute(_EAP_MESSAGE, eap[at : at + 253])
        if self._state:
            attributes += _attribute(_STATE, self._state)
        length = 20 + len(attributes) + 18
        head = bytes([_ACCESS_REQUEST, self._identifier]) + length.to_bytes(2, "big") + authenticator
        unsigned = head + attributes + _attribute(_AUTHENTICATOR, bytes(16))
        mac = hmac.digest(SECRET, unsigned, hashlib.md5)
        self._send(head + attributes + _attribute(_AUTHENTICATOR, mac))
        return self._read(self._socket.recv(65536), authenticator)

    def _send(self, request: bytes) -> None:
        """Once it listens: a refused datagram shows as an error on the next call."""
        for _ in range(100):
            try:
                self._socket.send(request)
                self._socket.recv(1, socket.MSG_PEEK)
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("hostapd does not listen")

    def _read(self, reply: bytes, authenticator: bytes) -> bytes:
        body, eap = reply[20:], b""
        keys: dict[int, bytes] = {}
        while body:
            kind, value = body[0], body[2 : body[1]]
            body = body[body[1] :]
            if kind == _EAP_MESSAGE:
                eap += value
            elif kind == _STATE:
                self._state = value
            elif kind == _VENDOR and value[:4] == _MICROSOFT:
                keys[value[4]] = _reveal(value[6:], authenticator)
        if keys:
            self.keys = keys[_RECEIVE_KEY] + keys[_SEND_KEY]
        return eap


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes([kind, len(value) + 2]) + value


def _reveal(sealed: bytes, authenticator: bytes) -> bytes:
    """RFC 2548 section 2.4.2: salt, then MD5 chained over the shared secret."""
    salt, sealed = sealed[:2], sealed[2:]
    clear, before = b"", authenticator + salt
    for at in range(0, len(sealed), 16):
        block = sealed[at : at + 16]
        key = hashlib.md5(SECRET + before).digest()
        clear += bytes(a ^ b for a, b in zip(block, key, strict=True))
        before = block
    return clear[1 : 1 + clear[0]]
