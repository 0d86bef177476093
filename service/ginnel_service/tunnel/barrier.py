"""What a connection tells the kill switch, so that its own packets pass and nothing else's.

Knows not when the switch is on: whoever keeps it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from .errors import TunnelError


class Barrier(Protocol):
    """Of one connection."""

    @property
    def stands(self) -> bool:
        """Whether what is not the tunnels' own is stopped, so that the system's resolver hears nothing."""

    def known(self, server: str) -> tuple[str, ...]:
        """Where the gateway of that name was found before; nothing where names can be asked."""

    def reached(self, server: str, host: str) -> None:
        """The gateway of that name was found at `host`."""

    async def opened(
        self, device: str, gateways: Sequence[str], failed: Callable[[TunnelError], None]
    ) -> None:
        """The attempt has this device and goes to these addresses. Returns when its first packet may leave.

        What enters the device passes by the time that a route leads there; `failed` hears when it will not.
        """

    def found_at(self, gateways: Sequence[str]) -> None:
        """The gateway is at these addresses by now, too; what goes there passes soon."""

    async def closing(self) -> None:
        """The device is about to go. Returns when nothing passes by its name any more."""


class OpenBarrier:
    """Of who has no kill switch."""

    stands = False

    def known(self, server: str) -> tuple[str, ...]:
        return ()

    def reached(self, server: str, host: str) -> None:
        pass

    async def opened(
        self, device: str, gateways: Sequence[str], failed: Callable[[TunnelError], None]
    ) -> None:
        pass

    def found_at(self, gateways: Sequence[str]) -> None:
        pass

    async def closing(self) -> None:
        pass
