"""The network of the machine that this runs on: the one place that asks which system it is.

What stands above `net` knows no system; what both branches import here has the same signatures.
"""

from __future__ import annotations

import sys

if sys.platform == "linux":
    from .dns.watch import DnsWatch
    from .linux.around import kill_switch_stands, look_around
    from .linux.device import DeviceWatch, device_state
    from .linux.facts import boot_id
    from .linux.monitor import NetworkWatch, way
    from .linux.nat import nat_vigil
    from .linux.network import LinuxNetwork as SystemNetwork
    from .linux.repair import repair
    from .linux.wireless import kind_of, ssid_of
else:
    from .bsd.around import kill_switch_stands, look_around
    from .bsd.kernel import boot_id
    from .bsd.monitor import DeviceWatch, NetworkWatch, device_state, way
    from .bsd.nat import nat_vigil
    from .bsd.network import BsdNetwork as SystemNetwork
    from .bsd.repair import repair
    from .bsd.wireless import kind_of, ssid_of
    from .dns.vnode import VnodeWatch as DnsWatch

__all__ = [
    "DeviceWatch",
    "DnsWatch",
    "NetworkWatch",
    "SystemNetwork",
    "boot_id",
    "device_state",
    "kill_switch_stands",
    "kind_of",
    "look_around",
    "nat_vigil",
    "repair",
    "ssid_of",
    "way",
]
