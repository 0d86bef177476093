"""The numbers by which `net.bsd` speaks to the kernels of macOS and FreeBSD, as assertions in C."""

from __future__ import annotations

from ginnel_service.net.bsd import layout as numbers
from ginnel_service.net.bsd.layout import (
    IF_ANNOUNCEMSGHDR,
    IF_MSGHDR,
    IFA_MSGHDR,
    IFREQ,
    RT_MSGHDR,
    Layout,
)

HEADERS = """
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/route.h>
#include <netinet/in.h>
#if __has_include(<netinet/in_var.h>)
#include <netinet/in_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>
#else /* macOS's, which zig does not bring: struct in6_addrlifetime, struct in6_aliasreq, struct in6_ifreq */
struct in6_addrlifetime { time_t ia6t_expire, ia6t_preferred; uint32_t ia6t_vltime, ia6t_pltime; };
struct in6_aliasreq {
    char ifra_name[IFNAMSIZ];
    struct sockaddr_in6 ifra_addr, ifra_dstaddr, ifra_prefixmask;
    int ifra_flags;
    struct in6_addrlifetime ifra_lifetime;
};
struct in6_ifreq {
    char ifr_name[IFNAMSIZ];
    union { struct sockaddr_in6 ifru_addr; char ifru_statistics[272]; } ifr_ifru;
};
#define SIOCAIFADDR_IN6 _IOW('i', 26, struct in6_aliasreq)
#define SIOCDIFADDR_IN6 _IOW('i', 25, struct in6_ifreq)
#endif
"""

#: Names of net.bsd.layout that are the headers' own, and where they are.
_NAMES = (
    *("AF_INET", "AF_LINK", "PF_ROUTE", "CTL_NET", "NET_RT_DUMP", "NET_RT_IFLIST"),
    *(
        "RTM_VERSION",
        "RTM_ADD",
        "RTM_DELETE",
        "RTM_CHANGE",
        "RTM_GET",
        "RTM_REDIRECT",
        "RTM_MISS",
        "RTM_NEWADDR",
        "RTM_DELADDR",
        "RTM_IFINFO",
    ),
    *(
        "RTA_DST",
        "RTA_GATEWAY",
        "RTA_NETMASK",
        "RTA_IFP",
        "RTA_IFA",
        "RTA_BRD",
        "RTAX_MAX",
    ),
    *(
        "RTF_UP",
        "RTF_GATEWAY",
        "RTF_HOST",
        "RTF_REJECT",
        "RTF_DONE",
        "RTF_STATIC",
        "RTF_BLACKHOLE",
        "RTF_PROTO3",
    ),
    *("IFNAMSIZ", "IFF_UP", "IFF_LOOPBACK", "IFF_POINTOPOINT", "IFT_BRIDGE"),
    *(
        "SIOCDIFADDR",
        "SIOCSIFFLAGS",
        "SIOCGIFFLAGS",
        "SIOCSIFMTU",
        "SIOCGIFMTU",
        "SIOCIFDESTROY",
        "SIOCDIFADDR_IN6",
    ),
)
_DARWIN = ["RTF_CLONING", "RTF_LLINFO", "RTF_WASCLONED", "RTF_IFSCOPE", "IFF_RUNNING"]
_FREEBSD = ["SO_RERROR", "SIOCGIFSTATUS", "RTM_IFANNOUNCE", "IN6_IFF_NODAD", "ND6_INFINITE_LIFETIME"]

#: Of a header, the field that each number of a struct format is, padding counted out.
_ROUTE = ["msglen", "version", "type", "index", "flags", "addrs", "pid", "seq", "errno"]

_INTERFACE = ["msglen", "version", "type", "addrs", "flags", "index"]


