from __future__ import annotations

import time

import pytest

from ginnel_gui.model.facts import MOST_LINES, Fact, sections
from ginnel_gui.model.notes import Offer, notes
from ginnel_gui.model.present import Face, present
from ginnel_gui.model.report import report
from ginnel_gui.model.suites import readable
from ginnel_service.ike.keywords import KEYWORDS
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    DnsStatus,
    ErrorInfo,
    KillSwitchHold,
    KillSwitchStatus,
    Nat,
    OnDemandStatus,
    PathStatus,
)

UP = ConnectionStatus(
    name="office",
    state="up",
    server="vpn.example.org",
    peer="vpn.example.org",
    addresses=("10.20.7.14/32", "fd12::14/64"),
    dns_in_effect=DnsStatus(servers=("10.20.0.53",), everything=False, match=("corp.example.org",)),
    routes=("0.0.0.0/0", "::/0"),
    ike_suite="aes256gcm16-prfsha384-ecp384",
    esp_suite="chacha20poly1305",
    path=PathStatus(local="192.0.2.1:4500", remote="192.0.2.9:4500", encapsulated=True),
    nat=Nat(local=True, remote=True),
    established_at=time.time(),
)


def facts(status: ConnectionStatus) -> dict[str, Fact]:
    return {fact.label.text: fact for section in sections(status) for fact in section.facts}


def words(fact: Fact) -> list[str]:
    return [each if isinstance(each, str) else each.text for each in fact.lines]


def test_one_that_is_down_has_only_its_server() -> None:
    assert list(facts(ConnectionStatus(name="office", server="vpn.example.org"))) == ["Server"]


def test_addresses_lose_a_prefix_that_says_nothing() -> None:
    assert words(facts(UP)["My addresses"]) == ["10.20.7.14", "fd12::14/64"]


def test_a_route_to_everything_is_said_in_words() -> None:
    assert words(facts(UP)["Goes through"]) == ["Everything (IPv4)", "Everything (IPv6)"]


def test_a_proof_of_the_name_that_was_asked_for_is_no_news() -> None:
    assert "Proved to be" not in facts(UP)


def test_a_long_list_is_cut_with_the_number_of_the_rest() -> None:
    routes = tuple(f"10.{number}.0.0/16" for number in range(MOST_LINES + 5))
    lines = facts(ConnectionStatus(name="office", state="up", routes=routes))["Goes through"].lines
    assert len(lines) == MOST_LINES
    assert not isinstance(lines[-1], str)
    assert lines[-1].values == ("6",)


def test_names_that_the_tunnel_leaves_alone_are_told() -> None:
    assert words(facts(ConnectionStatus(name="office", state="up"))["Names"]) == [
        "Asked as without the tunnel"
    ]


@pytest.mark.parametrize(
    ("suite", "written"),
    [
        ("aes256gcm16-prfsha384-ecp384", "AES-256-GCM, PRF HMAC-SHA-384, P-384"),
        ("aes128-sha256-modp2048", "AES-128-CBC, HMAC-SHA-256, DH-2048"),
        ("chacha20poly1305-x25519-ke1_mlkem768-esn", "ChaCha20-Poly1305, X25519, ML-KEM-768"),
        ("something-new", "something, new"),
        ("", ""),
    ],
)
def test_suites_are_written_as_people_write_them(suite: str, written: str) -> None:
    assert readable(suite) == written.replace(", ", "\u00a0· ")


@pytest.mark.parametrize("keyword", sorted(KEYWORDS.keys() - {"esn", "noesn", "null"}))
def test_every_keyword_is_readable(keyword: str) -> None:
    assert readable(keyword) not in {keyword, ""}


def offers(status: ConnectionStatus, rules: OnDemandStatus) -> list[Offer]:
    return [each.offer for each in notes(present(status).face, status, rules, KillSwitchStatus())]


def test_paused_rules_can_be_resumed_and_others_paused() -> None:
    down = ConnectionStatus(name="office")
    assert offers(down, OnDemandStatus(state="paused")) == ["resume"]
    assert offers(down, OnDemandStatus(state="on", action="connect", rule=2)) == ["pause"]
    assert offers(down, OnDemandStatus()) == []


def test_a_kill_switch_is_told_of_once() -> None:
    on = KillSwitchStatus(blocking=True, profiles=(KillSwitchHold(name="office", mode="always"),))
    trying = ConnectionStatus(name="office", state="reconnecting", blocked=True)
    assert len(notes(Face.RECONNECTING, trying, OnDemandStatus(), on)) == 1
    down = ConnectionStatus(name="office", blocked=True)
    assert notes(Face.BLOCKED, down, OnDemandStatus(), on) == ()
    other = ConnectionStatus(name="lab")
    (note,) = notes(Face.DISCONNECTED, other, OnDemandStatus(), on)
    assert note.words.values == ("office",)


def test_weak_algorithms_are_named() -> None:
    weak = ConnectionStatus(name="office", state="up", weak=("modp1024",))
    (note,) = notes(Face.CONNECTED, weak, OnDemandStatus(), KillSwitchStatus())
    assert note.words.values == ("DH-1024",)


def test_without_contact_nothing_is_noted() -> None:
    weak = ConnectionStatus(name="office", state="up", weak=("modp1024",), blocked=True)
    assert notes(Face.LOST, weak, OnDemandStatus(), KillSwitchStatus()) == ()


def test_a_report_holds_the_error_and_the_facts() -> None:
    error = ErrorInfo(code="unreachable", params={"detail": "no answer"})
    text = report(UP, error, "ginnel-gui 1, service 2")
    for said in ("ginnel-gui 1, service 2", "State: up", "unreachable", "no answer", "192.0.2.9:4500"):
        assert said in text
    assert "%1" not in text
