"""The door for a running gateway's administrator."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import stat
import threading
from pathlib import Path

import pytest

from ginnel_service.gateway.control import (
    FILE,
    Answer,
    Control,
    Disconnect,
    Disconnected,
    GatewayStatus,
    Question,
    ask_disconnect,
    ask_status,
)
from ginnel_service.gateway.errors import GatewayError

STATUS = GatewayStatus(identity="gw", listening=("192.0.2.1:500",), device="ginnelgw0", peers=())


def answer(question: Question) -> Answer:
    return Disconnected(len(question.user)) if isinstance(question, Disconnect) else STATUS


def served(folder: Path, visit: object) -> None:
    """Call `visit` in a thread while the door is open."""

    async def act() -> None:
        control = Control(folder, answer)
        await control.start()
        try:
            await asyncio.to_thread(visit)  # type: ignore[arg-type]
        finally:
            await control.close()

    asyncio.run(act())


def test_it_answers_and_is_closed_to_others(tmp_path: Path) -> None:
    def visit() -> None:
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        assert ask_status(tmp_path) == STATUS
        assert ask_disconnect(tmp_path, "bob") == 3

    served(tmp_path, visit)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b'{"type":"open"}\n', b"x" * 10_000 + b"\n", b"\xff\n"])
def test_nonsense_ends_the_visit_and_nothing_else(tmp_path: Path, line: bytes) -> None:
    def visit() -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(10)
            door.connect(str(tmp_path / FILE))
            door.sendall(line)
            with contextlib.suppress(ConnectionResetError):  # it need not read all of it
                assert door.recv(100) == b""
        assert ask_status(tmp_path) == STATUS

    served(tmp_path, visit)


def test_a_socket_that_a_crash_left_makes_way(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / FILE))
    with pytest.raises(GatewayError, match="gateway_not_running"):
        ask_status(tmp_path)
    served(tmp_path, lambda: ask_status(tmp_path))


def test_a_visitor_who_says_nothing_does_not_keep_the_gateway_from_ending(tmp_path: Path) -> None:
    done = threading.Event()

    def stay(door: socket.socket) -> None:
        done.wait(30)
        door.close()

    def visit() -> None:
        door = socket.socket(socket.AF_UNIX)
        door.connect(str(tmp_path / FILE))
        threading.Thread(target=stay, args=(door,)).start()
        assert ask_status(tmp_path) == STATUS  # who came before has been let in

    served(tmp_path, visit)
    done.set()


def test_without_a_gateway_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="gateway_not_running"):
        ask_status(tmp_path)
