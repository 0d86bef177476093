"""The server's side of one EAP method."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """A method's end: accepted with a key and the identity that was proved, or refused when `msk` is None."""

    msk: bytes | None = field(default=None, repr=False)
    identity: bytes = b""
    detail: str = ""


#: Type data of the next request, or the end.
ServerStep = bytes | Verdict


class ServerMethod(Protocol):
    def start(self) -> bytes:
        """Type data of the first request."""

    def receive(self, data: bytes) -> ServerStep:
        """A response's type data. Raises PeerError."""
