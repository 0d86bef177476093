"""What is wrong with DNS, on-demand rules and the rest of what surrounds a tunnel, each with its remedy."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.profiles.checks import is_domain, is_host, is_ssid, is_url
from ginnel_service.profiles.model import (
    Dns,
    Local,
    Network,
    OnDemand,
    OnDemandRule,
    Profile,
    Reconnect,
    Timing,
    parse_profile,
    serialise_profile,
)
from ginnel_service.profiles.validation import validate

OFFICE = Profile(name="office", server="vpn.example.org", local=Local(id="alice"))
GOOD = OnDemandRule(
    action="evaluate",
    interface="wifi",
    ssids=("Office", "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"),
    dns_domains=("example.org",),
    dns_servers=("10.0.0.53", "2001:db8::53"),
    probe="https://intranet.example.org:8443/x?y=z",
    domains=("corp.example.org",),
)


def fields_of(**changes: Any) -> list[str]:
    return [problem.field for problem in validate(msgspec.structs.replace(OFFICE, **changes))]


def rules(*given: OnDemandRule) -> list[str]:
    return [field.removeprefix("on_demand.rules") for field in fields_of(on_demand=OnDemand(rules=given))]


def test_a_full_profile_is_fine_and_survives_its_file() -> None:
    full = msgspec.structs.replace(
        OFFICE,
        dns=Dns(mode="split", servers=("10.0.0.53",), search=("example.org",), match=("corp.example.org.",)),
        network=Network(lan=True, ipv4_outside="block", ipv6_outside="allow"),
        reconnect=Reconnect(tries=5, limit_s=60),
        on_demand=OnDemand(enabled=True, rules=(GOOD, OnDemandRule(action="connect"))),
        timing=Timing(idle_s=600),
    )
    assert validate(full) == []
    assert parse_profile(serialise_profile(full)) == full


@pytest.mark.parametrize(
    ("dns", "fields"),
    [
        (Dns(servers=("dns.example.org", "10.0.0.256", "10.0.0.1")), ["dns.servers", "dns.servers"]),
        (Dns(search=("a b", "")), ["dns.search", "dns.search"]),
        (Dns(mode="split", match=("*.example.org", "a..b", "x" * 64)), ["dns.match"] * 3),
        (Dns(mode="off", servers=("10.0.0.1",), search=("a.org",)), ["dns.servers", "dns.search"]),
        (Dns(mode="all", match=("a.org",)), ["dns.match"]),
    ],
)
def test_dns_is_checked(dns: Dns, fields: list[str]) -> None:
    assert fields_of(dns=dns) == fields


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"ssids": ("", "x" * 33, "\N{LATIN SMALL LETTER E WITH ACUTE}" * 17)}, ["[1].ssids"] * 3),
        ({"interface": "ethernet"}, ["[1].ssids"]),
        ({"dns_domains": ("a b",), "dns_servers": ("10.*",)}, ["[1].dns_domains", "[1].dns_servers"]),
        ({"probe": "ftp://example.org/"}, ["[1].probe"]),
        ({"domains": ()}, ["[1].domains"]),
        ({"domains": ("*",)}, ["[1].domains"]),
        ({"action": "connect"}, ["[1].domains"]),
    ],
)
def test_rules_are_checked_all_at_once(changes: dict[str, Any], fields: list[str]) -> None:
    assert rules(msgspec.structs.replace(GOOD, **changes)) == fields


def test_a_problem_names_its_rule() -> None:
    bad = OnDemandRule(action="evaluate")
    assert rules(GOOD, bad, bad) == ["[2].domains", "[3].domains"]
    assert fields_of(on_demand=OnDemand(enabled=True)) == ["on_demand.rules"]


def test_numbers_have_ranges() -> None:
    assert fields_of(reconnect=Reconnect(tries=-1, limit_s=0)) == ["reconnect.tries", "reconnect.limit_s"]
    assert fields_of(timing=Timing(idle_s=5)) == ["timing.idle_s"]
    assert fields_of(timing=Timing(idle_s=float("nan"))) == ["timing.idle_s"]


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "http://", "http:///x", "https://a b/", "http://alice@example.org/"),
        *("http://alice:secret@example.org/", "http://example.org:0/", "http://example.org:99999/"),
        *(
            "http://[::1/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://ex\N{CYRILLIC SMALL LETTER A}.org/",
        ),
    ],
)
def test_urls_that_cannot_be_asked_are_refused(url: str) -> None:
    assert not is_url(url)


@pytest.mark.parametrize(
    "url", ["http://example.org", "https://[2001:db8::1]:8443/a", "http://192.0.2.1/?q=1#x"]
)
def test_urls_that_can_be_asked_are_taken(url: str) -> None:
    assert is_url(url)


@given(st.text(max_size=80))
def test_shapes_are_told_of_any_text(text: str) -> None:
    for told in (is_domain(text), is_host(text), is_ssid(text), is_url(text)):
        assert told in (True, False)
    rule = OnDemandRule(action="connect", ssids=(text,), dns_domains=(text,), dns_servers=(text,), probe=text)
    for problem in validate(msgspec.structs.replace(OFFICE, on_demand=OnDemand(rules=(rule,)))):
        assert problem.remedy
