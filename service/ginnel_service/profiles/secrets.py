"""Secrets of profiles at rest: one 0600 file each, in a directory that root alone can enter."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Secrets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profile needs and must not hold. No value ever shows in a repr (base64 in JSON)."""

    psk: bytes = b""

    def __repr__(self) -> str:
        return f"Secrets(psk={'set' if self.psk else 'none'})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("psk", "set" if self.psk else "none")]
