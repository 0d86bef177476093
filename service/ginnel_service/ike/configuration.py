"""The configuration payload (RFC 7296 section 3.15): virtual addresses and DNS, asked for and given."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface

from .codes import CfgAttribute, CfgType
from .errors import InvalidSyntax
from .events import Configuration
from .payloads.config import CfgEntry, ConfigPayload

NOTHING = Configuration()


def request(*, ipv4: bool, ipv6: bool) -> ConfigPayload:
    """CFG_REQUEST for an address and DNS of each family."""
    entries: list[CfgEntry] = []
    if ipv4:
        entries += [
            CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS, b""),
            CfgEntry(CfgAttribute.INTERNAL_IP4_DNS, b""),
        ]
    if ipv6:
        entries += [
            CfgEntry(CfgAttribute.INTERNAL_IP6_ADDRESS, b""),
            CfgEntry(CfgAttribute.INTERNAL_IP6_DNS, b""),
        ]
    return ConfigPayload(CfgType.REQUEST, tuple(entries))


def asked_families(payload: ConfigPayload) -> tuple[bool, bool]:
    """(IPv4 asked for, IPv6 asked for)."""
    kinds = {entry.type for entry in payload.attributes}
    return CfgAttribute.INTERNAL_IP4_ADDRESS in kinds, CfgAttribute.INTERNAL_IP6_ADDRESS in kinds


def reply(given: Configuration) -> ConfigPayload:
    """CFG_REPLY with what was leased."""
    entries = []
    for interface in given.addresses:
        if interface.version == 4:
            entries.append(CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS, interface.ip.packed))
        else:
            prefix = bytes([interface.network.prefixlen])
            entries.append(CfgEntry(CfgAttribute.INTERNAL_IP6_ADDRESS, interface.ip.packed + prefix))
    for server in given.dns:
        kind = CfgAttribute.INTERNAL_IP4_DNS if server.version == 4 else CfgAttribute.INTERNAL_IP6_DNS
        entries.append(CfgEntry(kind, server.packed))
    return ConfigPayload(CfgType.REPLY, tuple(entries))


def parse_reply(payload: ConfigPayload) -> Configuration:
    """What the gateway gave; unknown attributes are ignored. Raises InvalidSyntax."""
    addresses: list[IPv4Interface | IPv6Interface] = []
    dns: list[IPv4Address | IPv6Address] = []
    for entry in payload.attributes:
        if not entry.value:
            continue
        try:
            match entry.type:
                case CfgAttribute.INTERNAL_IP4_ADDRESS:
                    addresses.append(IPv4Interface(entry.value))
                case CfgAttribute.INTERNAL_IP6_ADDRESS:
                    addresses.append(_ipv6_interface(entry.value))
                case CfgAttribute.INTERNAL_IP4_DNS:
                    dns.append(IPv4Address(entry.value))
                case CfgAttribute.INTERNAL_IP6_DNS:
                    dns.append(IPv6Address(entry.value))
        except ValueError as error:
            raise InvalidSyntax("configuration attribute of a wrong length") from error
    return Configuration(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(dns)))


def _ipv6_interface(value: bytes) -> IPv6Interface:
    """17 octets with a prefix length; some gateways leave it out. The address is ours alone: /128."""
    if len(value) not in (16, 17):
        raise ValueError("an IPv6 address takes 16 octets and a prefix length")
    return IPv6Interface(IPv6Address(value[:16]))
