from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service.daemon import StatusLine
from ginnel_service.ipc.schema import ConnectionStatus, ProfileChange
from ginnel_service.process.notify import Notifier
from tunnel.fakes import play


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A manager's socket, and what it tells its services of it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@ginnel-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        bound.settimeout(5)
        yield bound, name


def heard(bound: socket.socket) -> list[str]:
    return bound.recv(4096).decode().split("\n")


def test_the_manager_hears_of_every_stage(listener: tuple[socket.socket, str]) -> None:
    bound, name = listener
    environment = {"NOTIFY_SOCKET": name, "PATH": "/bin"}
    notifier = Notifier(environment)
    assert environment == {"PATH": "/bin"}
    notifier.ready("No connection")
    assert heard(bound) == ["READY=1", "STATUS=No connection"]
    notifier.status("1 up")
    assert heard(bound) == ["STATUS=1 up"]
    notifier.stopping()
    assert heard(bound)[0] == "STOPPING=1"
    notifier.close()
    notifier.status("nobody hears this")


def test_the_watchdog_is_fed_by_the_event_loop_within_half_its_time(
    listener: tuple[socket.socket, str],
) -> None:
    bound, name = listener
    pid = str(os.getpid())
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": pid})

    async def run() -> None:
        loop = asyncio.get_running_loop()
        bound.setblocking(False)
        notifier.ready("")
        assert (await loop.sock_recv(bound, 100)).startswith(b"READY=1")
        begun = loop.time()
        for count in range(3):
            assert await loop.sock_recv(bound, 100) == b"WATCHDOG=1"
            assert loop.time() - begun == pytest.approx(count * 0.1)
        notifier.close()

    play(run)


def test_a_watchdog_meant_for_another_process_is_not_fed(listener: tuple[socket.socket, str]) -> None:
    bound, name = listener
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"})

    async def run() -> None:
        notifier.ready("")
        notifier.stopping()

    asyncio.run(run())
    assert heard(bound)[0] == "READY=1"
    assert heard(bound)[0] == "STOPPING=1"
    notifier.close()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
        {"NOTIFY_SOCKET": "/no/such/socket", "WATCHDOG_USEC": "many"},
    ],
)
def test_where_nobody_listens_nothing_happens(environment: dict[str, str]) -> None:
    notifier = Notifier(environment)
    notifier.ready("No connection")
    notifier.stopping()
    notifier.close()


def test_a_connection_whose_profile_is_gone_is_counted_no_more(listener: tuple[socket.socket, str]) -> None:
    bound, name = listener
    notifier = Notifier({"NOTIFY_SOCKET": name})
    line = StatusLine(notifier)
    for each in ("office", "home"):
        line.heard(ConnectionStatus(name=each, state="failed"))
    assert [heard(bound) for _ in range(2)] == [["STATUS=1 failed"], ["STATUS=2 failed"]]
    line.heard(ProfileChange(name="office"))
    assert heard(bound) == ["STATUS=1 failed"]
    line.heard(ProfileChange(name="home", new_name="work"))
    assert heard(bound) == ["STATUS=No connection"]
    notifier.close()
