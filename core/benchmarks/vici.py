"""strongSwan's control socket: a request, and its answer when what it asks for is done.

A packet is its length in four octets and then a type; a request has its name and a message, a response a
message alone; a message is a row of keys with values, here without sections and lists.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping

REQUEST, RESPONSE = 0, 1
KEY_VALUE = 3
MAX_OCTETS = 512 * 1024


class ViciError(OSError):
    """charon refused, or said what it should not."""


def packet(name: str, content: Mapping[str, str]) -> bytes:
    """A request."""
    body = bytes([REQUEST, len(name)]) + name.encode()
    for key, value in content.items():
        body += (
            struct.pack(f">BB{len(key)}sH", KEY_VALUE, len(key), key.encode(), len(value)) + value.encode()
        )
    return struct.pack(">I", len(body)) + body


def content_of(body: bytes) -> dict[str, str]:
    """What a response says, its packet's length cut off. Raises ViciError."""
    if not body or body[0] != RESPONSE:
        raise ViciError(f"not a response: {body[:40]!r}")
    found, at = {}, 1
    try:
        while at < len(body):
            if body[at] != KEY_VALUE:
                raise ViciError(f"not a key and a value: {body[at:][:40]!r}")
            key_end = at + 2 + body[at + 1]
            (length,) = struct.unpack_from(">H", body, key_end)
            found[body[at + 2 : key_end].decode()] = body[key_end + 2 : key_end + 2 + length].decode()
            at = key_end + 2 + length
    except (struct.error, IndexError) as error:
        raise ViciError("a response cut short") from error
    return found


class Vici:
    """One open connection, one request at a time."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)

    def send(self, name: str, content: Mapping[str, str]) -> None:
        self.socket.sendall(packet(name, content))

    def receive(self) -> None:
        """Wait for the answer. Raises ViciError when it is no success."""
        (length,) = struct.unpack(">I", self._exactly(4))
        if length > MAX_OCTETS:
            raise ViciError(f"a packet of {length} octets")
        answer = content_of(self._exactly(length))
        if answer.get("success") != "yes":
            raise ViciError(f"charon refuses: {answer.get('errmsg', answer)}")

    def _exactly(self, octets: int) -> bytes:
        data = b""
        while len(data) < octets:
            more = self.socket.recv(octets - len(data))
            if not more:
                raise ViciError("charon closed its control socket")
            data += more
        return data
