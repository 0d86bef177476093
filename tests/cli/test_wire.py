"""The command line at a door where more knock than the service has room for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ginnel_service.cli.wire import CliError, Wire


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A listener with room for one, whose queue is full."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as waiting:
        listener.bind(path)
        listener.listen(0)
        waiting.connect(path)
        yield listener, path


def test_it_waits_until_there_is_room(crowded: tuple[socket.socket, str]) -> None:
    listener, path = crowded

    def let_in() -> None:
        for _ in range(2):
            listener.accept()[0].close()

    timer = threading.Timer(0.3, let_in)
    timer.start()
    with Wire(path, timeout_s=10):
        pass
    timer.join()


def test_it_does_not_wait_for_ever(crowded: tuple[socket.socket, str]) -> None:
    _, path = crowded
    with pytest.raises(CliError) as caught:
        Wire(path, timeout_s=0.2)
    assert caught.value.code == "service_not_running"
