"""What a session tells its driver: frozen facts, in the order in which they happened.

The `Inbound…` and `Outbound…` events drive the packet path; the rest is for people and for policy.
Key material is in `ChildKeys` only and never shows in a repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Literal, NamedTuple

from .errors import IkeError
from .payloads.identity import Identity
from .payloads.selector import TrafficSelector

Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


class Endpoint(NamedTuple):
    """A numeric host and a port, of UDP or of TCP."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Path:
    """Where a datagram came from or goes to; `encapsulated` puts the non-ESP marker before it (RFC 3948).

    `stream`: the ends are those of a TCP connection that carries it, always encapsulated (RFC 9329).
    """

    local: Endpoint
    remote: Endpoint
    encapsulated: bool
    stream: bool = False


class Probe(bytes):
    """A datagram that asks whether its size arrives: it must not be fragmented anywhere."""


class State(Enum):
    """The life of a session as its driver sees it; `session.MOVES` holds the legal moves."""

    IDLE = "idle"
    INIT = "init"  # IKE_SA_INIT under way
    AUTH = "auth"  # IKE_AUTH under way
    ESTABLISHED = "established"
    CLOSING = "closing"  # our Delete awaits its answer
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ChildKeys:
    """Keys of one direction; `encr` of an AEAD ends in its salt."""

    encr: bytes = field(repr=False)
    integ: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EspSuite:
    """The negotiated ESP transforms, as IANA's IKEv2 transform ids."""

    encr: int
    key_bits: int
    integ: int = 0
    esn: bool = False


@dataclass(frozen=True, slots=True)
class IkeSuite:
    """The negotiated IKE transforms, as IANA ids; `more_ke` are the additional key exchanges in order."""

    encr: int
    key_bits: int
    integ: int  # 0 with an AEAD
    prf: int
    ke: int
    name: str  # its keywords, such as aes256gcm16-prfsha384-ecp384
    more_ke: tuple[int, ...] = ()  # of RFC 9370


@dataclass(frozen=True, slots=True)
class ChildSa:
    """A pair of ESP SAs. SPIs are 4 octets; `spi_in` is ours, `spi_out` the peer's."""

    spi_in: bytes
    spi_out: bytes
    suite: EspSuite
    keys_in: ChildKeys
    keys_out: ChildKeys
    local_ts: tuple[TrafficSelector, ...]
    remote_ts: tuple[TrafficSelector, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration payload gave (RFC 7296 section 3.15, RFC 8598).

    `subnets` are those that the gateway protects; `domains` are to be resolved by `dns` alone; `version` is
    the peer's product, printable.
    """

    addresses: tuple[Interface, ...] = ()
    dns: tuple[IPv4Address | IPv6Address, ...] = ()
    subnets: tuple[Network, ...] = ()
    domains: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What resumes a session at the gateway that gave it (RFC 5723), once and before `expires_at` (Unix).

    It holds the secrets of that session and stands for its authentication: keep it in memory only.
    """

    opaque: bytes = field(repr=False)
    expires_at: float
    sk_d: bytes = field(repr=False)
    suite: IkeSuite
    local_id: Identity
    peer: Identity
    ppk: bool = False  # a postquantum key went into the session


@dataclass(frozen=True, slots=True)
class Fetch:
    """Something to be had over HTTP: `body` makes it a POST. What is fetched proves itself by signature."""

    url: str
    body: bytes = b""
    content_type: str = ""
    limit_octets: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something that only the person knows. `message` is the gateway's, printable and bounded.

    Sessions ask for the first three kinds. `certificate` is the DER of the one to be trusted.
    """

    kind: Literal["password", "otp", "new_password", "certificate", "pkcs12"]
    message: str = ""
    username: str = ""
    certificate: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Consult:
    """An EAP packet of `user`, who is not proven, for the server that judges users (RFC 3579).

    Its answer is one of `eap.outcome`: Reply, Accepted or Rejected.
    """

    user: bytes
    packet: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: State


@dataclass(frozen=True, slots=True)
class IkeEstablished:
    """Both sides are authenticated. `suite` reads like `aes256gcm16-prfsha384-ecp384`."""

    spi_i: bytes
    spi_r: bytes
    peer: Identity
    suite: str
    path: Path
    nat_local: bool
    nat_remote: bool
    initial_contact: bool = False  # the peer knows of no other IKE SA with us
    resumed: bool = False  # by a ticket, so that nobody had to prove anything anew


@dataclass(frozen=True, slots=True)
class ConfigurationReceived:
    """Initiator: the gateway's addresses and DNS. Responder: what was leased to this peer."""

    configuration: Configuration


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """Keep `ticket` for the next session in place of any before; None: what was kept is of no use."""

    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class InboundReady:
    """Install the inbound SA of `child` now; the peer may send on it as soon as our message leaves."""

    child: ChildSa


@dataclass(frozen=True, slots=True)
class OutboundReady:
    """From now on send with the outbound SA of `child`."""

    child: ChildSa


@dataclass(frozen=True, slots=True)
class OutboundRetired:
    child: ChildSa


@dataclass(frozen=True, slots=True)
class InboundRetired:
    """Remove the inbound SA of `child`; late packets had their time already."""

    child: ChildSa


@dataclass(frozen=True, slots=True)
class ChildRekeyed:
    old: ChildSa
    new: ChildSa
    by_us: bool


@dataclass(frozen=True, slots=True)
class IkeRekeyed:
    spi_i: bytes
    spi_r: bytes
    by_us: bool


@dataclass(frozen=True, slots=True)
class PathChanged:
    """ESP goes along `path` from now on; IKE may follow, or have gone before."""

    path: Path


@dataclass(frozen=True, slots=True)
class PathConfirmed:
    """The gateway knows our path (RFC 4555), and this is how NATs stand in it."""

    path: Path
    nat_local: bool
    nat_remote: bool


@dataclass(frozen=True, slots=True)
class PeerAddressesChanged:
    """The peer may also be reached at these hosts: `know_ways` wants to hear of the ways to them."""

    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathMtuChanged:
    """The largest outer IP packet, in octets, that is known to reach the peer; at most what was wanted."""

    path_mtu: int


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The peer answered a request that was sent once: a fresh measure of the path."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """The session waits for something from outside; give it to `Session.supply` with `ticket`."""

    ticket: int
    what: Fetch | Prompt | Consult


@dataclass(frozen=True, slots=True)
class ReauthenticationDue:
    """It is time to authenticate anew, in another session beside this one (RFC 4478)."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that did not stop the session, but that a person may want to know."""

    text: str


@dataclass(frozen=True, slots=True)
class KeysExported:
    """Keys for an outside decoder, only when the session was asked for them: `line` in the table `format`."""

    format: str  # "ikev2_decryption_table" or "esp_sa"
    line: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over; `error` is None when one side closed it on purpose.

    `redirect`: the gateway sends us there, an address or a host name (RFC 5685).
    """

    error: IkeError | None
    by_peer: bool = False
    redirect: str = ""


Event = (
    StateChanged
    | IkeEstablished
    | ConfigurationReceived
    | TicketChanged
    | InboundReady
    | OutboundReady
    | OutboundRetired
    | InboundRetired
    | ChildRekeyed
    | IkeRekeyed
    | PathChanged
    | PathConfirmed
    | PeerAddressesChanged
    | PathMtuChanged
    | RoundTrip
    | Wanted
    | ReauthenticationDue
    | Noted
    | KeysExported
    | Closed
)
