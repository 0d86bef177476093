"""What a session is told: identities, credentials, proposals, selectors, timing. Pure values.

Shapes follow RFC 7296; times are seconds. Secrets never show in a repr.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .auth.credentials import Credential
from .auth.policy import TrustPolicy
from .eap.config import EapConfig, EapRelayConfig, EapServerConfig
from .eap.outcome import Terms
from .events import Configuration, Interface
from .payloads.identity import Identity
from .payloads.sa import Proposal
from .payloads.selector import TrafficSelector
from .proposals import DEFAULT_ESP, DEFAULT_IKE

#: Returns n fresh random octets; `os.urandom` in production, a seeded generator in simulations.
RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Retransmission, lifetimes and liveness. The defaults follow what gateways in the field expect."""

    retransmit_s: float = 2.0  # before the first retransmission
    retransmit_factor: float = 1.6
    retransmit_tries: int = 6  # sent 1 + tries times in all; about 56 s to the last
    liveness_s: float = 30.0  # of silence before we ask; 0 never asks
    keepalive_s: float = 20.0  # NAT keepalives when we are behind one; 0 sends none
    ike_lifetime_s: float = 4 * 3600.0  # soft; the hard edge is 10 % later
    child_lifetime_s: float = 3600.0
    lifetime_jitter: float = 0.1  # rekey this fraction earlier at random, so that two sides rarely collide
    retire_s: float = 5.0  # an old inbound SA still accepts late packets for so long
    reauth_s: float = 0.0  # authenticate anew after so long, or let the peer do so (RFC 4478); 0: never
    busy_retry_s: float = 3.0  # after TEMPORARY_FAILURE, plus jitter
    stranded_s: float = 300.0  # initiator: how long without any way to the gateway the tunnel is kept
    mobile_patience_s: float = 300.0  # responder with MOBIKE: at least this long before a peer is given up
    path_mtu_raise_s: float = 600.0  # before a reduced path MTU gets another chance; 0 probes nothing


@dataclass(frozen=True, slots=True)
class PskAuth:
    """A pre-shared key proves one side, or both (RFC 7296 section 2.15)."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ppk:
    """A postquantum pre-shared key (RFC 8784), known to both sides under `id`."""

    id: bytes
    secret: bytes = field(repr=False)
    required: bool = True  # no connection without it


@dataclass(frozen=True, slots=True)
class SignatureAuth:
    """A private key and its certificates prove us.

    `urls`: where the chain's certificates are, for a peer that looks them up. `ocsp`: a response about our
    certificate, for a peer that asks (RFC 4806).
    """

    credential: Credential
    urls: tuple[str, ...] = ()
    ocsp: bytes = b""


@dataclass(frozen=True, slots=True)
class EapAuth:
    """An EAP method proves us to the gateway (RFC 7296 section 2.16)."""

    eap: EapConfig


#: How a side proves who it is; one for each round (RFC 4739), as a rule a single one.
LocalAuth = PskAuth | SignatureAuth | EapAuth
RemoteAuth = PskAuth | TrustPolicy | EapServerConfig | EapRelayConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """One connection as either role sees it."""

    local_id: Identity
    remote_id: Identity | None  # None accepts any identity that authenticates
    local_auth: tuple[LocalAuth, ...]
    remote_auth: tuple[RemoteAuth, ...]  # initiator: () when the EAP method alone proves the gateway
    ppk: Ppk | None = None
    ike_proposals: tuple[Proposal, ...] = DEFAULT_IKE
    esp_proposals: tuple[Proposal, ...] = DEFAULT_ESP
    local_ts: tuple[TrafficSelector, ...]
    remote_ts: tuple[TrafficSelector, ...]
    request_ipv4: bool = True  # initiator: ask for a virtual address
    request_ipv6: bool = True
    wished: tuple[Interface, ...] = ()  # the virtual addresses of before, if they are still free
    product: str = ""  # who we say we are when the peer asks (APPLICATION_VERSION)
    force_encapsulation: bool = True
    # The gateway shall forget our older IKE SAs: "MUST NOT be sent" where a user may be on two machines at
    # once (RFC 7296 section 2.4)
    initial_contact: bool = False
    mobike: bool = True
    redirect: bool = True  # initiator: go where the gateway sends us (RFC 5685)
    redirected_from: str = ""  # initiator: the address of the gateway that sent us here
    redirect_to: str = ""  # responder: where this peer shall go instead, once it is proven
    fragmentation: bool = True
    fragment_octets: int = 1280  # of an IP packet that holds one fragment
    certificate_requests: bool = True  # name the authorities that we trust (RFC 7296 section 3.7)
    certificate_lookup: bool = False  # fetch certificates that a peer names by hash and URL
    allow_sha1: bool = False  # in signatures, for peers that know nothing better
    eap_only: bool = False  # the EAP method may prove the gateway without AUTH of its own (RFC 5998)
    # Responder: what one CHILD SA may hold. "single": one pair of selectors, of the peer's choice; "narrow":
    # of ours, with a word that more may be had (RFC 7296 section 2.9)
    pairing: Literal["any", "narrow", "single"] = "any"
    childless: bool = False  # make the first CHILD SA in an exchange of its own (RFC 6023)
    additional_addresses: tuple[str, ...] = ()  # where else the peer may reach us (RFC 4555 section 3.4)
    return_routability: bool = True  # ESP to a new address only when the peer has answered from there
    resumption: bool = True  # initiator: ask for tickets, which spare the next session its proofs (RFC 5723)
    resumption_s: float = 24 * 3600.0  # responder: how long tickets may stand for one authentication
    timing: Timing = Timing()
    export_keys: bool = False  # emit KeysExported; for diagnosis with an outside decoder only


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A responder's side of IKE_SA_INIT; `authorities` is the data of a CERTREQ, empty for none."""

    ike_proposals: tuple[Proposal, ...]
    ppk: bool = False  # some peer here has a postquantum pre-shared key
    authorities: bytes = b""
    redirect_to: str = ""  # where those shall go instead who can be sent (RFC 5685)
    lookup: bool = False  # a peer may name its certificates by hash and URL


class GatewayPolicy(Protocol):
    """What a responder asks about its peers. Calls are quick and pure of IO."""

    def greeting(self) -> Greeting:
        """What IKE_SA_INIT says to anyone, before identities are known."""

    def find(self, id_i: Identity, id_r: Identity | None, *, eap: bool) -> SessionConfig | None:
        """The configuration for a peer that says it is `id_i`, or None to refuse it.

        `eap`: it sent no AUTH and so asks for EAP, where its name is the user's rather than `id_i`.
        """

    def ppk_of(self, who: Identity) -> Ppk | None:
        """The postquantum key of a user whom EAP proved, whatever name it came with."""

    def readmit(
        self, id_i: Identity, id_r: Identity, who: Identity, *, eap: bool, since: float
    ) -> SessionConfig | None:
        """The configuration for a peer that resumes a session in which it proved to be `who`, or None.

        `since` is when it proved that; the rest is as for `find`.
        """

    def outdated(self, names: Iterable[Identity], since: float) -> bool:
        """Whether a peer that came as any of `names` at `since` would have to do it otherwise now."""

    def lease(
        self, id_i: Identity, *, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...], terms: Terms
    ) -> Configuration | None:
        """What the peer gets to use inside, the addresses that it wished if they are free.

        None when the pools are exhausted, or hold not what `terms` promise.
        """

    def release(self, configuration: Configuration) -> None:
        """Take back what `lease` gave."""
