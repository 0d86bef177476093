"""Settings under /proc/sys, of the network namespace of the calling thread."""

from __future__ import annotations

import os

from ..plan import is_device

_ROOT = "/proc/sys/"


def read(path: str) -> str | None:
    """The value, or None where the kernel or the device does not have it."""
    try:
        fd = os.open(_ROOT + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return os.read(fd, 64).decode("ascii", "replace").strip()
    finally:
        os.close(fd)


def write(path: str, value: str) -> None:
    """Raises OSError."""
    fd = os.open(_ROOT + path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.write(fd, value.encode("ascii"))
    finally:
        os.close(fd)


def devices(version: int) -> list[str]:
    """The names under net/ipv4/conf or net/ipv6/conf: "default", and every device."""
    try:
        names = os.listdir(f"{_ROOT}net/ipv{version}/conf")
    except FileNotFoundError:
        return []
    return sorted(name for name in names if name != "all" and is_device(name))
