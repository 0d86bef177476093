"""A netlink socket for one call, and what its answers mean.

pyroute2 0.9 is asynchronous underneath: an `IPRoute` makes an event loop of its own for the thread that it is
created in, and cannot be made where a loop is running already. So each of our calls opens its own, in
whatever executor thread it runs, and closes it there: a few milliseconds, and no state to go stale.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from pyroute2.iproute.linux import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

PROTOCOL = 103  # RTA_PROTOCOL and FRA_PROTOCOL of what we add: nothing else is deleted
GONE = frozenset({errno.ESRCH, errno.ENODEV, errno.ENOENT, errno.EADDRNOTAVAIL, errno.ENXIO})
_IFF_UP = 1


@dataclass(frozen=True, slots=True)
class Link:
    index: int
    name: str
    up: bool
    mtu: int
    tx_queue: int


@contextmanager
def rtnetlink() -> Iterator[Any]:
    """An `IPRoute` in the network namespace of the calling thread. Raises OSError."""
    with cast(Any, IPRoute)(groups=0) as socket:
        try:
            yield socket
        except NetlinkError as error:
            raise OSError(error.code, "netlink") from error


@contextmanager
def os_errors() -> Iterator[None]:
    """Netlink's refusals as OSError."""
    try:
        yield
    except NetlinkError as error:
        raise OSError(error.code, "netlink") from error


@contextmanager
def tolerate_gone() -> Iterator[None]:
    """What is to be undone and is gone already is undone."""
    try:
        with os_errors():
            yield
    except OSError as error:
        if error.errno not in GONE:
            raise


def find_link(socket: Any, *, name: str = "", index: int = 0) -> Link | None:
    """The device of that name or index, or None."""
    try:
        answers = socket.link("get", **({"ifname": name} if name else {"index": index}))
    except NetlinkError as error:
        if error.code in GONE:
            return None
        raise OSError(error.code, "netlink") from error
    for answer in answers:
        attribute = answer.get_attr
        return Link(
            index=int(answer["index"]),
            name=str(attribute("IFLA_IFNAME")),
            up=bool(answer["flags"] & _IFF_UP),
            mtu=int(attribute("IFLA_MTU")),
            tx_queue=int(attribute("IFLA_TXQLEN") or 0),
        )
    return None


def need_link(socket: Any, name: str) -> Link:
    """The device of that name. Raises OSError ENODEV."""
    link = find_link(socket, name=name)
    if link is None:
        raise OSError(errno.ENODEV, "no such device")
    return link
