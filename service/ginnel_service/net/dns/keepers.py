"""The names of those who may look after a machine's DNS. Pure."""

from __future__ import annotations

from typing import Final, Literal, get_args

Keeper = Literal["resolved", "networkmanager", "resolvconf", "file"]
Choice = Literal["auto", "resolved", "networkmanager", "resolvconf", "file"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)
