"""The undo log holds against crashes, damage and hostile content."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.net.base import NetworkError
from ginnel_service.net.journal import FILE_NAME, LIMIT_OCTETS, Before, Entry, Journal, parse
from ginnel_service.net.plan import AddRoute, AddRule, AddThrow, SetSysctl, Step

ERA = "00000000-0000-0000-0000-000000000000 4:1"
HEADER = msgspec.json.encode({"type": "header", "version": 1, "era": ERA}) + b"\n"
STEPS: list[tuple[Step, Before]] = [
    (AddThrow("192.0.2.0/24"), Before()),
    (AddRule(4), Before()),
    (SetSysctl("net/ipv4/ip_forward", "1"), Before(value="0", companions=(("eth0", "forwarding", "0"),))),
]


def opened(directory: Path, era: str = ERA) -> Journal:
    journal = Journal(directory, era)
    journal.open()
    return journal


def file_of(directory: Path) -> Path:
    return directory / FILE_NAME


def left_behind(directory: Path) -> bytes:
    """The file of a service that died after writing STEPS."""
    journal = opened(directory)
    journal.write(STEPS)
    journal.close()
    return file_of(directory).read_bytes()


def test_entries_are_in_the_file_when_write_returns(tmp_path: Path) -> None:
    journal = opened(tmp_path / "state")
    entries = journal.write(STEPS)
    assert list(parse(file_of(tmp_path / "state").read_bytes(), ERA)[0].values()) == entries
    journal.close()


@pytest.mark.parametrize("left", [b"", bytes(4096), HEADER[:20], HEADER.replace(b"4:1", b"4:2") + bytes(99)])
def test_whatever_a_crash_of_the_machine_leaves_holds_nothing(tmp_path: Path, left: bytes) -> None:
    """Nothing is synced: after another boot there is nothing to undo, and a torn file does no harm."""
    left_behind(tmp_path / "state")
    file_of(tmp_path / "state").write_bytes(left)
    journal = opened(tmp_path / "state")
    assert journal.live == ()
    assert journal.damaged == 0
    journal.close()


def test_successor_reads_what_was_not_undone(tmp_path: Path) -> None:
    journal = opened(tmp_path / "state")
    entries = journal.write(STEPS)
    journal.undone(entries[1:2])
    journal.close()
    successor = opened(tmp_path / "state")
    assert [entry.step for entry in successor.live] == [STEPS[0][0], STEPS[2][0]]
    assert successor.live[1].before == STEPS[2][1]
    successor.close()


def test_numbers_are_not_used_twice(tmp_path: Path) -> None:
    left_behind(tmp_path / "state")
    journal = opened(tmp_path / "state")
    new = journal.write([(AddRule(6), Before())])
    assert new[0].id not in [entry.id for entry in journal.live[:-1]]
    journal.close()


def test_file_is_private_and_gone_when_all_is_undone(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    journal = opened(directory)
    entries = journal.write(STEPS)
    assert stat.S_IMODE(file_of(directory).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    journal.undone(entries)
    assert list(directory.iterdir()) == []
    journal.close()


def test_every_torn_end_loses_at_most_the_last_line(tmp_path: Path) -> None:
    data = left_behind(tmp_path / "state")
    whole = list(parse(data, ERA)[0].values())
    for end in range(len(HEADER), len(data)):
        live, damaged = parse(data[:end], ERA)
        assert list(live.values()) == whole[: data[:end].count(b"\n") - 1]
        assert damaged == 0


def test_torn_end_is_not_continued(tmp_path: Path) -> None:
    data = left_behind(tmp_path / "state")
    file_of(tmp_path / "state").write_bytes(data[:-5])
    journal = opened(tmp_path / "state")
    journal.write([(AddRule(6), Before())])
    journal.close()
    live, damaged = parse(file_of(tmp_path / "state").read_bytes(), ERA)
    assert ([entry.step for entry in live.values()][-1], len(live), damaged) == (AddRule(6), 3, 0)


@pytest.mark.parametrize("era", ["00000000-0000-0000-0000-000000000001 4:1", ERA[:-1] + "2"])
def test_log_of_another_boot_or_namespace_is_dropped(tmp_path: Path, era: str) -> None:
    left_behind(tmp_path / "state")
    journal = opened(tmp_path / "state", era)
    assert journal.live == ()
    assert not file_of(tmp_path / "state").exists()
    journal.close()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\x00\xff",
        b"[" * 5000,
        b'{"type":"do"}',
        HEADER.strip(),
        b'{"type":"undone","ids":[-1]}',
        b'{"type":"undone","ids":["1"]}',
        b'{"type":"do","id":99999999999999999999,"step":{"type":"rule","family":4},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"rule","family":10},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"run","command":"id"},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"sysctl","path":"kernel/core_pattern","value":"1"},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"sysctl","path":"net/ipv4/conf/../rp_filter","value":"1"},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"sysctl","path":"net/ipv4/ip_forward","value":"1"},"before":{"value":"|sh"}}',
        b'{"type":"do","id":9,"step":{"type":"sysctl","path":"net/ipv4/ip_forward","value":"1"},'
        b'"before":{"value":"0","companions":[["../..","forwarding","1"]]}}',
        b'{"type":"do","id":9,"step":{"type":"route","network":"10.0.0.0/8","device":"a","table":255},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"route","network":"10.0.0.1/8","device":"a","table":254},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"up","device":"a/b"},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"block","network":"::1/64"},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"exemption","family":4,"mark":0},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"guard","device":"a","addresses":["1.2.3.4 }"]},"before":{}}',
        b'{"type":"do","id":9,"step":{"type":"guard","device":"a b","addresses":[]},"before":{}}',
    ],
)
def test_damaged_or_hostile_line_is_passed_over_and_counted(tmp_path: Path, line: bytes) -> None:
    data = left_behind(tmp_path / "state")
    lines = data.splitlines(keepends=True)
    file_of(tmp_path / "state").write_bytes(b"".join([*lines[:2], line + b"\n", *lines[2:]]))
    journal = opened(tmp_path / "state")
    assert [entry.step for entry in journal.live] == [step for step, _ in STEPS]
    assert journal.damaged == 1
    journal.close()


@given(st.binary())
def test_any_content_parses_to_nothing_worse_than_damage(data: bytes) -> None:
    parse(data, ERA)
    assert parse(HEADER + data, ERA)[0] == {}


@given(st.data())
def test_any_flipped_octet_leaves_the_other_lines(data: st.DataObject) -> None:
    entries = [Entry(n + 1, AddRoute(f"10.{n}.0.0/16", "t0"), Before(ifindex=3)) for n in range(3)]
    lines = [msgspec.json.encode(entry) + b"\n" for entry in entries]
    which = data.draw(st.integers(0, 2))
    spoiled = bytearray(lines[which][:-1])
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(
        st.integers(0, 255).filter(lambda o: o != 10)
    )
    live, _ = parse(HEADER + b"".join([*lines[:which], bytes(spoiled) + b"\n", *lines[which + 1 :]]), ERA)
    assert sum(entry in live.values() for entry in entries) >= 2 or len(live) == 2


def test_log_is_not_followed_through_a_link(tmp_path: Path) -> None:
    left_behind(tmp_path / "elsewhere")
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    file_of(directory).symlink_to(file_of(tmp_path / "elsewhere"))
    with pytest.raises(NetworkError, match="journal_unusable"):
        opened(directory)


def test_linked_new_file_is_replaced_not_written_through(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (directory / (FILE_NAME + ".new")).symlink_to(victim)
    left_behind(directory)
    assert victim.read_text() == "untouched"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused(tmp_path: Path, make: object) -> None:
    directory = tmp_path / "state"
    directory.mkdir(mode=0o700)
    assert callable(make)
    make(file_of(directory))
    with pytest.raises(NetworkError, match="journal_unusable"):
        opened(directory)


def test_oversized_log_is_refused_unread(tmp_path: Path) -> None:
    left_behind(tmp_path / "state")
    os.truncate(file_of(tmp_path / "state"), LIMIT_OCTETS + 1)
    with pytest.raises(NetworkError, match="journal_unusable"):
        opened(tmp_path / "state")


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_directory_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    directory = tmp_path / "state"
    directory.mkdir()
    directory.chmod(mode)
    with pytest.raises(NetworkError, match="state_directory_unsafe"):
        opened(directory)


def test_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = opened(tmp_path / "state")
    with pytest.raises(NetworkError, match="already_running"):
        opened(tmp_path / "state")
    first.close()
    opened(tmp_path / "state").close()


def test_failed_write_leaves_no_entry_and_the_next_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path / "state")
    journal.write(STEPS[:1])
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: len(data) // 2)
        with pytest.raises(NetworkError, match="journal_unusable"):
            journal.write(STEPS[1:2])
    assert len(journal.live) == 1
    journal.write(STEPS[2:])
    live, damaged = parse(file_of(tmp_path / "state").read_bytes(), ERA)
    assert ([entry.step for entry in live.values()], damaged) == ([STEPS[0][0], STEPS[2][0]], 0)
    journal.close()


def test_what_follows_a_torn_strike_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "state"
    journal = opened(directory)
    entries = journal.write(STEPS)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))  # the disk is full for a moment
        journal.undone(entries[:1])
    journal.write([(AddRule(6), Before())])
    live, damaged = parse(file_of(directory).read_bytes(), ERA)
    assert [entry.step for entry in live.values()] == [STEPS[1][0], STEPS[2][0], AddRule(6)]
    assert damaged == 0
    journal.close()


def test_long_life_does_not_grow_the_log(tmp_path: Path) -> None:
    journal = opened(tmp_path / "state")
    journal.write(STEPS)
    batch: list[tuple[Step, Before]] = [
        (AddRoute(f"10.{a}.{b}.0/24", "t0"), Before(ifindex=3)) for a in range(16) for b in range(256)
    ]
    for _ in range(8):
        journal.undone(journal.write(batch))
    assert file_of(tmp_path / "state").stat().st_size < 3 << 20
    assert len(journal.live) == len(STEPS)
    journal.close()
