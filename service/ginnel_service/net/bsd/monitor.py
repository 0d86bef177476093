"""Word of every change to interfaces, addresses and routes: what route(4) tells every route socket.

Says that something changed, not what: whoever listens asks the kernel for its way again, so what is lost to
an overflow does no harm. `way` is that question.
"""

from __future__ import annotations

import errno
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from ..base import DeviceState, Way
from . import links, messages
from .kernel import Kernel, SystemKernel
from .layout import (
    RTF_BLACKHOLE,
    RTF_GATEWAY,
    RTF_HOST,
    RTF_LLINFO,
    RTF_PROTO3,
    RTF_REJECT,
    RTF_WASCLONED,
    RTM_ADD,
    RTM_CHANGE,
    RTM_DELETE,
    RTM_GET,
    RTM_REDIRECT,
)
from .messages import AddressMessage, Announcement, LinkMessage, Message, RouteMessage
from .sight import Sight
from .sockaddr import Link
from .talk import RouteTalk

_CHANGES: Final = frozenset({RTM_ADD, RTM_DELETE, RTM_CHANGE, RTM_REDIRECT})
#: A neighbour found or forgotten, or a destination used for the first time: no way becomes another by it.
_NO_CHANGE: Final = RTF_LLINFO | RTF_WASCLONED


class DeviceWatch:
    """Readable when the route socket has said anything, until `drain` tells whether a device changed."""

    def __init__(self, kernel: Kernel | None = None) -> None:
        """Raises OSError."""
        self._kernel = kernel if kernel is not None else SystemKernel()
        self._socket = self._kernel.route_socket()

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> bool:
        """Whether there was word of a change, or word was lost (ENOBUFS)."""
        changed = False
        while True:
            try:
                data = self._socket.receive(0)
            except InterruptedError:
                continue
            except TimeoutError:
                return changed
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    return changed
                changed = True
            else:
                for message in messages.parse(self._kernel.layout, data):
                    changed = self._is_change(message) or changed

    def close(self) -> None:
        self._socket.close()

    def _is_change(self, message: Message) -> bool:
        return isinstance(message, LinkMessage | Announcement)


class NetworkWatch(DeviceWatch):
    """The same for anything of the network that was not of this process's doing."""

    def _is_change(self, message: Message) -> bool:
        if isinstance(message, RouteMessage):
            ours = message.pid == self._kernel.pid
            concerns = message.type in _CHANGES and not message.flags & _NO_CHANGE
            return concerns and not message.errno and not ours
        return isinstance(message, LinkMessage | AddressMessage | Announcement)


def device_state(name: str, kernel: Kernel | None = None) -> DeviceState | None:
    """None when there is no such device."""
    try:
        kernel = kernel if kernel is not None else SystemKernel()
        return DeviceState(up=links.is_up(kernel, name), mtu=links.get_mtu(kernel, name))
    except OSError:
        return None


def way(host: str, mark: int, kernel: Kernel | None = None) -> Way | None:
    """How packets get to `host` beside every tunnel of ours; None when there is no way, or its link is down.

    There are no marks here: `mark` is for the systems that have them.
    """
    try:
        kernel = kernel if kernel is not None else SystemKernel()
        sight = Sight(kernel)
        found = _ask(kernel, host) or _look(sight, host)
        device = sight.devices.get(found.device) if found is not None else None
    except OSError:
        return None
    return found if device is not None and device.carries else None


def _ask(kernel: Kernel, host: str) -> Way | None:
    """The kernel's own answer, None when a route of ours gives it: that may be of a network left behind."""
    asked = RouteMessage(type=RTM_GET, network=ip_network(host), flags=RTF_HOST, interface=Link(0))
    with RouteTalk(kernel) as talk:
        route = talk.ask(asked)
    nowhere = route.flags & (RTF_REJECT | RTF_BLACKHOLE)
    if route.flags & RTF_PROTO3 or nowhere or route.source is None:
        return None
    hop = route.gateway if route.flags & RTF_GATEWAY else None
    index = route.index or (route.interface.index if route.interface is not None else 0)
    return Way(str(route.source), index, str(hop) if isinstance(hop, IPv4Address | IPv6Address) else "")


def _look(sight: Sight, host: str) -> Way | None:
    found = sight.way_outside(host)
    if found is None:
        return None
    route, local = found
    return Way(str(local), route.index, str(route.router or ""))
