from __future__ import annotations

import re

import pytest

from ginnel_gui.model.findings import CHECK_WORDS, FINDINGS, OFFLOADS, describe, in_order, parameters
from ginnel_gui.model.words import Words
from ginnel_service.cli import findings as of_the_command_line
from ginnel_service.ipc.identifiers import EXAMINATION_IDS, FINDING_IDS
from ginnel_service.ipc.schema import CHECKS, Finding

#: Its words are those of the error that it carries.
WITHOUT_WORDS = {"connection_error"}


def english(words: Words) -> str:
    return re.sub("%([1-9])", lambda found: str(words.values[int(found[1]) - 1]), words.text)


def test_every_finding_has_words() -> None:
    known = (FINDING_IDS.keys() | EXAMINATION_IDS.keys()) - WITHOUT_WORDS
    drops = {name for name in of_the_command_line.FINDINGS if name.startswith("drop_")}
    assert known | drops == FINDINGS.keys()


def test_every_check_and_offload_has_words() -> None:
    assert tuple(CHECK_WORDS) == CHECKS
    assert OFFLOADS.keys() == of_the_command_line.OFFLOADS.keys()


@pytest.mark.parametrize("identifier", sorted(FINDINGS))
def test_words_take_parameters_that_the_finding_has(identifier: str) -> None:
    have = len(parameters(identifier))
    for words in FINDINGS[identifier]:
        places = {int(each) for each in re.findall(r"%([1-9])", words.text)} if words is not None else set()
        assert places <= set(range(1, have + 1))


def test_parameters_stand_where_they_belong() -> None:
    finding = Finding(
        id="name_resolves",
        severity="ok",
        params={
            "server": "vpn.example.org",
            "addresses": ["192.0.2.1", "2001:db8::1"],
            "ms": 12,
            "servers": [],
        },
    )
    assert describe(finding, english)[0] == (
        "vpn.example.org is known as 192.0.2.1, 2001:db8::1: nobody said so within 12 ms."
    )


def test_names_of_checks_and_offloads_are_told_in_words() -> None:
    unfinished = Finding(id="check_unfinished", severity="note", params={"check": "clock"})
    assert "This machine's clock" in describe(unfinished, english)[0]
    lacking = Finding(
        id="kernel_lacks_offloads", severity="note", params={"offloads": ["tun_udp", "new_one"]}
    )
    assert "large packets of UDP, new_one" in describe(lacking, english)[0]


def test_a_finding_of_a_later_version_is_still_told() -> None:
    text, remedy = describe(Finding(id="moon_phase", severity="warning"), english)
    assert "moon_phase" in text
    assert remedy


def test_what_the_network_says_brings_no_control_characters() -> None:
    finding = Finding(
        id="check_failed", severity="warning", params={"check": "udp", "detail": "a\x1b[31mb\u202e"}
    )
    assert describe(finding, english)[0].isprintable()


def test_problems_come_first() -> None:
    found = [
        Finding(id="a", severity="ok"),
        Finding(id="b", severity="note"),
        Finding(id="c", severity="warning"),
    ]
    assert [each.id for each in in_order(found)] == ["c", "b", "a"]
