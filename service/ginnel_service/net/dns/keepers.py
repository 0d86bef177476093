"""The names of those who may look after a machine's DNS. Pure."""

from __future__ import annotations

from typing import Final, Literal, get_args

Keeper = Literal["resolved", "file"]
Choice = Literal["auto", "resolved", "file"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)
#: Those that send only the tunnel's names to the tunnel.
SPLITTERS: Final[frozenset[Keeper]] = frozenset({"resolved"})
