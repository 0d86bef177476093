"""What the packet path is built to reach, held against what was measured. Pure."""

from __future__ import annotations

from typing import NamedTuple

from . import associations, connect, crypto, handshakes
from .results import Quantity, Results, ratio

OURS, THEIRS, LINK = "ginnel", "strongswan", "link"
MIXED = "ginnel-strongswan"


class Target(NamedTuple):
    """One goal; `value` is None where it was not measured."""

    name: str
    value: float | None
    limit: float
    at_least: bool
    unit: str = "x"

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def wanted(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.limit:.3g} {self.unit}"

    @property
    def verdict(self) -> str:
        return {None: "not measured", True: "met", False: "missed"}[self.met]


def targets(results: Results) -> list[Target]:
    """Every target, in the order of importance."""

    def against(quantity: Quantity, over: str = OURS, under: str = THEIRS) -> float | None:
        return ratio(results.median(over, quantity), results.median(under, quantity))

    vs = "of kernel-libipsec's"
    found = [
        Target(f"TCP up, {vs}", against(Quantity.TCP_UP), 10, True),
        Target(f"TCP down, {vs}", against(Quantity.TCP_DOWN), 10, True),
        Target(f"CPU per GB, {vs}", against(Quantity.CPU), 0.1, False),
        Target(
            "Four TCP streams, of one's",
            ratio(results.median(OURS, Quantity.TCP_FOUR), results.median(OURS, Quantity.TCP_UP)),
            1,
            True,
        ),
        Target(f"UDP of 1,300 octets, {vs}", against(Quantity.UDP_1300), 4, True),
        Target(f"UDP of 200 octets, {vs}", against(Quantity.UDP_200), 4, True),
        Target(f"Idle round trip, {vs}", against(Quantity.RTT), 0.5, False),
        Target(
            "Loaded round trip, of the idle one's or the loaded link's",
            ratio(results.median(OURS, Quantity.RTT_LOADED), _loaded_yardstick(results)),
            3,
            False,
        ),
    ]
    gateway = "at a strongSwan gateway, of charon's client's"
    found += [
        Target(f"TCP up {gateway}", against(Quantity.TCP_UP, MIXED), 1, True),
        Target(f"TCP down {gateway}", against(Quantity.TCP_DOWN, MIXED), 1, True),
        Target(f"Client's CPU per GB {gateway}", against(Quantity.CPU_CLIENT, MIXED), 1 / 3, False),
    ]
    one, *more = (associations.subject(count) for count in associations.COUNTS)
    found += [
        Target(f"TCP with {many}, of one's", against(Quantity.TCP_UP, many, one), 0.95, True) for many in more
    ]
    memory = results.stat(one, Quantity.MEMORY)
    found.append(Target("Memory", None if memory is None else memory.high, 32, False, "MB"))
    for name in crypto.CIPHERS:
        for what, quantity in (("Seal", Quantity.SEAL_RATIO), ("Open", Quantity.OPEN_RATIO)):
            found.append(
                Target(f"{what} with {name}, of libcrypto alone", results.median(name, quantity), 1.15, False)
            )
    for kind, words in connect.KINDS.items():
        ours, theirs = (connect.subject(client, kind) for client in connect.CLIENTS)
        value = against(Quantity.CONNECT_ECHO, ours, theirs)
        found.append(Target(f"Time to connect with {words}, of charon's", value, 1, False))
    held, none = handshakes.subject(handshakes.HELD), handshakes.subject(0)
    value = against(Quantity.HANDSHAKES, held, none)
    found.append(Target(f"Handshakes with {handshakes.HELD:,} sessions held, of none's", value, 0.95, True))
    return found


def _loaded_yardstick(results: Results) -> float | None:
    """Ginnel's idle round trip or the link's loaded one, whichever is longer."""
    idle = results.median(OURS, Quantity.RTT)
    loaded = results.median(LINK, Quantity.RTT_LOADED)
    return max((value for value in (idle, loaded) if value is not None), default=None)