def assertions(layout: Layout) -> list[tuple[str, int]]:
    """What C has to evaluate to which of Python's numbers."""
    darwin = layout.system == "darwin"
    found = [(name, getattr(numbers, name)) for name in (*_NAMES, *(_DARWIN if darwin else _FREEBSD))]
    if not darwin:
        found += [
            ("LINK_STATE_DOWN", numbers.LINK_STATE_DOWN),
            ("offsetof(struct if_data, ifi_link_state)", 4),
        ]
        found += [("sizeof(struct ifstat)", numbers.IFSTAT_OCTETS)]
        found += [("IFF_DRV_RUNNING", numbers.IFF_RUNNING), ("RTF_LLDATA", numbers.RTF_LLINFO)]
    found += [
        ("AF_INET6", layout.af_inet6),
        ("sizeof(struct rt_msghdr)", layout.rt_msghdr),
        ("sizeof(struct if_msghdr)", layout.if_msghdr),
        ("sizeof(struct sockaddr_dl)", layout.sockaddr_dl),
        ("SIOCAIFADDR", layout.siocaifaddr),
        ("SIOCAIFADDR_IN6", layout.siocaifaddr_in6),
        ("sizeof(struct in6_aliasreq)", layout.in6_aliasreq),
        ("sizeof(struct in6_ifreq)", layout.in6_ifreq),
        (f"sizeof(struct {'ifaliasreq' if darwin else 'in_aliasreq'})", layout.in_aliasreq),
        ("sizeof(struct ifa_msghdr)", IFA_MSGHDR.size),
        ("sizeof(struct ifreq)", IFREQ.size),
        ("offsetof(struct ifreq, ifr_flags)", 16),
        ("offsetof(struct rt_msghdr, rtm_errno) + sizeof(int)", RT_MSGHDR.size),
        ("offsetof(struct if_msghdr, ifm_data) + offsetof(struct if_data, ifi_mtu) + 4", IF_MSGHDR.size),
        ("offsetof(struct if_msghdr, ifm_data)", IF_MSGHDR.size - 12),
        ("offsetof(struct if_data, ifi_type)", 0),
        ("offsetof(struct in6_aliasreq, ifra_flags)", 100),
        ("offsetof(struct in6_aliasreq, ifra_lifetime)", 104),
        ("offsetof(struct in6_addrlifetime, ia6t_vltime)", 16),
        ("offsetof(struct in6_addrlifetime, ia6t_pltime)", 20),
        ("sizeof(struct sockaddr_in)", 16),
        ("sizeof(struct sockaddr_in6)", 28),
        ("offsetof(struct sockaddr_in, sin_addr)", 4),
        ("offsetof(struct sockaddr_in6, sin6_addr)", 8),
        ("offsetof(struct sockaddr_in6, sin6_scope_id)", 24),
        ("offsetof(struct sockaddr_dl, sdl_index)", 2),
        ("offsetof(struct sockaddr_dl, sdl_nlen)", 5),
        ("offsetof(struct sockaddr_dl, sdl_data)", 8),
        ("sizeof(size_t)", 8),
    ]
    for prefix, header, formatted, names in (
        ("rtm", "rt_msghdr", RT_MSGHDR.format, _ROUTE),
        ("ifm", "if_msghdr", "=HBBiiH", _INTERFACE),
        (
            "ifam",
            "ifa_msghdr",
            IFA_MSGHDR.format,
            ["msglen", "version", "type", "addrs", "flags", "index", "metric"],
        ),
    ):
        found += _offsets(prefix, header, formatted, names)
    if layout.announces:
        names = ["msglen", "version", "type", "index", "name", "what"]
        found += _offsets("ifan", "if_announcemsghdr", IF_ANNOUNCEMSGHDR.format, names)
        found.append(("sizeof(struct if_announcemsghdr)", IF_ANNOUNCEMSGHDR.size))
    return found


def _offsets(prefix: str, header: str, formatted: str, names: list[str]) -> list[tuple[str, int]]:
    """Where each field of a struct format of ours stands in the header."""
    widths = {"H": 2, "B": 1, "i": 4, "x": 1}
    found, at, left = [], 0, list(names)
    text = formatted.removeprefix("=").replace(f"{numbers.IFNAMSIZ}s", "s")
    for letter in text:
        if letter != "x":
            found.append((f"offsetof(struct {header}, {prefix}_{left.pop(0)})", at))
        at += numbers.IFNAMSIZ if letter == "s" else widths[letter]
    assert not left
    return found


def source(layout: Layout) -> str:
    """A file of C that compiles where all of them hold."""
    lines = [f'_Static_assert(({expression}) == {value}u, "");' for expression, value in assertions(layout)]
    return HEADERS + "\n".join(lines) + "\n"
