"""FreeBSD: resolvconf(8), which is openresolv, or local-unbound(8) where that is not fed by it.

local-unbound-setup(8) has resolvconf write unbound's forwarders; then a record of ours does all. Without
that, unbound is told over its control socket: a forward zone for each domain, or the root. Those hold until
it reads its configuration again, which is also how they are undone exactly.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from ..plan import SetDns
from .commands import Runner, must, run
from .file import read_resolv_conf
from .resolvconf import ResolvconfDns

_CONTROL: Final = "local-unbound-control"
_FED: Final = re.compile(r"^\s*unbound_conf=", re.MULTILINE)


class KeepsDns(Protocol):
    """Whoever looks after a BSD's DNS. Every method raises OSError."""

    def set(self, step: SetDns) -> None: ...
    def unset(self, device: str) -> bool: ...
    def stands(self, step: SetDns) -> bool: ...


class LocalUnboundDns:
    """`run` is the seam for tests. Every method raises OSError."""

    def __init__(self, run: Runner = run) -> None:
        self._run = run
        self._steps: dict[str, SetDns] = {}

    def set(self, step: SetDns) -> None:
        if self._steps.get(step.device, step) != step:
            self.unset(step.device)
        self._add(step)
        self._steps[step.device] = step

    def unset(self, device: str) -> bool:
        """Read the configuration anew, then tell again what is for other devices."""
        step = self._steps.pop(device, None)
        if step is None:
            return False
        must(self._run, [_CONTROL, "reload"])
        for other in self._steps.values():
            self._add(other)
        return True

    def stands(self, step: SetDns) -> bool:
        listed = parse_forwards(must(self._run, [_CONTROL, "list_forwards"]))
        return all(listed.get(zone) == frozenset(step.servers) for zone in zones(step))

    def recover(self) -> bool:
        """What a predecessor told goes with a reading of the configuration, which harms nothing."""
        must(self._run, [_CONTROL, "reload"])
        return True

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


def choose(resolvconf_conf: str, run: Runner = run) -> KeepsDns:
    """`resolvconf_conf` is the text of /etc/resolvconf.conf. Raises OSError."""
    servers = read_resolv_conf().servers
    local = bool(servers) and all(server.startswith("127.") or server == "::1" for server in servers)
    if local and not _FED.search(resolvconf_conf) and run([_CONTROL, "status"]).status == 0:
        return LocalUnboundDns(run)
    return ResolvconfDns(run)
