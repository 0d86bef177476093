from __future__ import annotations

import base64
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service import logs
from ginnel_service.ipc.schema import LogEntry

SECRET = b"aubergine \xe2\x82\xac 42"


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[logs.RingHandler]:
    root = logging.getLogger(logs.ROOT)
    before = (list(root.handlers), root.level, root.propagate)
    logs.protect(SECRET)
    yield logs.set_up("debug", tmp_path / "log")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.handlers, root.level, root.propagate = before


SHAPES = [
    SECRET.decode(),
    repr(SECRET),
    SECRET.hex(),
    SECRET.hex().upper(),
    base64.b64encode(SECRET).decode(),
    ascii(SECRET.decode()),
]


@pytest.mark.parametrize("shape", SHAPES[:-1])
def test_a_secret_is_redacted_in_every_notation(ring: logs.RingHandler, tmp_path: Path, shape: str) -> None:
    logging.getLogger("ginnel.test").info("the key is %s", shape)
    assert ring.tail(1)[0].message.count("[secret]") == 1
    text = (tmp_path / "log").read_text()
    assert "[secret]" in text
    assert "aubergine" not in text


def test_a_secret_is_redacted_in_a_traceback(ring: logs.RingHandler, tmp_path: Path) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("ginnel.test").exception("it failed")
    assert "aubergine" not in (tmp_path / "log").read_text()
    assert ring.tail(1)[0].message == "it failed (ValueError)"


def test_control_characters_make_no_second_line(ring: logs.RingHandler, tmp_path: Path) -> None:
    logging.getLogger("ginnel.test").warning("peer says %s", "hi\ninfo ginnel: all is well\x1b[2J")
    assert len((tmp_path / "log").read_text().splitlines()) == 1
    assert ring.tail(1)[0].message == r"peer says hi\ninfo ginnel: all is well\x1b[2J"


def test_the_ring_keeps_the_last_and_tells_its_listener(ring: logs.RingHandler) -> None:
    heard: list[LogEntry] = []
    ring.listener = heard.append
    logger = logging.getLogger("ginnel.test")
    for number in range(3):
        logger.info("line %d", number, extra={"connection": "office"})
    assert [entry.message for entry in ring.tail(2)] == ["line 1", "line 2"]
    assert [(entry.level, entry.connection) for entry in heard] == [("info", "office")] * 3


def test_a_line_names_its_connection(ring: logs.RingHandler, tmp_path: Path) -> None:
    logging.getLogger("ginnel.test").info("it is up", extra={"connection": "office"})
    assert (tmp_path / "log").read_text().endswith("info ginnel.test [office]: it is up\n")


def test_a_log_file_is_private_and_no_link(ring: logs.RingHandler, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "log")
    with pytest.raises(OSError, match="symbolic"):
        logs.set_up("info", tmp_path / "link")


def test_what_clients_say_is_remembered_within_bounds(ring: logs.RingHandler) -> None:
    for number in range(10_000):
        logs.protect(b"%032d" % number)
        logs.protect(b"%032d" % number, f"office-{number}")
        logs.protect(b"%032d" % number, "office")
    held = sum(len(theirs) for theirs in logs._protected.values())
    assert held <= logs.MOST_OF_NONE + logs.MOST_OF_ONE + logs.MOST_CONNECTIONS
    logging.getLogger("ginnel.test").info("it is %032d", 9_999)
    assert ring.tail(1)[0].message == "it is [secret]"


def test_a_long_secret_is_redacted_in_every_notation_too(ring: logs.RingHandler, tmp_path: Path) -> None:
    """Such as a locked PKCS#12 file."""
    secret = bytes(range(256)) * 128
    logs.protect(secret, "office")
    for shape in (repr(secret)[2:-1], secret.hex(), base64.b64encode(secret).decode()):
        logging.getLogger("ginnel.test").info("the file is %s.", shape, extra={"connection": "office"})
    assert [entry.message for entry in ring.tail(3)] == ["the file is [secret]."] * 3


def test_what_no_profile_could_hold_is_no_burden(ring: logs.RingHandler) -> None:
    before = {name: len(theirs) for name, theirs in logs._protected.items()}
    logs.protect(bytes(700_000), "office")
    assert {name: len(theirs) for name, theirs in logs._protected.items()} == before


def test_nobody_learns_by_trial_from_their_own_lines_what_the_secrets_of_others_are(
    ring: logs.RingHandler, tmp_path: Path
) -> None:
    logs.protect(b"hunter2secret", "theirs")
    test = logging.getLogger("ginnel.test")
    for connection in ("mine", "theirs", ""):
        test.info("no such name: hunter2secret", extra={"connection": connection})
    assert [entry.message.endswith("[secret]") for entry in ring.tail(3)] == [False, True, True]
    assert [line.endswith("[secret]") for line in (tmp_path / "log").read_text().splitlines()[-3:]] == [
        False, True, True
    ]  # fmt: skip
