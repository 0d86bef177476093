"""The ground that every tunnel is measured on: two hosts and the link between them.

     client                    server
    [ .1 ]---- 192.0.2.0/24 ----[ .2 ]     a veth pair, MTU 1500
                                [ 10.77.0.1 on lo ]     what the tunnels lead to

With the *real* setting the link behaves as an ordinary NIC does: no segment larger than the MTU crosses it,
UDP_SEGMENT trains are split in software before it and rebuilt by NAPI GRO behind it. veth's own setting lets
whole trains cross, which flatters whoever sends them.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ginnel_service.demo.lab import SYSTEM_PATH, Host, Lab, LabError, environment

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
INSIDE, INSIDE_NETWORK = "10.77.0.1", "10.77.0.0/24"
LINK_MTU, TUNNEL_MTU = 1500, 1400
REAL = {"tx-udp-segmentation": "off", "tcp-segmentation-offload": "off", "generic-receive-offload": "on"}


class Setting(StrEnum):
    """How the link's offloads are set."""

    REAL = "real"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Link:
    """Two joined hosts."""

    lab: Lab
    client: Host
    server: Host

    @property
    def ends(self) -> tuple[tuple[Host, str], tuple[Host, str]]:
        """Each host with its device on the link."""
        return (self.client, self.server.name), (self.server, self.client.name)

    def offloads(self) -> dict[str, str]:
        """What the client's device says of the features that matter here; empty without ethtool."""
        if why_missing() is not None:
            return {}
        host, device = self.ends[0]
        return _features(host, device)


@contextlib.contextmanager
def link(setting: Setting) -> Iterator[Link]:
    """Two fresh hosts, gone with the block. Raises LabError, LabUnavailableError."""
    with Lab() as lab:
        made = Link(lab, lab.host("client"), lab.host("server"))
        lab.link(made.client, made.server, [f"{CLIENT}/24"], [f"{SERVER}/24"], mtu=LINK_MTU)
        made.server.ip(f"addr add {INSIDE}/32 dev lo")
        for host, device in made.ends:
            if setting is Setting.REAL:
                _set_real(host, device)
        yield made


def set_tunnel_mtu(host: Host) -> list[str]:
    """Give every TUN device of `host` the MTU that all tunnels are measured with; returns their names."""
    links = json.loads(host.run(["ip", "-json", "-details", "link", "show"]).stdout)
    devices = [one["ifname"] for one in links if one.get("linkinfo", {}).get("info_kind") == "tun"]
    for device in devices:
        host.ip(f"link set {device} mtu {TUNNEL_MTU}")
    return devices


def why_missing() -> str | None:
    """What the real setting lacks on this machine, or None."""
    found = shutil.which("ethtool", path=environment()["PATH"])
    return (
        None if found else f"ethtool is not installed (looked in PATH and {SYSTEM_PATH}): apt install ethtool"
    )


def _set_real(host: Host, device: str) -> None:
    arguments = [word for name, value in REAL.items() for word in (_SHORT.get(name, name), value)]
    host.run(["ethtool", "-K", device, *arguments])
    found = _features(host, device)
    wrong = {name: found.get(name) for name, value in REAL.items() if found.get(name) != value}
    if wrong:
        raise LabError(f"{device} of {host.name} does not take the real setting: {wrong}")


#: ethtool(8) sets some features by other words than it shows them.
_SHORT = {"tcp-segmentation-offload": "tso", "generic-receive-offload": "gro"}


def _features(host: Host, device: str) -> dict[str, str]:
    shown = host.run(["ethtool", "-k", device]).stdout
    pairs = (line.split(":", 1) for line in shown.splitlines() if ":" in line)
    words = {name.strip(): value.split() for name, value in pairs}
    return {name: words[name][0] for name in (*REAL, "generic-segmentation-offload") if words.get(name)}
