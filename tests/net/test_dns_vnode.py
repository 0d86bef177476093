"""The watch of macOS and FreeBSD, on a queue that notes which files are watched: what it says of a change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ginnel_service.net.dns.vnode import VnodeWatch


class Queue:
    """What kqueue(2) would hear of, by the inodes behind the descriptors that it was given last."""

    def __init__(self) -> None:
        self.watched: set[int] = set()
        self.closed = False

    def fileno(self) -> int:
        return -1

    def control(self, changes: Sequence[Any] | None, most: int, timeout: float) -> list[Any]:
        if changes is not None:
            self.watched = {os.fstat(descriptor).st_ino for descriptor in changes}
        return []

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("etc", "run"):
        (tmp_path / name).mkdir()
    file = tmp_path / "etc" / "resolv.conf"
    (tmp_path / "run" / "resolv.conf").write_text("nameserver 192.0.2.53\n")
    file.symlink_to("../run/resolv.conf")
    return file


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def watch(file: Path, queue: Queue) -> Iterator[VnodeWatch]:
    made = VnodeWatch(file, queue=lambda: queue, event=lambda descriptor: descriptor)
    yield made
    made.close()
    assert queue.closed


def write(file: Path) -> None:
    file.write_text("nameserver 192.0.2.53\nnameserver 192.0.2.54\n")


def rename_over(file: Path) -> None:
    new = file.with_name("new")
    new.write_text("nameserver 10.0.0.53\n")
    new.rename(file)


@pytest.mark.parametrize("change", [write, rename_over, Path.unlink])
def test_it_tells_of_a_change_once(
    change: Callable[[Path], object], file: Path, watch: VnodeWatch, queue: Queue
) -> None:
    assert not watch.drain()
    change(file)
    assert watch.drain()
    assert not watch.drain()
    places = (file.parent, file.resolve().parent, file.resolve())
    assert queue.watched == {place.stat().st_ino for place in places if place.exists()}


def test_folders_and_the_file_behind_a_link_are_watched_and_other_files_pass(
    file: Path, watch: VnodeWatch, queue: Queue
) -> None:
    target = file.resolve()
    assert queue.watched == {each.stat().st_ino for each in (file.parent, target.parent, target)}
    file.with_name("hosts").write_text("127.0.0.1 localhost\n")
    assert not watch.drain()
    write(target)
    assert watch.drain()
