"""What pf is told on FreeBSD and macOS (pf.conf(5), pfctl(8)): texts of anchors, and who loads them.

No socket bears a mark there, so our own packets are known by the gateways that they go to. What may pass is
tagged, and what bears no tag is blocked: so nothing is let through that the machine's own rules would block.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import collapse_addresses
from typing import Final, Literal, NamedTuple

from ..base import Address, KillSwitch, Network, NetworkError
from ..surroundings import SITE_GROUPS4, SITE_GROUPS6

System = Literal["freebsd", "darwin"]

_PFCTL: Final = "/sbin/pfctl"
_TIMEOUT_S: Final = 10
_TAG: Final = "ginnel"
_GUARDED: Final = "ginnel-guarded"
_NAME: Final = re.compile(r"[A-Za-z0-9_.]{1,15}\Z")
_TOKEN: Final = re.compile(r"^Token : ([0-9]{1,20})$", re.MULTILINE)
#: What the main ruleset has to call for our anchors to be heard; on macOS it does by itself.
_CALL: Final[Mapping[System, str]] = {"freebsd": 'anchor "ginnel/*"', "darwin": 'anchor "com.apple/*"'}
_KILL_SWITCH: Final[Mapping[System, str]] = {
    "freebsd": "ginnel/killswitch",
    "darwin": "com.apple/ginnel.killswitch",
}
_GUARD: Final[Mapping[System, str]] = {"freebsd": "ginnel/guard", "darwin": "com.apple/ginnel.guard"}

_UPKEEP_OUT: Final = (
    "inet proto udp from any port 68 to any port 67",
    "inet6 proto udp from fe80::/10 port 546 to any port 547",
    "inet6 proto icmp6 all icmp6-type { 133, 135, 136 }",
    "inet6 proto icmp6 from any to ff02::/16 icmp6-type { 131, 132, 143 } allow-opts",
    "inet proto igmp from any to 224.0.0.0/4 allow-opts",
)
_UPKEEP_IN: Final = (
    "inet proto udp from any port 67 to any port 68",
    "inet6 proto udp from fe80::/10 port 547 to any port 546",
    "inet6 proto icmp6 all icmp6-type { 1, 2, 3, 4, 134, 135, 136 }",
    "inet6 proto icmp6 all icmp6-type { 130, 131, 143 } allow-opts",
    "inet proto icmp all icmp-type { 3, 11, 12 }",
    "inet proto igmp all allow-opts",
)


class Outcome(NamedTuple):
    status: int
    output: str  # of both streams


#: Runs an argument vector with a text for its standard input. Raises OSError.
Runner = Callable[[Sequence[str], str], Outcome]


def run_pfctl(arguments: Sequence[str], text: str) -> Outcome:
    """Without a shell, in an empty environment."""
    done = subprocess.run(
        arguments, input=text, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S, env={}
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


def guard_anchor(guards: Mapping[str, Iterable[Address]]) -> str:
    """Packets for a device's addresses come from it or from the machine itself, or not at all."""
    lines = []
    for device, addresses in guards.items():
        _check_name(device)
        lines += [
            f"pass in on {via} from any to {_set(addresses)} no state tag {_GUARDED}"
            for via in ("lo0", device)
        ]
        lines.append(f"block drop in quick from any to {_set(addresses)} ! tagged {_GUARDED}")
    return "\n".join(lines) + "\n"


