"""NAT detection and the configuration payload."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface

import pytest

from ginnel_service.ike import configuration, natt
from ginnel_service.ike.codes import CfgAttribute, CfgType
from ginnel_service.ike.errors import InvalidSyntax
from ginnel_service.ike.events import Configuration, Endpoint, Path
from ginnel_service.ike.payloads.config import CfgEntry, ConfigPayload

HERE, THERE = Endpoint("192.0.2.1", 500), Endpoint("2001:db8::2", 500)
SPI_I, SPI_R = b"i" * 8, b"r" * 8


def _seen(sent_on: Path, received_on: Path, *, force: bool) -> tuple[bool, bool, bool]:
    notifies = natt.detection_notifies(SPI_I, SPI_R, sent_on, force=force, random=random.Random(1).randbytes)
    return natt.detect(list(notifies), SPI_I, SPI_R, received_on)


def test_without_a_nat_nothing_is_seen() -> None:
    assert _seen(Path(HERE, THERE, False), Path(THERE, HERE, False), force=False) == (True, False, False)


def test_forcing_makes_the_peer_see_a_nat_before_us_and_nothing_else() -> None:
    assert _seen(Path(HERE, THERE, False), Path(THERE, HERE, False), force=True) == (True, False, True)


def test_a_rewritten_source_is_a_nat_before_the_peer() -> None:
    rewritten = Endpoint("198.51.100.1", 20500)
    assert _seen(Path(HERE, THERE, False), Path(THERE, rewritten, False), force=False) == (True, False, True)


def test_a_rewritten_destination_is_a_nat_before_us() -> None:
    inside = Endpoint("10.0.0.2", 500)
    assert _seen(Path(HERE, THERE, False), Path(inside, HERE, False), force=False) == (True, True, False)


def test_a_peer_without_notifies_does_not_support_it() -> None:
    assert natt.detect([], SPI_I, SPI_R, Path(HERE, THERE, False)) == (False, False, False)


def test_a_reply_round_trips() -> None:
    given = Configuration(
        (IPv4Interface("10.9.0.2/32"), IPv6Interface("fd00::2/128")),
        (IPv4Address("10.9.0.1"), IPv6Address("fd00::1")),
    )
    assert configuration.parse_reply(configuration.reply(given)) == given


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
    ],
)
def test_an_address_of_a_wrong_length_is_invalid_syntax(kind: CfgAttribute) -> None:
    with pytest.raises(InvalidSyntax):
        configuration.parse_reply(ConfigPayload(CfgType.REPLY, (CfgEntry(kind, b"123"),)))


def test_unknown_and_empty_attributes_are_ignored() -> None:
    entries = (CfgEntry(0x7000, b"x"), CfgEntry(CfgAttribute.INTERNAL_IP4_ADDRESS, b""))
    assert configuration.parse_reply(ConfigPayload(CfgType.REPLY, entries)) == configuration.NOTHING
