"""The kernel as far as a network needs it: a handful of calls. `SystemKernel` makes them.

Everything above speaks in the kernel's own octets, so what tests see a fake kernel get is what the real one
gets.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from .layout import CTL_NET, DARWIN, FREEBSD, PF_ROUTE, SO_RERROR, Layout

#: What one read of a route socket can give: a message's length has 16 bits.
READ_OCTETS: Final = 65536
_BUFFER_OCTETS: Final = 256 << 10
_TRIES: Final = 5
_TOKEN: Final = Path("/var/run/ginnel.boot")
_TOKEN_OCTETS: Final = 16


class RouteSocket(Protocol):
    """A socket of route(4), of the FIB that this process is in."""

    def fileno(self) -> int: ...
    def send(self, message: bytes) -> None:
        """Raises OSError: what the kernel has against `message`."""

    def receive(self, timeout_s: float) -> bytes:
        """The next messages of anybody. Raises TimeoutError; OSError ENOBUFS when some were lost."""

    def close(self) -> None: ...


class Kernel(Protocol):
    """Every call raises OSError."""

    @property
    def layout(self) -> Layout: ...
    @property
    def pid(self) -> int:
        """By which answers to this process are known."""

    def boot(self) -> str:
        """A word of this boot's own."""

    def era(self) -> str:
        """Names this boot, and the FIB."""

    def route_socket(self) -> RouteSocket: ...
    def dump(self, what: int) -> bytes:
        """sysctl(3)'s {CTL_NET, PF_ROUTE, 0, 0, what, 0}: every family, the FIB that this process is in."""

    def ioctl(self, family: int, request: int, argument: bytes) -> bytes:
        """On a datagram socket of `family`; what the kernel made of `argument`."""

    def index(self, name: str) -> int:
        """Of an interface; zero when there is none."""

    def setting(self, name: str) -> int:
        """A number of sysctl(3)'s. OSError ENOENT when there is none of that name."""

    def set_setting(self, name: str, value: int) -> None: ...


def boot_id() -> str:
    """Of this boot of the machine. Raises OSError."""
    return SystemKernel().boot()


def boot_token(path: Path = _TOKEN) -> str:
    """What a file holds that no boot finds again, made when it is not there. Raises OSError.

    FreeBSD's kern.boottime is another whenever somebody sets the clock; rc.d/cleanvar empties /var/run.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(fresh, flags, 0o600), "w") as file:
            file.write(secrets.token_hex(_TOKEN_OCTETS))
        with suppress(FileExistsError):  # another process of ours came first
            os.link(fresh, path)
        fresh.unlink()
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)) as file:
        owner, token = os.fstat(file.fileno()).st_uid, file.read(4 * _TOKEN_OCTETS)
    if owner not in (0, os.geteuid()) or len(token) != 2 * _TOKEN_OCTETS or not token.isalnum():
        raise OSError(errno.EPERM, "not our word of this boot", str(path))
    return token


def layout_of(platform: str) -> Layout:
    """By sys.platform, which has FreeBSD's version behind its name. Raises OSError ENOSYS."""
    for layout in (DARWIN, FREEBSD):
        if platform.startswith(layout.system):
            return layout
    raise OSError(errno.ENOSYS, "no route(4) here")


class SystemRouteSocket:
    """Raises OSError (EPERM for whoever may not)."""

    def __init__(self, layout: Layout) -> None:
        self._socket = socket.socket(PF_ROUTE, socket.SOCK_RAW, 0)
        with suppress(OSError):  # a limit of the machine's
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_OCTETS)
        if layout is FREEBSD:  # macOS says nothing of what it drops: what was there before tells enough
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, SO_RERROR, 1)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: bytes) -> None:
        self._socket.setblocking(True)
        self._socket.send(message)

    def receive(self, timeout_s: float) -> bytes:
        self._socket.settimeout(timeout_s)
        try:
            return self._socket.recv(READ_OCTETS)
        except BlockingIOError:
            raise TimeoutError from None

    def close(self) -> None:
        self._socket.close()


class SystemKernel:
    """The kernel that this process runs on."""

    def __init__(self) -> None:
        """OSError ENOSYS on what is neither macOS nor FreeBSD."""
        self.layout = layout_of(sys.platform)
        self._libc = ctypes.CDLL(None, use_errno=True)

    @property
    def pid(self) -> int:
        return os.getpid()

    def boot(self) -> str:
        if self.layout is DARWIN:
            return self._by_name(b"kern.bootsessionuuid").rstrip(b"\0").decode("ascii", "replace")
        return boot_token()

    def era(self) -> str:
        return self.boot() if self.layout is DARWIN else f"{self.boot()} fib {self._fib()}"

    def route_socket(self) -> RouteSocket:
        return SystemRouteSocket(self.layout)

    def dump(self, what: int) -> bytes:
        """Of a table that grows between the two calls the kernel says ENOMEM: it is asked again."""
        mib = [CTL_NET, PF_ROUTE, 0, 0, what, 0]
        if self.layout is FREEBSD:
            mib.append(self._fib())
        for attempt in range(_TRIES):
            try:
                size = self._sysctl(mib, None, 0)
                buffer = ctypes.create_string_buffer(size + size // 8 + 1024)
                return buffer.raw[: self._sysctl(mib, buffer, len(buffer))]
            except OSError as error:
                if error.errno != errno.ENOMEM or attempt == _TRIES - 1:
                    raise
        raise AssertionError

    def ioctl(self, family: int, request: int, argument: bytes) -> bytes:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            return fcntl.ioctl(asking, request, argument)

    def index(self, name: str) -> int:
        try:
            return socket.if_nametoindex(name)
        except OSError:
            return 0

    def setting(self, name: str) -> int:
        return int.from_bytes(self._by_name(name.encode()), sys.byteorder, signed=True)

    def set_setting(self, name: str, value: int) -> None:
        number, size = ctypes.c_int(value), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
        self._check(self._libc.sysctlbyname(name.encode(), None, None, ctypes.byref(number), size))

    def _fib(self) -> int:
        """As setfib(1) has started us; new sockets are of it too."""
        if self.layout is not FREEBSD:
            return 0
        return int.from_bytes(self._by_name(b"net.my_fibnum"), sys.byteorder)

    def _sysctl(self, mib: Sequence[int], buffer: ctypes.Array[ctypes.c_char] | None, octets: int) -> int:
        size = ctypes.c_size_t(octets)
        names = (ctypes.c_int * len(mib))(*mib)
        self._check(self._libc.sysctl(names, len(mib), buffer, ctypes.byref(size), None, ctypes.c_size_t(0)))
        return size.value

    def _by_name(self, name: bytes) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = ctypes.c_size_t(len(buffer))
        self._check(self._libc.sysctlbyname(name, buffer, ctypes.byref(size), None, ctypes.c_size_t(0)))
        return buffer.raw[: size.value]

    @staticmethod
    def _check(status: int) -> None:
        if status != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
