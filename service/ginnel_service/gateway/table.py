"""What every table of a gateway's file is: typed, and without fields that nobody knows."""

from __future__ import annotations

from msgspec import Struct

Texts = tuple[str, ...]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass
