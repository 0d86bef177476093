from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

import pytest

from ginnel_service.ike import configuration
from ginnel_service.ike.codes import CfgAttribute, CfgType
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.events import Configuration
from ginnel_service.ike.payloads.config import CfgEntry, ConfigPayload

GIVEN = Configuration(
    (IPv4Interface("10.9.0.2/32"), IPv6Interface("fd00::2/128")),
    (IPv4Address("10.9.0.1"), IPv4Address("10.9.0.3"), IPv6Address("fd00::1")),
    (IPv4Network("10.20.0.0/16"), IPv4Network("192.0.2.0/24"), IPv6Network("fd20::/32")),
    ("corp.example.org", "lab.example.org"),
    "Some Gateway 7",
)
ALL = configuration.request(ipv4=True, ipv6=True)


def told(*entries: tuple[int, bytes]) -> Configuration:
    made = tuple(CfgEntry(kind, value) for kind, value in entries)
    return configuration.parse_reply(ConfigPayload(CfgType.REPLY, made))


def test_everything_that_was_asked_for_round_trips() -> None:
    assert configuration.parse_reply(configuration.reply(GIVEN, ALL)) == GIVEN


def test_only_addresses_and_dns_come_unasked() -> None:
    kinds = {CfgAttribute.INTERNAL_IP4_ADDRESS: b""}
    asked = ConfigPayload(CfgType.REQUEST, tuple(CfgEntry(kind, value) for kind, value in kinds.items()))
    given = configuration.parse_reply(configuration.reply(GIVEN, asked))
    assert given == Configuration(GIVEN.addresses, GIVEN.dns)


def test_the_octets_of_subnets_and_domains() -> None:
    """RFC 7296 section 3.15.1, RFC 8598 section 3.1."""
    values: dict[int, bytes] = {}
    for entry in configuration.reply(GIVEN, ALL).attributes:
        values.setdefault(entry.type, entry.value)
    assert values[CfgAttribute.INTERNAL_IP4_SUBNET] == bytes.fromhex("0a140000 ffff0000")
    assert values[CfgAttribute.INTERNAL_IP6_SUBNET] == bytes.fromhex("fd20" + "00" * 14 + "20")
    assert values[CfgAttribute.INTERNAL_DNS_DOMAIN] == b"corp.example.org"


def test_addresses_of_before_are_wished_for() -> None:
    asked = configuration.request(ipv4=True, ipv6=True, wished=GIVEN.addresses)
    assert configuration.wishes(asked) == GIVEN.addresses
    assert configuration.wishes(ALL) == ()


def test_a_wish_that_is_no_address_is_none() -> None:
    bad = ((CfgAttribute.INTERNAL_IP4_ADDRESS, b"123"), (CfgAttribute.INTERNAL_IP4_ADDRESS, bytes(4)))
    entries = tuple(CfgEntry(kind, value) for kind, value in bad)
    assert configuration.wishes(ConfigPayload(CfgType.REQUEST, entries)) == ()


def test_host_bits_of_a_subnet_are_dropped() -> None:
    given = told((CfgAttribute.INTERNAL_IP4_SUBNET, bytes.fromhex("0a140501 ffff0000")))
    assert given.subnets == (IPv4Network("10.20.0.0/16"),)


@pytest.mark.parametrize("name", [b".", b"a b", b"-x.org", b"\xff", b"x" * 300, b"bad\x00name.org"])
def test_names_that_are_none_are_left_out(name: bytes) -> None:
    assert told((CfgAttribute.INTERNAL_DNS_DOMAIN, name)).domains == ()


def test_a_gateway_that_gives_without_end_is_bounded() -> None:
    given = told(
        *((CfgAttribute.INTERNAL_IP4_DNS, bytes((10, 0, n // 256, n % 256))) for n in range(1000)),
        (CfgAttribute.APPLICATION_VERSION, b"v\x1b[31m" * 500),
    )
    assert len(given.dns) == configuration.MAX_OF_A_KIND
    assert len(given.version) <= configuration.MAX_VERSION_CHARACTERS
    assert given.version.isprintable()


def test_an_informational_request_learns_who_we_are_and_sets_nothing() -> None:
    asked = ConfigPayload(
        CfgType.REQUEST,
        (CfgEntry(CfgAttribute.APPLICATION_VERSION, b""), CfgEntry(CfgAttribute.SUPPORTED_ATTRIBUTES, b"")),
    )
    answer = configuration.answer(asked, "Ginnel 1")
    assert answer is not None
    version, supported = answer.attributes
    assert version.value == b"Ginnel 1"
    assert len(supported.value) == 2 * len(configuration.SUPPORTED)
    pushed = ConfigPayload(CfgType.SET, (CfgEntry(CfgAttribute.INTERNAL_IP4_DNS, bytes(4)),))
    assert configuration.answer(pushed, "Ginnel 1") == ConfigPayload(CfgType.ACK, ())
    assert configuration.answer(ConfigPayload(CfgType.ACK, ()), "Ginnel 1") is None


def test_a_virtual_ipv6_address_is_ours_alone_whatever_its_prefix() -> None:
    value = IPv6Address("fd00::2").packed
    for body in (value, value + b"\x40"):
        payload = ConfigPayload(CfgType.REPLY, (CfgEntry(CfgAttribute.INTERNAL_IP6_ADDRESS, body),))
        assert configuration.parse_reply(payload).addresses == (IPv6Interface("fd00::2/128"),)


@pytest.mark.parametrize(
    "kind",
    [
        CfgAttribute.INTERNAL_IP4_ADDRESS,
        CfgAttribute.INTERNAL_IP4_DNS,
        CfgAttribute.INTERNAL_IP6_ADDRESS,
        CfgAttribute.INTERNAL_IP6_DNS,
        CfgAttribute.INTERNAL_IP4_SUBNET,
        CfgAttribute.INTERNAL_IP6_SUBNET,
    ],
)
def test_an_address_of_a_wrong_length_is_invalid_syntax(kind: CfgAttribute) -> None:
    with pytest.raises(InvalidSyntax):
        configuration.parse_reply(ConfigPayload(CfgType.REPLY, (CfgEntry(kind, b"123"),)))


def test_unknown_and_empty_attributes_are_ignored() -> None:
    entries = (CfgEntry(0x7000, b"x"), CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS, b""))
    assert configuration.parse_reply(ConfigPayload(CfgType.REPLY, entries)) == configuration.NOTHING
