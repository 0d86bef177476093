"""macOS: a service of our own in the dynamic store, by scutil(8) with its commands on standard input.

A service that has nothing but DNS is a supplement: its servers are asked for names below its match domains,
the empty one being all names (Apple, "VPN.DNS", SupplementalMatchDomains). The lowest order comes first. To
be the primary service instead would have configd set routes. What stands under State: ends with the boot.
"""

from __future__ import annotations

import errno
import re
from typing import Final

from ..plan import SetDns
from .commands import Runner, must, run

_SCUTIL: Final = ("scutil",)
_OURS: Final = "State:/Network/Service/ginnel-{device}/DNS"
_LISTED: Final = re.compile(r"State:/Network/Service/ginnel-(?P<device>[A-Za-z0-9]{1,15})/DNS")
_FIRST: Final = 1
EMPTY: Final = '""'


class ScutilDns:
    """`run` is the seam for tests. Every method raises OSError."""

    def __init__(self, run: Runner = run) -> None:
        self._run = run

    def set(self, step: SetDns) -> None:
        self._tell(*commands(step), f"set {key(step.device)}")

    def unset(self, step: SetDns) -> bool:
        return self._remove(step.device)

    def stands(self, step: SetDns) -> bool:
        shown = must(self._run, _SCUTIL, f"show {key(step.device)}\nquit\n")
        return parse(shown) == wanted(step)

    def sweep(self) -> bool:
        """Take away whatever is there of ours, when no tunnel is: whether there was anything."""
        gone = [self._remove(device) for device in self._devices()]
        return any(gone)

    def _remove(self, device: str) -> bool:
        if device not in self._devices():
            return False
        self._tell(f"remove {key(device)}")
        return True

    def _devices(self) -> list[str]:
        listed = must(self._run, _SCUTIL, f"list {key('.*')}\nquit\n")
        return sorted(match["device"] for match in _LISTED.finditer(listed))

    def _tell(self, *lines: str) -> None:
        """What succeeds prints nothing, and what fails ends with status 0 as well."""
        words = must(self._run, _SCUTIL, "".join(f"{line}\n" for line in (*lines, "quit"))).strip()
        if words:
            raise OSError(errno.EPERM if "ermission" in words else errno.EIO, words.splitlines()[0][:200])


def key(device: str) -> str:
    return _OURS.format(device=device)


def wanted(step: SetDns) -> dict[str, tuple[str, ...]]:
    """The dictionary of the service. Search domains are asked of the tunnel too, so they match as well."""
    match = ("",) if step.everything else tuple(dict.fromkeys([*step.match, *step.search]))
    found = {
        "ServerAddresses": step.servers,
        "SearchDomains": step.search,
        "SupplementalMatchDomains": match,
        "SupplementalMatchOrders": (str(_FIRST),) * len(match),
    }
    return {name: values for name, values in found.items() if values}


def commands(step: SetDns) -> list[str]:
    """Values are addresses, checked domains and numbers: no quoting is needed but for the empty one."""
    lines = ["d.init"]
    for name, values in wanted(step).items():
        kind = "* #" if name.endswith("Orders") else "*"
        lines.append(f"d.add {name} {kind} {' '.join(value or EMPTY for value in values)}")
    return lines


def parse(shown: str) -> dict[str, tuple[str, ...]]:
    """A dictionary of arrays as `show` prints it; empty for "No such key"."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in shown.splitlines():
        if match := re.fullmatch(r"\s*(\w+) : <array> \{", line):
            name = match[1]
            found[name] = ()
        elif name and (match := re.fullmatch(r"\s*\d+ : ?(.*)", line)):
            found[name] += (match[1].strip(),)
        elif line.strip() == "}":
            name = ""
    return found