def kill_switch_anchor(wanted: KillSwitch, lan: Iterable[Network] = ()) -> str:
    """What stops all that `wanted` does not let pass; `lan` are the private networks on the links."""
    for device in wanted.devices:
        _check_name(device)
    own = [f"on {device} all" for device in ("lo0", *wanted.devices)]
    out, arriving = [*own, *_UPKEEP_OUT], [*own, *_UPKEEP_IN]
    if wanted.gateways:
        gateways = _set(wanted.gateways)
        out.append(f"proto {{ tcp, udp }} from any to {gateways} port != 53")
        arriving.append(f"proto {{ tcp, udp }} from {gateways} to any")
    near = list(lan) if wanted.lan else []
    if near:
        networks = [
            *collapse_addresses(net for net in near if net.version == 4),
            *collapse_addresses(net for net in near if net.version == 6),
        ]
        targets = _set([*networks, *SITE_GROUPS4, *SITE_GROUPS6])
        ports = "{ 1:52, 54:852, 854:65535 }"  # names are asked nowhere but through a tunnel
        out.append(f"proto {{ tcp, udp }} from any to {targets} port {ports}")
        out.append(f"proto {{ icmp, icmp6 }} from any to {targets}")
        arriving.append(f"from {_set(networks)} to any")
    if wanted.portal:
        out += ["proto { tcp, udp } from any to any port 53", "proto tcp from any to any port { 80, 443 }"]
        arriving += [
            "proto { tcp, udp } from any port 53 to any",
            "proto tcp from any port { 80, 443 } to any flags A/A",
        ]
    return "".join(
        f"pass {way} {match} no state tag {_TAG}\n"
        for way, matches in (("out", out), ("in", arriving))
        for match in matches
    ) + (f"block return out quick all ! tagged {_TAG}\nblock drop in quick all ! tagged {_TAG}\n")


class PacketFilter:
    """Raises NetworkError `firewall_unavailable`, and what stood before stands then."""

    def __init__(self, system: System, run: Runner = run_pfctl) -> None:
        self._system = system
        self._run = run
        self._token = ""  # macOS: pf is enabled for as long as somebody holds one

    def set_kill_switch(self, wanted: KillSwitch | None, lan: Iterable[Network] = ()) -> None:
        """Flows that were open before are cut: a state would let them pass."""
        if wanted is None:
            self._clear(_KILL_SWITCH[self._system])
            return
        text = kill_switch_anchor(wanted, lan)
        self._enable()
        self._pfctl("-q", "-a", _KILL_SWITCH[self._system], "-f", "-", text=text)
        self._pfctl("-q", "-F", "states")

    def set_guards(self, guards: Mapping[str, Iterable[Address]]) -> None:
        """All of them; an empty mapping guards nothing."""
        if not guards:
            self._clear(_GUARD[self._system])
            return
        text = guard_anchor(guards)
        self._enable()
        self._pfctl("-q", "-a", _GUARD[self._system], "-f", "-", text=text)

    def release(self) -> None:
        """Let go of pf, where it counts who needs it. Anchors stay as they are."""
        if self._token:
            self._pfctl("-q", "-X", self._token)
            self._token = ""

    def _clear(self, anchor: str) -> None:
        self._pfctl("-q", "-a", anchor, "-F", "rules")

    def _enable(self) -> None:
        """Have pf enabled, and our anchors heard."""
        if _CALL[self._system] not in self._pfctl("-s", "rules"):
            raise NetworkError("firewall_unavailable", f"find {_CALL[self._system]} in pf's rules")
        if self._system == "darwin":
            if not self._token:
                found = _TOKEN.search(self._pfctl("-E"))
                if found is None:
                    raise NetworkError("firewall_unavailable", "enable pf")
                self._token = found[1]
        elif "Status: Enabled" not in self._pfctl("-s", "info"):
            self._pfctl("-q", "-e")

    def _pfctl(self, *arguments: str, text: str = "") -> str:
        try:
            outcome = self._run((_PFCTL, *arguments), text)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NetworkError("firewall_unavailable", "run pfctl") from error
        if outcome.status:
            raise NetworkError("firewall_unavailable", f"run pfctl {' '.join(arguments)}")
        return outcome.output


def _check_name(device: str) -> None:
    """Raise ValueError for a name that pf.conf(5) would read as something else."""
    if not _NAME.match(device):
        raise ValueError("not a device that pf can name")


def _set(values: Iterable[object]) -> str:
    return "{ " + ", ".join(dict.fromkeys(map(str, values))) + " }"
