"""The watch hears of what changes whom programs ask, however it changes, and of nothing else."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ginnel_service.net.dns.watch import DnsWatch

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "run").mkdir()
    file = tmp_path / "etc" / "resolv.conf"
    file.write_text("nameserver 192.0.2.53\n")
    return file


@pytest.fixture
def watch(file: Path) -> Iterator[DnsWatch]:
    made = DnsWatch(file)
    yield made
    made.close()
    made.close()


def hears(watch: DnsWatch) -> bool:
    """Whether anything came, that concerns the file; /etc itself is quiet during a test."""
    return bool(select.select([watch], [], [], 0)[0]) and watch.drain()


def rename_over(file: Path) -> None:
    new = file.with_name("new")
    new.write_text("nameserver 192.0.2.54\n")
    new.rename(file)


def link_over(file: Path) -> None:
    target = file.parent.parent / "run" / "resolv.conf"
    target.write_text("nameserver 192.0.2.55\n")
    file.unlink()
    file.symlink_to("../run/resolv.conf")


@pytest.mark.parametrize(
    "change", [rename_over, link_over, Path.unlink, lambda file: file.write_text("nameserver 192.0.2.56\n")]
)
def test_a_change_is_heard_once_and_so_is_the_next(
    watch: DnsWatch, file: Path, change: Callable[[Path], object]
) -> None:
    assert not hears(watch)
    change(file)
    assert hears(watch)
    assert not hears(watch)
    file.write_text("nameserver 192.0.2.57\n")  # through the new link, into the new file
    assert hears(watch)


def test_the_target_of_a_link_is_watched(file: Path) -> None:
    link_over(file)
    watch = DnsWatch(file)
    rename_over(file.parent.parent / "run" / "resolv.conf")
    assert hears(watch)
    watch.close()


def test_a_neighbour_of_the_file_is_not_heard(watch: DnsWatch, file: Path) -> None:
    file.with_name("hosts").write_text("127.0.0.1 localhost\n")
    assert not hears(watch)
