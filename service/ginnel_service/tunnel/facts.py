"""What people are told of an attempt, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..ike.events import (
    ChildRekeyed,
    Configuration,
    ConfigurationReceived,
    Endpoint,
    Event,
    IkeEstablished,
    IkeRekeyed,
    KeysExported,
    Path,
    PathConfirmed,
    RoundTrip,
)
from ..net.base import Wanted
from .barrier import Barrier
from .errors import TunnelError
from .states import Step


@dataclass(slots=True)
class Facts:
    """What is known of an attempt, for people; grows as it goes on."""

    remote: Endpoint | None = None
    path: Path | None = None
    device: str = ""
    device_down: bool = False  # somebody set it down, and no route leads into it
    ike_suite: str = ""
    esp_suite: str = ""
    peer: str = ""
    nat_local: bool = False
    nat_remote: bool = False
    configuration: Configuration = field(default_factory=Configuration)
    wanted: Wanted | None = None
    ike_rekeys: int = 0
    child_rekeys: int = 0
    rtt_s: float | None = None
    resumed: bool = False  # by a ticket, without a new login
    path_mtu: int | None = None  # of outer packets, once known

    def note(self, event: Event) -> None:
        """Take in what an event says of the session, if it does."""
        match event:
            case IkeEstablished():
                self.ike_suite, self.peer, self.path = event.suite, str(event.peer), event.path
                self.nat_local, self.nat_remote = event.nat_local, event.nat_remote
                self.resumed = event.resumed
            case ConfigurationReceived():
                self.configuration = event.configuration
            case PathConfirmed():
                self.nat_local, self.nat_remote = event.nat_local, event.nat_remote
            case ChildRekeyed():
                self.child_rekeys += 1
            case IkeRekeyed():
                self.ike_rekeys += 1
            case RoundTrip():
                self.rtt_s = event.seconds
            case _:
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Whom an attempt tells. No call may raise; all come in the loop's thread."""

    stepped: Callable[[Step], None]
    configured: Callable[[], None]  # the machine's network is as the tunnel needs it
    changed: Callable[[], None]  # some fact is new
    keys: Callable[[KeysExported], None]
    barrier: Barrier
    lost: Callable[[TunnelError], None]  # the gateway lost us; the machine's network stays as it is meanwhile
