from __future__ import annotations

import logging
import os
import re
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service import logs
from ginnel_service.process.log_outputs import Journal, RotatingFile, Stderr, Syslog, is_journal

LOG = logging.getLogger("ginnel.test")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger(logs.ROOT)
    before = (list(root.handlers), root.level, root.propagate)
    root.handlers = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level, root.propagate = before
    LOG.setLevel(logging.NOTSET)


def record(message: str, level: int = logging.WARNING, **more: object) -> logging.LogRecord:
    return LOG.makeRecord(LOG.name, level, "", 0, message, (), None, extra=more)


def listener(path: Path) -> socket.socket:
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.bind(str(path))
    bound.settimeout(5)
    return bound


def fields(datagram: bytes) -> dict[str, str]:
    """Read journald's binary form."""
    found = {}
    while datagram:
        name, _, rest = datagram.partition(b"\n")
        (length,) = struct.unpack_from("<Q", rest)
        found[name.decode()] = rest[8 : 8 + length].decode()
        assert rest[8 + length : 9 + length] == b"\n"
        datagram = rest[9 + length :]
    return found


def test_the_journal_gets_lines_and_their_fields(tmp_path: Path) -> None:
    with listener(tmp_path / "socket") as journal:
        handler = Journal(tmp_path / "socket")
        handler.setFormatter(logs.SafeFormatter(with_time=False, with_level=False))
        handler.handle(record("it is\nup", connection="office"))
        found = fields(journal.recv(65536))
        handler.close()
    assert found == {
        "MESSAGE": r"ginnel.test [office]: it is\nup",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "ginneld",
        "GINNEL_LOGGER": "ginnel.test",
        "GINNEL_CONNECTION": "office",
    }


def test_a_journal_that_goes_and_comes_back_loses_no_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = listener(tmp_path / "socket")
    handler = Journal(tmp_path / "socket")
    handler.setFormatter(logs.SafeFormatter(with_time=False, with_level=False))
    first.close()
    handler.handle(record("meanwhile"))
    assert "meanwhile" in capsys.readouterr().err
    (tmp_path / "socket").unlink()
    with listener(tmp_path / "socket") as second:
        handler.handle(record("again"))
        assert fields(second.recv(65536))["MESSAGE"].endswith("again")
    handler.close()


def test_a_logger_that_hangs_holds_nobody_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listener(tmp_path / "log"):
        handler = Syslog(tmp_path / "log")
        for number in range(2000):  # nobody reads: the queue is full soon, and each line costs patience
            begun = time.monotonic()
            handler.handle(record(f"line {number}"))
            if time.monotonic() - begun > 0.05:
                break
        else:
            raise AssertionError("the queue never filled")
        assert time.monotonic() - begun < 1
        handler.close()
    assert capsys.readouterr().err == ""


def test_syslog_gets_facility_and_severity(tmp_path: Path) -> None:
    with listener(tmp_path / "log") as syslog:
        handler = Syslog(tmp_path / "log")
        handler.setFormatter(logs.SafeFormatter(with_time=False, with_level=False))
        handler.handle(record("no way", logging.ERROR))
        assert syslog.recv(65536).decode() == f"<27>ginneld[{os.getpid()}]: ginnel.test: no way"
        handler.close()


@pytest.mark.parametrize("kind", [Journal, Syslog])
def test_where_nobody_listens_the_error_names_the_socket(
    tmp_path: Path, kind: type[Journal] | type[Syslog]
) -> None:
    with pytest.raises(OSError, match="none") as caught:
        kind(tmp_path / "none")
    assert caught.value.filename == str(tmp_path / "none")


def test_the_journal_is_known_by_what_systemd_says_of_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "file").open("w") as file:
        found = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        assert is_journal(file)
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino + 1}")
        assert not is_journal(file)
        monkeypatch.delenv("JOURNAL_STREAM")
        assert not is_journal(file)


def test_lines_for_the_journal_by_standard_error_bear_their_priority(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = Stderr(prefixed=True)
    handler.setFormatter(logs.SafeFormatter(with_time=False))
    try:
        raise ValueError("two\nlines")
    except ValueError:
        made = record("it failed", logging.ERROR)
        made.exc_info = sys.exc_info()
    handler.handle(made)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 3
    assert all(line.startswith("<3>") for line in lines)


def test_a_file_never_outgrows_its_bound_and_three_former_ones_stay(tmp_path: Path) -> None:
    handler = RotatingFile(tmp_path / "log", max_octets=1000)
    for number in range(200):
        handler.handle(record(f"line {number:04} {'x' * 30}"))
    handler.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["log", "log.1", "log.2", "log.3"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    numbers = [
        int(number)
        for name in reversed(files)
        for number in re.findall(r"line (\d+)", (tmp_path / name).read_text())
    ]
    assert numbers == list(range(numbers[0], 200))


def test_a_file_that_was_renamed_is_opened_anew(tmp_path: Path) -> None:
    logs.set_up("info", tmp_path / "log")
    LOG.info("before")
    (tmp_path / "log").rename(tmp_path / "old")
    LOG.info("still the old one")
    logs.reopen()
    LOG.info("after")
    assert (tmp_path / "old").read_text().count("\n") == 2
    assert (tmp_path / "log").read_text().endswith("ginnel.test: after\n")


def test_no_link_is_followed_when_files_are_rotated(tmp_path: Path) -> None:
    """CVE-2025-11462: whoever can put a link where a log will be gets what it names written by root."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    folder = tmp_path / "logs"
    folder.mkdir()
    handler = RotatingFile(folder / "log", max_octets=100)
    for number in range(1, 4):
        (folder / f"log.{number}").symlink_to(precious)
    for _ in range(20):
        handler.handle(record("x" * 60))
    handler.close()
    assert precious.read_text() == "precious"
    (folder / "log").unlink()
    (folder / "log").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic"):
        RotatingFile(folder / "log")
    (folder / "log").unlink()
    os.link(precious, folder / "log")
    with pytest.raises(PermissionError):
        RotatingFile(folder / "log")
    assert precious.read_text() == "precious"


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_a_directory_that_others_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(PermissionError) as caught:
        RotatingFile(folder / "log")
    assert caught.value.filename == str(folder)
    inner = folder / "inner"
    inner.mkdir(mode=0o700)
    if not mode & stat.S_ISVTX:  # what is ours in a sticky directory stays where it is
        with pytest.raises(PermissionError):
            RotatingFile(inner / "log")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    (folder / "logs").mkdir(parents=True)
    os.chown(folder, 4242, 4242)
    with pytest.raises(PermissionError):
        RotatingFile(folder / "logs" / "log")


def test_an_output_that_fails_raises_nothing_and_prints_no_argument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.set_up("info", tmp_path / "log")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    LOG.info("the argument is %s", "aubergine")
    monkeypatch.undo()
    assert "aubergine" not in capsys.readouterr().err


def test_levels_change_while_the_service_runs(tmp_path: Path) -> None:
    ring = logs.set_up("info", tmp_path / "log")
    LOG.debug("unheard")
    logs.set_level("debug", "ginnel.test")
    LOG.debug("heard")
    logging.getLogger("ginnel.other").debug("unheard too")
    logs.set_level("warning")
    LOG.info("unheard as well")
    LOG.warning("heard again")
    assert [entry.message for entry in ring.tail(10)] == ["heard", "heard again"]
    assert {"ginnel.test", "ginnel.other"} <= set(logs.loggers())
