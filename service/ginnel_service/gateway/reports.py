"""What a gateway tells: an event is a `Report`, whose words are the program's."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ike.events import Endpoint, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What happened. `kind`: listening, established, refused, rekeyed, moved, path_mtu, closed, device,
    reloaded, counters.
    """

    kind: str
    peer: str = ""
    remote: str = ""
    addresses: tuple[str, ...] = ()
    suite: str = ""
    what: str = ""  # rekeyed: "ike" or "child"; device: "down" or "up"
    by: str = ""  # rekeyed, closed: "gateway" or "peer"
    code: str = ""  # refused: why; closed: why, when it was an error
    detail: str = ""
    octets_in: int = 0
    octets_out: int = 0
    offloads: tuple[str, ...] = ()  # counters: those in use
    counters: dict[str, int] = field(default_factory=dict)  # counters: of the packet path, without zeros
    path_mtu: int = 0  # path_mtu: of outer packets, from now on
    count: int = 0  # reloaded: how many were disconnected
    resumed: bool = False  # established: by a ticket


def where(path: Path) -> str:
    return ("tcp " if path.stream else "") + text(path.remote)


def text(at: Endpoint) -> str:
    return f"[{at.host}]:{at.port}" if ":" in at.host else f"{at.host}:{at.port}"
