"""How macOS and FreeBSD lay out what they say on the route socket, and the numbers that both go by.

`tests/platforms` holds every number here against the systems' own headers, for each architecture.
Sources: net/route.h, net/if.h, net/if_dl.h, netinet6/in6_var.h, sys/sockio.h; route(4), netintro(4).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Literal

AF_INET: Final = 2
AF_LINK: Final = 18
PF_ROUTE: Final = 17
SO_RERROR: Final = 0x20000  # FreeBSD: say ENOBUFS when messages were lost
CTL_NET: Final = 4
NET_RT_DUMP: Final = 1
NET_RT_IFLIST: Final = 3
RTM_VERSION: Final = 5
IFNAMSIZ: Final = 16

# What a message is about
RTM_ADD: Final = 1
RTM_DELETE: Final = 2
RTM_CHANGE: Final = 3
RTM_GET: Final = 4
RTM_REDIRECT: Final = 6
RTM_MISS: Final = 7
RTM_NEWADDR: Final = 12
RTM_DELADDR: Final = 13
RTM_IFINFO: Final = 14
RTM_IFANNOUNCE: Final = 17  # FreeBSD alone

# Which sockaddrs follow its header: a bit each, in this order
RTA_DST: Final = 0x1
RTA_GATEWAY: Final = 0x2
RTA_NETMASK: Final = 0x4
RTA_IFP: Final = 0x10
RTA_IFA: Final = 0x20
RTA_BRD: Final = 0x80
RTAX_MAX: Final = 8

# What a route is like
RTF_UP: Final = 0x1
RTF_GATEWAY: Final = 0x2
RTF_HOST: Final = 0x4
RTF_REJECT: Final = 0x8
RTF_DONE: Final = 0x40
RTF_CLONING: Final = 0x100  # macOS: each destination gets a host route when it is first used
RTF_LLINFO: Final = 0x400  # is a neighbour's
RTF_STATIC: Final = 0x800
RTF_BLACKHOLE: Final = 0x1000
RTF_WASCLONED: Final = 0x20000  # macOS
RTF_PROTO3: Final = 0x40000  # the kernel keeps it and reads nothing in it: the mark of our routes
RTF_IFSCOPE: Final = 0x1000000  # macOS: for sockets that are bound to the interface

IFF_UP: Final = 0x1
IFF_LOOPBACK: Final = 0x8
IFF_POINTOPOINT: Final = 0x10
IFF_RUNNING: Final = 0x40
IFT_BRIDGE: Final = 0xD1
LINK_STATE_DOWN: Final = 1  # FreeBSD, where IFF_RUNNING tells of the driver alone

IN6_IFF_NODAD: Final = 0x20
ND6_INFINITE_LIFETIME: Final = 0xFFFFFFFF

SIOCDIFADDR: Final = 0x80206919
SIOCSIFFLAGS: Final = 0x80206910
SIOCGIFFLAGS: Final = 0xC0206911
SIOCSIFMTU: Final = 0x80206934
SIOCGIFMTU: Final = 0xC0206933
SIOCIFDESTROY: Final = 0x80206979
SIOCDIFADDR_IN6: Final = 0x81206919
SIOCGIFSTATUS: Final = 0xC331693B  # FreeBSD
IFSTAT_OCTETS: Final = 817  # struct ifstat: a name, and a text of at most 800 octets

#: The fields of struct rt_msghdr that both share: length, version, type, index, flags, sockaddrs, pid,
#: sequence number, errno. What follows (metrics) is zeros when we send it.
RT_MSGHDR: Final = struct.Struct("=HBBHxxiiiii")
#: struct if_msghdr up to its if_data: length, version, type, sockaddrs, flags, index; of that ifi_type,
#: FreeBSD's ifi_link_state, and ifi_mtu.
IF_MSGHDR: Final = struct.Struct("=HBBiiHxxB3xB3xI")
#: struct ifa_msghdr: length, version, type, sockaddrs, flags, index, metric.
IFA_MSGHDR: Final = struct.Struct("=HBBiiHxxi")
#: struct if_announcemsghdr: length, version, type, index, name, what.
IF_ANNOUNCEMSGHDR: Final = struct.Struct(f"=HBBH{IFNAMSIZ}sH")
#: struct ifreq with a number in it (flags, MTU).
IFREQ: Final = struct.Struct(f"={IFNAMSIZ}si12x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the two do not share."""

    system: Literal["darwin", "freebsd"]
    alignment: int  # of sockaddrs in messages, and what one of no length takes
    af_inet6: int
    rt_msghdr: int  # octets, metrics included
    if_msghdr: int
    sockaddr_dl: int
    siocaifaddr: int
    siocaifaddr_in6: int
    in_aliasreq: int  # octets: name, address, destination, mask, and a vhid on FreeBSD
    in6_aliasreq: int
    in6_ifreq: int
    embedded_scope: (
        bool  # octets 2 and 3 of a link-local address hold the interface, as KAME's kernels have it
    )
    change_keeps_flags: bool  # RTM_CHANGE makes no gateway's route of an interface's, or the reverse
    announces: bool  # RTM_IFANNOUNCE


DARWIN: Final = Layout(
    system="darwin",
    alignment=4,
    af_inet6=30,
    rt_msghdr=92,
    if_msghdr=112,
    sockaddr_dl=20,
    siocaifaddr=0x8040691A,
    siocaifaddr_in6=0x8080691A,
    in_aliasreq=64,
    in6_aliasreq=128,
    in6_ifreq=288,
    embedded_scope=True,
    change_keeps_flags=True,
    announces=False,
)
FREEBSD: Final = Layout(
    system="freebsd",
    alignment=8,
    af_inet6=28,
    rt_msghdr=152,
    if_msghdr=168,
    sockaddr_dl=54,
    siocaifaddr=0x8044692B,
    siocaifaddr_in6=0x8088691B,
    in_aliasreq=68,
    in6_aliasreq=136,
    in6_ifreq=288,
    embedded_scope=False,
    change_keeps_flags=False,
    announces=True,
)
