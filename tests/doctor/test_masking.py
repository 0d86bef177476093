from __future__ import annotations

import pwd

import pytest

from ginnel_service import report
from ginnel_service.ipc.schema import (
    ConnectionStatus,
    Diagnosis,
    ErrorInfo,
    Finding,
    LogEntry,
    Machine,
)
from ginnel_service.masking import Masker


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to 9.9.9.9:4500 and 9.9.9.9", "to [public-1]:4500 and [public-1]"),
        ("[2620:fe::fe]:4500", "[[public-1]]:4500"),
        ("2620:fe::fe/128 2620:00fe::00fe", "[public-1]/128 [public-1]"),
        ("2620:fe::fe: no answer, 2620:fe:1:2:3:4:5:6:", "[public-1]: no answer, [public-2]:"),
        ("10.0.0.1, 192.168.1.2, fe80::1, ::1, fd00::1", "10.0.0.1, 192.168.1.2, fe80::1, ::1, fd00::1"),
        ("link/ether 52:54:00:12:34:56", "link/ether [hardware-1]"),
        (
            "52:54:00:12:34:56 fe80::5054:ff:fe12:3456/64 fd00:1:2:3:5054:ff:fe12:3457: no",
            "[hardware-1] fe80::[hardware-1]/64 fd00:1:2:3::[hardware-2]: no",
        ),
        ("00:00:00:00:00:00", "00:00:00:00:00:00"),
        ("12:30:45 1.2.3.4.5 v1.2.3", "12:30:45 1.2.3.4.5 v1.2.3"),
        ("alice@example.org, ALICE, malice", "[user], [user], malice"),
    ],
)
def test_people_and_public_addresses_get_stand_ins(text: str, masked: str) -> None:
    assert Masker(["alice@example.org", ""]).mask(text) == masked


def test_the_same_address_keeps_its_stand_in_from_text_to_text() -> None:
    masker = Masker()
    assert masker.mask("8.8.8.8") == "[public-1]"
    assert masker.mask("9.9.9.9 8.8.8.8") == "[public-2] [public-1]"


def test_names_of_one_or_two_letters_are_left_alone() -> None:
    assert Masker(["al"]).mask("al also") == "al also"


@pytest.mark.parametrize("written", ["CORP\\alice", "CORP\\\\alice", "corp/alice", "alice"])
def test_a_name_with_a_windows_domain_is_masked_however_it_is_written(written: str) -> None:
    assert "alice" not in Masker(["CORP\\alice"]).mask(f'username = "{written}"')


def test_a_name_outside_ascii_is_masked_in_every_file() -> None:
    machine = Machine(system="Linux", libcrypto="3", cpu={}, tun="present", offloads={})
    finding = Finding(id="x", severity="ok", params={"who": "jürgen"})
    found = Diagnosis(version="1", machine=machine, findings=(finding,))
    status = ConnectionStatus(name="office", error=ErrorInfo(code="x", params={"who": "jürgen"}))
    entry = LogEntry(at=1.0, level="info", logger="x", message="for jürgen")
    texts = report.about_service(
        found, lambda each: (str(each.params), ""), full=False, statuses=[status], entries=[entry]
    )
    masked = report.masked(texts, ["jürgen"])
    for name in ("diagnosis.json", "status.json", "log.txt", "findings.txt"):
        assert "[user]" in masked[name], name
        assert "rgen" not in masked[name], name


def test_the_author_of_a_report_is_found_or_has_no_name() -> None:
    assert report.author(0, {"SUDO_USER": "alice", "LOGNAME": "root"}) == "alice"
    assert report.author(0, {"LOGNAME": "root"}) == ""
    nobodys = 2**31 - 7
    assert report.author(nobodys, {}) == ""
    assert report.author(nobodys, {"USER": "alice"}) == "alice"
    assert report.author(pwd.getpwall()[1].pw_uid, {}) == pwd.getpwall()[1].pw_name
