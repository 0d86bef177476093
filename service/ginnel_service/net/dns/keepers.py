"""Who may look after a machine's DNS: their names, and what each of them is asked to do. Pure."""

from __future__ import annotations

from typing import Final, Literal, Protocol, get_args

from ..plan import SetDns

Keeper = Literal["resolved", "networkmanager", "resolvconf", "unbound", "scutil", "file"]
Choice = Literal["auto", "resolved", "networkmanager", "resolvconf", "unbound", "scutil", "file"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)


class KeepsDns(Protocol):
    """What was told them stays until it is taken back. Every method raises OSError."""

    def set(self, step: SetDns) -> None: ...
    def unset(self, step: SetDns) -> bool:
        """Whether there was anything of ours to take back, be it of a process that was killed."""

    def stands(self, step: SetDns) -> bool: ...
