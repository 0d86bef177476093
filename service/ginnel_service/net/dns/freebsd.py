"""FreeBSD: resolvconf(8), which is openresolv, or local-unbound(8) where that is not fed by it.

local-unbound-setup(8) has resolvconf write unbound's forwarders; then a record of ours does all. Without
that, unbound is told over its control socket: a forward zone for each domain, or the root. Those hold until
it reads its configuration again, which is also how they are undone exactly.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..plan import SetDns
from .commands import Runner, must, run
from .keepers import Keeper
from .resolvconf import asks_local_resolver

#: resolvconf.conf(5), a shell script that openresolv reads.
RESOLVCONF_CONF: Final = Path("/etc/resolvconf.conf")
_CONTROL: Final = "local-unbound-control"
_FED: Final = re.compile(r"^\s*unbound_conf=", re.MULTILINE)
_OFF: Final = re.compile(r"^\s*resolvconf=[\"']?NO\b", re.MULTILINE)


class LocalUnboundDns:
    """`run` is the seam for tests. Every method raises OSError."""

    def __init__(self, run: Runner = run) -> None:
        self._run = run
        self._steps: dict[str, SetDns] = {}

    def set(self, step: SetDns) -> None:
        if self._steps.get(step.device, step) != step:
            self.unset(step)
        self._add(step)
        self._steps[step.device] = step

    def unset(self, step: SetDns) -> bool:
        """Read the configuration anew, then tell again what is for other devices."""
        ours = self._steps.pop(step.device, None)
        if ours is None and not any(self._told(step)):  # by a process that was killed, perhaps midway
            return False
        must(self._run, [_CONTROL, "reload"])
        for other in self._steps.values():
            self._add(other)
        return True

    def stands(self, step: SetDns) -> bool:
        return all(self._told(step))

    def _told(self, step: SetDns) -> list[bool]:
        """Of each zone, whether it leads to the step's servers."""
        listed = parse_forwards(must(self._run, [_CONTROL, "list_forwards"]))
        return [listed.get(zone) == frozenset(step.servers) for zone in zones(step)]

    def _add(self, step: SetDns) -> None:
        """Without DNSSEC for names inside, which no public chain of trust leads to; the root keeps it."""
        for zone in zones(step):
            insecure = [] if zone == "." else ["+i"]
            must(self._run, [_CONTROL, "forward_add", *insecure, zone, *step.servers])
            must(self._run, [_CONTROL, "flush_zone", zone])


def zones(step: SetDns) -> tuple[str, ...]:
    return (".",) if step.everything else tuple(dict.fromkeys([*step.match, *step.search]))


def parse_forwards(listed: str) -> dict[str, frozenset[str]]:
    """`list_forwards`: a line a zone, such as "corp.example. IN forward +i 10.0.0.53"."""
    found = {}
    for line in listed.splitlines():
        match line.split():
            case [zone, "IN", "forward", *servers]:
                name = zone if zone == "." else zone.removesuffix(".")
                found[name] = frozenset(server for server in servers if not server.startswith("+"))
    return found


def find(run: Runner = run, conf: Path = RESOLVCONF_CONF) -> Keeper:
    """Who looks after the DNS of this machine. Raises OSError."""
    try:
        text = conf.read_text("utf-8", "replace")
    except FileNotFoundError:
        text = ""
    if asks_local_resolver() and not _FED.search(text) and run([_CONTROL, "status"]).status == 0:
        return "unbound"
    return "file" if _OFF.search(text) else "resolvconf"
