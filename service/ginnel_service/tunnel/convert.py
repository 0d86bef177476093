"""From what a person wrote to what a session takes, and from its answer to what the machine needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_interface, ip_network
from typing import Final

from ginnel_core import esp_sizes

from .. import __version__
from ..ike.codes import ProtocolId
from ..ike.config import SessionConfig, Timing
from ..ike.errors import LocalError
from ..ike.events import ChildSa, Configuration, EspSuite, Path
from ..ike.payloads.sa import Proposal
from ..ike.payloads.selector import TrafficSelector
from ..ike.proposals import DEFAULT_ESP, DEFAULT_IKE, expand, offer
from ..net.base import Address, Dns, Network, Wanted
from ..net.dns.names import ascii_domain
from ..net.plan import MOST_DOMAINS, MOST_SERVERS
from ..profiles.model import Dns as ProfileDns
from ..profiles.model import Network as ProfileNetwork
from ..profiles.model import Problem, Profile, ProfileError
from ..profiles.secrets import Secrets
from .dataplane import EspSettings
from .errors import TunnelError
from .proofs import proofs

OUTER_MTU: Final = 1500
#: Room for peers that add headers we do not, and for PPPoE on the way.
SAFE_MTU: Final = 1400
#: RFC 8200 section 5; Linux takes IPv6 off a device with less.
MIN_IPV6_MTU: Final = 1280
#: So does every path that carries IPv6, and nearly every other.
FRAGMENT_OCTETS: Final = MIN_IPV6_MTU
#: A range that nobody aligned comes to 254 networks, and a gateway may choose 255 of them a CHILD SA.
MOST_ROUTES: Final = 4096
EVERYTHING: Final[dict[int, Network]] = {4: IPv4Network("0.0.0.0/0"), 6: IPv6Network("::/0")}


def session_config(profile: Profile, secrets: Secrets, *, export_keys: bool = False) -> SessionConfig:
    """Raises ProfileError `profile_invalid` with every field that means nothing to IKE."""
    problems: list[Problem] = []
    who = proofs(profile, secrets, problems)
    ike = proposals("ike.proposals", profile.ike.proposals, ProtocolId.IKE, problems)
    esp = proposals("esp.proposals", profile.esp.proposals, ProtocolId.ESP, problems)
    if problems or who is None:
        raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
    network = profile.network
    return SessionConfig(
        local_id=who.local_id,
        remote_id=who.remote_id,
        local_auth=who.local,
        remote_auth=who.remote,
        ppk=who.ppk,
        eap_only=profile.remote_method == "eap",
        certificate_requests=profile.remote.certificate_requests,
        certificate_lookup=profile.remote.certificate_lookup,
        allow_sha1=profile.remote.allow_sha1,
        mobike=profile.ike.mobike,
        redirect=profile.ike.redirect,
        resumption=profile.ike.resumption,
        fragmentation=profile.ike.fragmentation,
        fragment_octets=profile.ike.fragment_octets or FRAGMENT_OCTETS,
        childless=profile.ike.childless,
        ike_proposals=ike or DEFAULT_IKE,
        esp_proposals=esp or DEFAULT_ESP,
        local_ts=everything(ipv4=network.ipv4, ipv6=network.ipv6),
        remote_ts=tuple(TrafficSelector.from_network(subnet) for subnet in network.subnets),
        request_ipv4=network.ipv4,
        request_ipv6=network.ipv6,
        product=f"Ginnel {__version__}",
        timing=Timing(
            retransmit_s=profile.timing.retransmit_s,
            retransmit_tries=profile.timing.retransmit_tries,
            liveness_s=profile.timing.liveness_s,
            keepalive_s=profile.timing.keepalive_s,
            ike_lifetime_s=profile.ike.lifetime_s,
            child_lifetime_s=profile.esp.lifetime_s,
            reauth_s=profile.ike.reauth_s,
        ),
        export_keys=export_keys,
    )


def meaningless(profile: Profile) -> list[Problem]:
    """What of a valid `profile` means nothing to IKE, whatever its secrets are."""
    try:
        session_config(profile, Secrets())
    except ProfileError as error:
        return [each for each in error.problems if each.field not in Secrets.__struct_fields__]
    return []


def esp_settings(profile: Profile) -> EspSettings:
    """What `profile` asks of the packet path."""
    esp = profile.esp
    return EspSettings(
        replay_window=esp.replay_window,
        copy_dscp=esp.copy_dscp,
        max_octets=esp.max_octets,
        max_packets=esp.max_packets,
    )


def proposals(
    field: str, texts: Iterable[str], protocol: ProtocolId, problems: list[Problem]
) -> tuple[Proposal, ...]:
    """Keywords as numbered proposals; what cannot be read is added to `problems`."""
    parsed: list[Proposal] = []
    for text in texts:
        try:
            parsed += expand(text, protocol)
        except LocalError as error:
            example = "aes256gcm16-prfsha384-ecp384" if protocol == ProtocolId.IKE else "aes128gcm16"
            problems.append(Problem(field, str(error), f"write keywords such as {example}"))
    return offer(parsed)


def everything(*, ipv4: bool = True, ipv6: bool = True) -> tuple[TrafficSelector, ...]:
    """Selectors of all traffic; a gateway narrows them to the addresses that it leases."""
    wanted = ("0.0.0.0/0",) * ipv4 + ("::/0",) * ipv6
    return tuple(TrafficSelector.from_network(network) for network in wanted)


def wanted_network(
    device: str,
    profile: Profile,
    configuration: Configuration,
    children: Sequence[ChildSa],
    path: Path,
    path_mtu: int = OUTER_MTU,
    gateways: Iterable[str] = (),
) -> Wanted:
    """What a connected tunnel asks of the machine; `children` are the CHILD SAs in use, at least one.

    `gateways` are where the peer can be reached beside the end of `path`. Raises TunnelError, see `routes`.
    """
    # The prefix that a gateway names tells of its network, not of a link of ours: the host address alone.
    addresses = tuple(ip_interface(address.ip) for address in configuration.addresses)
    routed = routes(children, {address.version for address in addresses})
    if profile.network.announced_only:
        servers = tuple(map(ip_address, profile.dns.servers)) or configuration.dns
        routed = announced(routed, configuration.subnets, servers)
    ipv6 = any(network.version == 6 for network in (*addresses, *routed))
    mtu = min(inner_mtu(child.suite, path, profile.network.mtu, path_mtu) for child in children)
    return Wanted(
        device=device,
        mtu=max(mtu, MIN_IPV6_MTU) if ipv6 else mtu,
        addresses=addresses,
        routes=routed,
        bypass=tuple(ip_network(subnet) for subnet in profile.network.bypass),
        gateways=tuple(map(ip_address, dict.fromkeys((path.remote.host, *gateways)))),
        blocked=blocked(profile.network, routed),
        lan=profile.network.lan,
        dns=name_servers(profile.dns, configuration, routed),
        guard=bool(addresses),
    )


def routes(children: Iterable[ChildSa], versions: set[int]) -> tuple[Network, ...]:
    """The networks behind the peer, of the families that the tunnel has an address of (else all).

    The selectors hold what both sides agreed on: of the subnets that the profile asked for and of those that
    the gateway says it protects (INTERNAL_IP4_SUBNET), what is in none has no SA that would carry it.
    Raises TunnelError for more than MOST_ROUTES, which would hold the service up: to leave some out would let
    their packets pass beside the tunnel.
    """
    found: dict[IPv4Network | IPv6Network, None] = {}
    for selector in (ts for child in children for ts in child.remote_ts):
        for network in selector.networks():
            if not versions or network.version in versions:
                found[network] = None
        if len(found) > MOST_ROUTES:
            detail = f"its traffic selectors come to more than {MOST_ROUTES:,} networks"
            raise TunnelError("invalid_peer_message", detail=detail)
    return tuple(sorted(found, key=lambda network: (network.version, network)))


def announced(
    routed: Sequence[Network], subnets: Sequence[Network], servers: Iterable[Address]
) -> tuple[Network, ...]:
    """What of `routed` lies in the gateway's `subnets`, and its name servers; all where it announces none.

    RFC 7296 section 3.15.2: what its selectors cover beyond them may be sent directly, as the client chooses.
    """
    hosts = [ip_network(server) for server in servers if "%" not in str(server)]
    carried = collapse(routed)
    inside = _in_both(carried, collapse(subnets))
    return collapse((*inside, *_in_both(carried, collapse(hosts)))) if inside else tuple(routed)


def _in_both(ones: Sequence[Network], others: Sequence[Network]) -> list[Network]:
    """What two lists have in common, each of them collapsed: of two that meet one lies in the other."""
    common: list[Network] = []
    left, right = iter(ones), iter(others)
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        if one.version == other.version and one.overlaps(other):
            common.append(max(one, other, key=lambda network: network.prefixlen))
        if (one.version, int(one.broadcast_address)) < (other.version, int(other.broadcast_address)):
            one = next(left, None)
        else:
            other = next(right, None)
    return common


def blocked(network: ProfileNetwork, routed: Sequence[Network]) -> tuple[Network, ...]:
    """Families of which nothing may pass outside the tunnel; a route into it is more specific, or as much."""
    found: list[Network] = []
    for version, policy in ((4, network.ipv4_outside), (6, network.ipv6_outside)):
        other = 10 - version
        lost = covers_all(routed, other) and not any(net.version == version for net in routed)
        if (policy == "block" and not covers_all(routed, version)) or (policy == "auto" and lost):
            found.append(EVERYTHING[version])
    return tuple(found)


def name_servers(dns: ProfileDns, configuration: Configuration, routed: Sequence[Network]) -> Dns | None:
    """Which servers get which names, or None where the tunnel changes nothing about that.

    What no machine can use of what a gateway says, or is more of it than any takes, is passed over.
    """
    if dns.mode == "off":
        return None
    servers = _askable(map(ip_address, dns.servers)) or _askable(configuration.dns)
    match = _domains((*configuration.domains, *dns.match))
    search = _domains(dns.search)
    full = covers_all(routed, 4) or (covers_all(routed, 6) and not any(net.version == 4 for net in routed))
    everything = dns.mode == "all" or (dns.mode == "auto" and full and not match)
    if not everything:
        match = _domains((*match, *search))  # a name made with one of these is asked there
    if not servers or not (everything or match):
        return None
    return Dns(servers=servers, search=search, match=match, everything=everything)


def _askable(servers: Iterable[Address]) -> tuple[Address, ...]:
    """An address with a zone is one of another link."""
    usable = (each for each in servers if not (each.is_unspecified or each.is_multicast or "%" in str(each)))
    return tuple(dict.fromkeys(usable))[:MOST_SERVERS]


def _domains(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        with suppress(ValueError):
            found[ascii_domain(name)] = None
    return tuple(found)[:MOST_DOMAINS]


def covers_all(networks: Iterable[Network], version: int) -> bool:
    """Whether every address of a family is in one of `networks`, which may be halves of all."""
    chosen = [net for net in networks if net.version == version]
    return sum(net.num_addresses for net in collapse(chosen)) == 1 << (32 if version == 4 else 128)


def collapse(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The fewest that hold the same addresses."""
    networks = tuple(networks)
    four = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    six = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return (*four, *six)


def inner_mtu(suite: EspSuite, path: Path, asked: int = 0, path_mtu: int = OUTER_MTU) -> int:
    """The largest inner packet that fits an outer one (RFC 4303 section 2); `asked` is capped by it."""
    around, block = _overhead(suite, path)
    largest = (path_mtu - around) // block * block - 2  # pad length and next header
    return min(asked or SAFE_MTU, largest)


def outer_octets(suite: EspSuite, path: Path, inner: int) -> int:
    """How large the outer packet of an inner one of `inner` octets is."""
    around, block = _overhead(suite, path)
    return around + -(-(inner + 2) // block) * block


def _overhead(suite: EspSuite, path: Path) -> tuple[int, int]:
    """What stands around the encrypted part of an outer packet, and what that is a multiple of."""
    outer_header = 40 if ":" in path.remote.host else 20
    sizes = esp_sizes(suite.encr, suite.integ)
    return outer_header + 8 + 8 + sizes.iv + sizes.icv, sizes.align  # UDP, then SPI and sequence number
