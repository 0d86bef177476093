"""What macOS and FreeBSD are told about DNS: the commands and their text; unbound itself, as Linux has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Lab
from ginnel_service.net.dns.commands import Result
from ginnel_service.net.dns.darwin import ScutilDns
from ginnel_service.net.dns.freebsd import LocalUnboundDns, find, parse_forwards
from ginnel_service.net.dns.machine import MachineDns
from ginnel_service.net.plan import SetDns
from helpers.named_machine import FROM_OFFICE, FROM_OUTSIDE, OFFICE, NamedMachine

FULL = SetDns("utun3", ("10.0.0.53", "fd00::53"), search=("corp.example",))
SPLIT = SetDns("utun4", ("10.0.0.53",), ("office.example",), ("corp.example", "10.in-addr.arpa"), False)


class Told:
    """A runner that writes down what it was told, and answers from a list; silently when that is empty."""

    def __init__(self, *answers: str, status: int = 0) -> None:
        self.calls: list[tuple[tuple[str, ...], str]] = []
        self.answers = list(answers)
        self.status = status

    def __call__(self, argv: Sequence[str], text: str = "") -> Result:
        self.calls.append((tuple(argv), text))
        return Result(self.status, self.answers.pop(0) if self.answers else "")


def test_scutil_is_told_a_supplement_for_every_name() -> None:
    told = Told()
    ScutilDns(told).set(FULL)
    assert told.calls == [
        (
            ("scutil",),
            "d.init\n"
            "d.add ServerAddresses * 10.0.0.53 fd00::53\n"
            "d.add SearchDomains * corp.example\n"
            'd.add SupplementalMatchDomains * ""\n'
            "d.add SupplementalMatchOrders * # 1\n"
            "set State:/Network/Service/ginnel-utun3/DNS\n"
            "quit\n",
        )
    ]


def test_scutil_is_told_the_domains_of_a_split_tunnel() -> None:
    told = Told()
    ScutilDns(told).set(SPLIT)
    text = told.calls[0][1]
    assert "d.add SupplementalMatchDomains * corp.example 10.in-addr.arpa office.example\n" in text
    assert "d.add SupplementalMatchOrders * # 1 1 1\n" in text


def test_scutils_refusal_is_an_error_although_its_status_is_zero() -> None:
    with pytest.raises(PermissionError):
        ScutilDns(Told("  Permission denied\n")).set(FULL)


def test_scutil_takes_away_what_is_ours_alone() -> None:
    listed = (
        "  subKey [0] = State:/Network/Service/ginnel-utun3/DNS\n"
        "  subKey [1] = State:/Network/Service/3C3F/DNS\n"
    )
    told = Told(listed)
    assert ScutilDns(told).unset(FULL)
    assert told.calls[-1][1] == "remove State:/Network/Service/ginnel-utun3/DNS\nquit\n"
    assert not ScutilDns(Told(listed)).unset(SPLIT)
    told = Told(listed, listed)
    assert ScutilDns(told).sweep()
    assert [text for _, text in told.calls if "remove" in text] == [
        "remove State:/Network/Service/ginnel-utun3/DNS\nquit\n"
    ]


def test_scutil_tells_whether_it_stands() -> None:
    shown = """<dictionary> {
  SearchDomains : <array> {
    0 : corp.example
  }
  ServerAddresses : <array> {
    0 : 10.0.0.53
    1 : fd00::53
  }
  SupplementalMatchDomains : <array> {
    0 :
  }
  SupplementalMatchOrders : <array> {
    0 : 1
  }
}
"""
    assert ScutilDns(Told(shown)).stands(FULL)
    assert not ScutilDns(Told(shown.replace("10.0.0.53", "192.0.2.53"))).stands(FULL)
    assert not ScutilDns(Told("  No such key\n")).stands(FULL)


def test_unbound_is_told_a_zone_for_each_domain_and_reads_its_configuration_to_forget() -> None:
    told = Told()
    dns = LocalUnboundDns(told)
    dns.set(SPLIT)
    dns.set(FULL)
    assert dns.unset(SPLIT)
    assert not dns.unset(SPLIT)
    assert [argv[1:] for argv, _ in told.calls] == [
        ("forward_add", "+i", "corp.example", "10.0.0.53"),
        ("flush_zone", "corp.example"),
        ("forward_add", "+i", "10.in-addr.arpa", "10.0.0.53"),
        ("flush_zone", "10.in-addr.arpa"),
        ("forward_add", "+i", "office.example", "10.0.0.53"),
        ("flush_zone", "office.example"),
        ("forward_add", ".", "10.0.0.53", "fd00::53"),
        ("flush_zone", "."),
        ("reload",),
        ("forward_add", ".", "10.0.0.53", "fd00::53"),
        ("flush_zone", "."),
        ("list_forwards",),
    ]


def test_unbounds_list_of_forwards_is_read() -> None:
    listed = ". IN forward 192.0.2.53 2001:db8::53\ncorp.example. IN forward +i 10.0.0.53\n"
    assert parse_forwards(listed) == {
        ".": frozenset({"192.0.2.53", "2001:db8::53"}),
        "corp.example": frozenset({"10.0.0.53"}),
    }


def test_resolvconf_feeds_unbound_where_it_was_set_up_so_and_none_writes_where_it_is_off(
    tmp_path: Path,
) -> None:
    """This machine asks no resolver of its own, so local-unbound is not even looked for."""
    conf = tmp_path / "resolvconf.conf"
    assert find(Told(status=1), conf) == "resolvconf"
    conf.write_text('unbound_conf="/var/unbound/forward.conf"\n')
    assert find(Told(), conf) == "resolvconf"
    conf.write_text("# whose file it is\nresolvconf=NO\n")
    assert find(Told(), conf) == "file"
    assert MachineDns(tmp_path, system="freebsd14", run=Told()).keeper(SPLIT) == "resolvconf"
    assert MachineDns(tmp_path, "file", system="freebsd14", run=Told()).keeper(SPLIT) == "file"


@pytest.mark.netns
def test_unbound_itself_parts_names_and_forgets(lab: Lab) -> None:
    machine = NamedMachine(lab)
    machine.client.ip("addr add 10.77.0.10/24 dev office")
    unbound = machine.run_unbound()
    dns = LocalUnboundDns(unbound)
    split = SetDns("office", (OFFICE,), match=("corp.example",), everything=False)
    everything = SetDns("office", (OFFICE,))
    assert machine.lookup("www.corp.example") == FROM_OUTSIDE
    assert not dns.stands(split)
    dns.set(split)
    assert dns.stands(split)
    assert machine.lookup("www.corp.example") == FROM_OFFICE
    assert machine.lookup("www.example.org") == FROM_OUTSIDE
    dns.set(everything)
    assert dns.stands(everything)
    machine.forget()
    assert machine.lookup("www.example.org") == FROM_OFFICE
    assert machine.outside.asked() == set()
    assert LocalUnboundDns(unbound).unset(everything)  # by who comes after a crash
    assert machine.lookup("mail.corp.example") == FROM_OUTSIDE
