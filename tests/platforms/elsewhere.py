"""`ginneld` as macOS or FreeBSD would run it: argv names the system, ginneld's own arguments follow.

The system is said to be another before anything of the service is imported; what only Linux has cannot be
imported, route(4) and pfctl(8) are those of the tests. Nothing here says that a real one would do the same.
"""

from __future__ import annotations

import asyncio  # noqa: F401 - the standard library is imported as this system's
import ctypes
import logging.handlers  # noqa: F401
import platform  # noqa: F401
import ssl  # noqa: F401
import subprocess  # noqa: F401
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import cast

from cryptography import x509  # noqa: F401

from ginnel_core import udp_linux

_LINUX = (
    "ginnel_service.net.linux",
    "ginnel_service.net.firewall.libnftables",
    "ginnel_service.net.dns.watch",
)


class NoLinux(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name.startswith(_LINUX):
            raise ImportError(f"{name} was imported on {sys.platform}")


def pretend(system: str) -> None:
    for name in [name for name in sys.modules if name.startswith("ginnel_")]:
        del sys.modules[name]
    sys.platform = system
    sys.meta_path.insert(0, NoLinux())
    for name in ("tun_darwin", "tun_freebsd"):
        made = ModuleType(f"ginnel_core.{name}")
        made.__dict__["Tun"] = object
        sys.modules[made.__name__] = made
    sys.modules["ginnel_core.udp_linux"] = sys.modules["ginnel_core.udp_bsd"] = udp_linux


def main(system: str, arguments: list[str]) -> None:
    pretend(system)
    from ginnel_service.net.bsd import kernel
    from ginnel_service.net.firewall import pfctl
    from ginnel_service.process import privileges
    from helpers.packet_filter import FakePf

    pf = FakePf()
    pfctl.__dict__["run_pfctl"] = pf  # before anybody has it for a default
    from net.bsd.world import home

    machine = home(kernel.layout_of(system))
    kernel.__dict__["SystemKernel"] = lambda: machine

    def confine() -> tuple[str, ...]:
        return privileges.confine_root(cast(ctypes.CDLL, _Libc()), system)

    privileges.__dict__["confine"] = confine
    from ginnel_service import config, daemon

    # Wherever it is here, it is the machine's own.
    daemon.__dict__["DEFAULT_STATE"] = config.parse_arguments(arguments).state.root
    try:
        daemon.main(arguments)
    finally:
        print("anchors:", *sorted(pf.anchors))


class _Libc:
    """Whose every call succeeds."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: 0


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
