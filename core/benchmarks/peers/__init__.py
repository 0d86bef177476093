"""The tunnels that are measured side by side, in the order of the tables."""

from __future__ import annotations

from .bare import Bare
from .base import Peer, Tunnel
from .ginnel import Ginnel, Plane
from .openvpn import OpenVpn
from .strongswan import GinnelToStrongSwan, StrongSwan
from .wireguard import WireGuard

__all__ = [
    "Bare",
    "Ginnel",
    "GinnelToStrongSwan",
    "OpenVpn",
    "Peer",
    "Plane",
    "StrongSwan",
    "Tunnel",
    "WireGuard",
    "peers",
]


def peers() -> list[Peer]:
    return [Bare(), StrongSwan(), WireGuard(), OpenVpn(), Ginnel(), GinnelToStrongSwan()]
