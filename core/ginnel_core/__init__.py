"""The packet path: a TUN device, UDP sockets, and the native loops that carry ESP between them. No IKE."""

from __future__ import annotations

import sys

from ginnel_core.algorithms import esp_sizes
from ginnel_core.dataplane import DataPlane
from ginnel_core.live import live_objects
from ginnel_core.tun_framed import FramedTun
from ginnel_core.values import (
    DeviceLost,
    Endpoint,
    EspSizes,
    Event,
    IkeDatagram,
    PathTooBig,
    PeerMoved,
    SaCounters,
    SaExpiring,
    Selector,
    StrayEsp,
)

if sys.platform == "linux":
    from ginnel_core.tun_linux import Tun
    from ginnel_core.udp_linux import UdpSocket
elif sys.platform == "darwin":
    from ginnel_core.tun_darwin import Tun
    from ginnel_core.udp_bsd import UdpSocket
else:
    from ginnel_core.tun_freebsd import Tun
    from ginnel_core.udp_bsd import UdpSocket

__all__ = [
    "DataPlane",
    "DeviceLost",
    "Endpoint",
    "EspSizes",
    "Event",
    "FramedTun",
    "IkeDatagram",
    "PathTooBig",
    "PeerMoved",
    "SaCounters",
    "SaExpiring",
    "Selector",
    "StrayEsp",
    "Tun",
    "UdpSocket",
    "esp_sizes",
    "live_objects",
]
