"""Routes by route(4): added, moved and deleted on the route socket. One table
serves every tunnel and all else.

Ours bear RTF_PROTO3, which a kernel keeps and never reads. Nothing without it is deleted, but for the route
to one host whose place ours takes, and that is put back. Every call raises OSError.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..base import Address, Network
from ..journal import Stood
from .layout import (
    RTF_CLONING,
    RTF_GATEWAY,
    RTF_HOST,
    RTF_IFSCOPE,
    RTF_PROTO3,
    RTF_REJECT,
    RTF_STATIC,
    RTF_UP,
    RTM_ADD,
    RTM_CHANGE,
    RTM_DELETE,
    RTM_GET,
)
from .messages import RouteMessage
from .sight import Route
from .sockaddr import Link
from .talk import RouteTalk

_OURS = RTF_UP | RTF_STATIC | RTF_PROTO3
#: Of a route that we put back, what is the kernel's own to say.
_TOLD = ~(RTF_PROTO3 | RTF_IFSCOPE)
_GONE = frozenset({errno.ESRCH, errno.ENXIO, errno.ENETUNREACH, errno.EHOSTUNREACH})


def into(network: Network, device: Link, source: str | None) -> RouteMessage:
    """A route into a tunnel.

    The interface is named as the gateway and as itself: by an address alone a kernel may take another one,
    as it does for a host that is the far end of some other link.
    """
    return RouteMessage(
        type=RTM_ADD,
        network=network,
        gateway=device,
        index=device.index,
        flags=_OURS | _host(network),
        interface=device,
        source=ip_address(source) if source is not None else None,
    )


def around(system: str, network: Network, way: Route, name: str) -> RouteMessage:
    """A route that keeps to `way`. Multicast goes out where the next hop is, and not to it.

    On macOS neighbours are cloned from the route of their network, be it of one host.
    """
    device = Link(way.index, name)
    router = None if network.is_multicast else way.router
    if router is not None:
        return RouteMessage(
            type=RTM_ADD,
            network=network,
            gateway=router,
            index=way.index,
            flags=_OURS | RTF_GATEWAY | _host(network),
            interface=device,
        )
    flags = RTF_CLONING if system == "darwin" else _host(network)
    return RouteMessage(
        type=RTM_ADD,
        network=network,
        gateway=device,
        index=way.index,
        flags=_OURS | flags,
        interface=device,
    )


def nowhere(network: Network) -> RouteMessage:
    """Whoever tries hears so at once, through the loopback interface, as of `route add -reject`."""
    loopback: Address = IPv4Address("127.0.0.1") if network.version == 4 else IPv6Address("::1")
    flags = _OURS | RTF_GATEWAY | RTF_REJECT | _host(network)
    return RouteMessage(type=RTM_ADD, network=network, gateway=loopback, flags=flags)


def _host(network: Network) -> int:
    return RTF_HOST if network.prefixlen == network.max_prefixlen else 0


def current(talk: RouteTalk, network: Network) -> Route | None:
    """The route to exactly that prefix."""
    asked = RouteMessage(type=RTM_GET, network=network, flags=_host(network), interface=Link(0))
    with tolerate_gone():
        found = talk.ask(asked)
        if found.network == network:
            return Route(network, found.gateway, found.index, found.flags)
    return None


def put(talk: RouteTalk, wanted: RouteMessage, stood: Stood | None = None) -> None:
    """Have `wanted` stand: in place of one of ours, or of `stood`, whatever they were."""
    network = _of(wanted)
    try:
        talk.tell(wanted)
    except FileExistsError:
        there = current(talk, network)
        if there is not None and not there.is_ours and (stood is None or there.index != stood.ifindex):
            raise
        if there is not None:
            _delete(talk, there)
        talk.tell(wanted)
    there = current(talk, network)
    if wanted.index and (there is None or there.index != wanted.index):
        if there is not None and there.is_ours:
            _delete(talk, there)
        raise OSError(errno.ENXIO, "the route would lead elsewhere")


def move(talk: RouteTalk, there: Route, wanted: RouteMessage) -> None:
    """Have a route of ours lead elsewhere: at once, if both lead to a gateway."""
    if there.flags & wanted.flags & RTF_GATEWAY and not there.leads_nowhere:
        with tolerate_gone():
            talk.tell(replace(wanted, type=RTM_CHANGE))
            return
    put(talk, wanted)


def take_away(talk: RouteTalk, network: Network, device: int | None, *, nowhere: bool = False) -> bool:
    """Delete a route of ours, if it leads into `device` where one is named; whether there was one."""
    there = current(talk, network)
    if there is None or not there.is_ours or there.leads_nowhere is not nowhere:
        return False
    if device is not None and there.index != device:
        return False
    return _delete(talk, there)


def put_back(talk: RouteTalk, network: Network, stood: Stood, device: str) -> bool:
    """A route that ours took the place of, on an interface that is still there. Somebody's newer one stays.

    FreeBSD would make one route of both (net.route.multipath).
    """
    if current(talk, network) is not None:
        return False
    message = RouteMessage(
        type=RTM_ADD,
        network=network,
        gateway=ip_address(stood.gateway) if stood.gateway else Link(stood.ifindex, device),
        index=stood.ifindex,
        flags=stood.flags & _TOLD,
        interface=Link(stood.ifindex, device),
    )
    with tolerate_gone():
        talk.tell(message)
        return True
    return False


def _delete(talk: RouteTalk, there: Route) -> bool:
    """With its gateway: of several to one prefix FreeBSD deletes that one."""
    message = RouteMessage(
        type=RTM_DELETE,
        network=there.network,
        gateway=there.gateway,
        flags=there.flags & (RTF_HOST | RTF_GATEWAY),
    )
    with tolerate_gone():
        talk.tell(message)
        return True
    return False


def remember(route: Route) -> Stood:
    """What putting it back needs."""
    gateway = "" if route.gateway is None or isinstance(route.gateway, Link) else str(route.gateway)
    return Stood(gateway=gateway, ifindex=route.index, flags=route.flags)


def _of(message: RouteMessage) -> Network:
    assert message.network is not None
    return message.network


@contextmanager
def tolerate_gone() -> Iterator[None]:
    """There is no such route any more, or nothing to lead it through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _GONE:
            raise
