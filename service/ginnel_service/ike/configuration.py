"""The configuration payload (RFC 7296 section 3.15, RFC 8598): what a gateway gives to use inside."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import TypeVar

from .auth.names import host
from .codes import CfgAttribute, CfgType
from .errors import InvalidSyntax
from .events import Configuration, Interface, Network
from .payloads.config import CfgEntry, ConfigPayload

NOTHING = Configuration()
MAX_OF_A_KIND = 64  # what a gateway gives beyond that is left out
MAX_VERSION_CHARACTERS = 128
#: What we understand when the peer gives it, and what we answer with.
SUPPORTED = (
    CfgAttribute.INTERNAL_IP4_ADDRESS,
    CfgAttribute.INTERNAL_IP4_NETMASK,
    CfgAttribute.INTERNAL_IP4_DNS,
    CfgAttribute.APPLICATION_VERSION,
    CfgAttribute.INTERNAL_IP6_ADDRESS,
    CfgAttribute.INTERNAL_IP6_DNS,
    CfgAttribute.INTERNAL_IP4_SUBNET,
    CfgAttribute.SUPPORTED_ATTRIBUTES,
    CfgAttribute.INTERNAL_IP6_SUBNET,
    CfgAttribute.INTERNAL_DNS_DOMAIN,
)
_T = TypeVar("_T")


def request(*, ipv4: bool, ipv6: bool, wished: tuple[Interface, ...] = ()) -> ConfigPayload:
    """CFG_REQUEST for all that we know to use, of each family; `wished` are addresses that we had before."""
    entries: list[CfgEntry] = []
    for wanted, version, kinds in (
        (
            ipv4,
            4,
            (
                CfgAttribute.INTERNAL_IP4_ADDRESS,
                CfgAttribute.INTERNAL_IP4_DNS,
                CfgAttribute.INTERNAL_IP4_SUBNET,
            ),
        ),
        (
            ipv6,
            6,
            (
                CfgAttribute.INTERNAL_IP6_ADDRESS,
                CfgAttribute.INTERNAL_IP6_DNS,
                CfgAttribute.INTERNAL_IP6_SUBNET,
            ),
        ),
    ):
        if wanted:
            address, *others = kinds
            before = [_address_entry(each).value for each in wished if each.version == version]
            entries += [CfgEntry(address, value) for value in before or [b""]]
            entries += [CfgEntry(kind, b"") for kind in others]
    entries += [
        CfgEntry(CfgAttribute.INTERNAL_DNS_DOMAIN, b""),
        CfgEntry(CfgAttribute.APPLICATION_VERSION, b""),
    ]
    return ConfigPayload(CfgType.REQUEST, tuple(entries))


def asked_families(payload: ConfigPayload) -> tuple[bool, bool]:
    """(IPv4 asked for, IPv6 asked for)."""
    kinds = {entry.type for entry in payload.attributes}
    return CfgAttribute.INTERNAL_IP4_ADDRESS in kinds, CfgAttribute.INTERNAL_IP6_ADDRESS in kinds


def wishes(payload: ConfigPayload) -> tuple[Interface, ...]:
    """The addresses that the peer would like to have; what is no address is no wish."""
    found: list[Interface] = []
    for entry in payload.attributes[:MAX_OF_A_KIND]:
        try:
            if entry.type == CfgAttribute.INTERNAL_IP4_ADDRESS and entry.value:
                found.append(IPv4Interface(entry.value))
            elif entry.type == CfgAttribute.INTERNAL_IP6_ADDRESS and entry.value:
                found.append(_ipv6_interface(entry.value))
        except ValueError:
            continue
    return tuple(address for address in found if not address.ip.is_unspecified)


def reply(given: Configuration, asked: ConfigPayload) -> ConfigPayload:
    """CFG_REPLY with what was leased, and of the rest what the peer asked for."""
    kinds = {entry.type for entry in asked.attributes}
    entries = [_address_entry(interface) for interface in given.addresses]
    for server in given.dns:
        kind = CfgAttribute.INTERNAL_IP4_DNS if server.version == 4 else CfgAttribute.INTERNAL_IP6_DNS
        entries.append(CfgEntry(kind, server.packed))
    rest = [_subnet_entry(subnet) for subnet in given.subnets]
    rest += [CfgEntry(CfgAttribute.INTERNAL_DNS_DOMAIN, domain.encode("ascii")) for domain in given.domains]
    entries += (entry for entry in (*rest, *_facts(given.version)) if entry.type in kinds)
    return ConfigPayload(CfgType.REPLY, tuple(entries))


def answer(payload: ConfigPayload, version: str) -> ConfigPayload | None:
    """What an INFORMATIONAL exchange gets for a configuration payload (section 2.20): who we are, if asked.

    Nothing that a peer would SET is taken, which an empty CFG_ACK says.
    """
    if payload.cfg_type == CfgType.SET:
        return ConfigPayload(CfgType.ACK, ())
    if payload.cfg_type != CfgType.REQUEST:
        return None
    kinds = {entry.type for entry in payload.attributes}
    return ConfigPayload(CfgType.REPLY, tuple(entry for entry in _facts(version) if entry.type in kinds))


def parse_reply(payload: ConfigPayload) -> Configuration:
    """What the gateway gave, without unknown attributes and names that are none. Raises InvalidSyntax."""
    addresses: list[Interface] = []
    dns: list[IPv4Address | IPv6Address] = []
    subnets: list[Network] = []
    domains: list[str] = []
    version = ""
    for entry in payload.attributes:
        value = entry.value
        if not value:
            continue
        try:
            match entry.type:
                case CfgAttribute.INTERNAL_IP4_ADDRESS:
                    addresses.append(IPv4Interface(value))
                case CfgAttribute.INTERNAL_IP6_ADDRESS:
                    addresses.append(_ipv6_interface(value))
                case CfgAttribute.INTERNAL_IP4_DNS:
                    dns.append(IPv4Address(value))
                case CfgAttribute.INTERNAL_IP6_DNS:
                    dns.append(IPv6Address(value))
                case CfgAttribute.INTERNAL_IP4_SUBNET | CfgAttribute.INTERNAL_IP6_SUBNET:
                    subnets.append(_subnet(value))
                case CfgAttribute.INTERNAL_DNS_DOMAIN:
                    # A name of A-labels (RFC 8598 section 4.1); the root would be everything
                    name = host(value.decode("ascii", "replace"))
                    domains += [name] if name else []
                case CfgAttribute.APPLICATION_VERSION:
                    version = _line(value)
        except ValueError as error:
            raise InvalidSyntax("configuration attribute of a wrong length") from error
    return Configuration(_some(addresses), _some(dns), _some(subnets), _some(domains), version)


def _some(found: Iterable[_T]) -> tuple[_T, ...]:
    """Each once, and not too many."""
    return tuple(dict.fromkeys(found))[:MAX_OF_A_KIND]


def _facts(version: str) -> list[CfgEntry]:
    supported = b"".join(kind.to_bytes(2, "big") for kind in SUPPORTED)
    return [
        CfgEntry(CfgAttribute.APPLICATION_VERSION, version.encode()),
        CfgEntry(CfgAttribute.SUPPORTED_ATTRIBUTES, supported),
    ]


def _address_entry(interface: Interface) -> CfgEntry:
    if interface.version == 4:
        return CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS, interface.ip.packed)
    prefix = bytes([interface.network.prefixlen])
    return CfgEntry(CfgAttribute.INTERNAL_IP6_ADDRESS, interface.ip.packed + prefix)


def _subnet_entry(subnet: Network) -> CfgEntry:
    if subnet.version == 4:
        value = subnet.network_address.packed + subnet.netmask.packed
        return CfgEntry(CfgAttribute.INTERNAL_IP4_SUBNET, value)
    value = subnet.network_address.packed + bytes([subnet.prefixlen])
    return CfgEntry(CfgAttribute.INTERNAL_IP6_SUBNET, value)


def _subnet(value: bytes) -> Network:
    """An address and a netmask, or an IPv6 prefix and its length; host bits are dropped."""
    if len(value) == 8:
        return IPv4Network((value[:4], str(IPv4Address(value[4:]))), strict=False)
    if len(value) == 17:
        return IPv6Network((value[:16], value[16]), strict=False)
    raise ValueError("a subnet takes 8 octets or 17")


def _ipv6_interface(value: bytes) -> IPv6Interface:
    """17 octets with a prefix length; some gateways leave it out. The address is ours alone: /128."""
    if len(value) not in (16, 17):
        raise ValueError("an IPv6 address takes 16 octets and a prefix length")
    return IPv6Interface(IPv6Address(value[:16]))


def _line(value: bytes) -> str:
    text = value[: 4 * MAX_VERSION_CHARACTERS].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:MAX_VERSION_CHARACTERS]
