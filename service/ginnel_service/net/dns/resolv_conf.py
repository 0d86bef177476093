"""resolv.conf(5): what one says, and the one that we write. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final, NamedTuple

from ..plan import SetDns

HEADER: Final = "# Written by ginneld while a tunnel is up. It puts back what was here before.\n"
#: MAXNS of the C libraries: they ask no further server.
MOST_SERVERS: Final = 3
#: Options that were said of the earlier servers alone, or that would undo their order.
_NOT_OURS: Final = frozenset({"trust-ad", "rotate"})


class ResolvConf(NamedTuple):
    servers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    header: str = ""  # the comment in its first line


def parse(text: str) -> ResolvConf:
    """The servers that are addresses; the last `search` or `domain` counts, as resolv.conf(5) says."""
    servers: dict[str, None] = {}
    search: tuple[str, ...] = ()
    options: dict[str, None] = {}
    lines = text.splitlines()
    for line in lines:
        match line.split():
            case ["nameserver", server, *_] if _is_address(server):
                servers[server] = None
            case ["search", *domains]:
                search = tuple(domains)
            case ["domain", domain, *_]:
                search = (domain,)
            case ["options", *words]:
                options.update(dict.fromkeys(words))
    header = lines[0].strip() if lines and lines[0].startswith("#") else ""
    return ResolvConf(tuple(servers), search, tuple(options), header)


def render(steps: Sequence[SetDns], earlier: ResolvConf) -> str:
    """What programs should read while `steps` are in force, the newest last.

    A C library asks the first server for every name, so there is no split here. Where a step wants all names,
    no other server is listed. Else the tunnel's come first and the machine's follow, which are asked when the
    first do not answer or refuse: names inside resolve, and those outside do even if the tunnel's servers
    know nothing of the Internet.
    """
    newest = [step for step in reversed(steps) if step.everything] or list(reversed(steps))
    servers = list(dict.fromkeys(server for step in newest for server in step.servers))
    search = list(dict.fromkeys(domain for step in newest for domain in step.search))
    if not any(step.everything for step in steps):
        outside = [server for server in earlier.servers if server not in servers]
        servers = servers[: MOST_SERVERS - 1] + outside if outside else servers
        search = list(dict.fromkeys([*search, *earlier.search]))
    options = [word for word in earlier.options if word not in _NOT_OURS]
    lines = [HEADER]
    lines += [f"nameserver {server}\n" for server in servers[:MOST_SERVERS]]
    lines += [f"search {' '.join(search)}\n"] if search else []
    lines += [f"options {' '.join(options)}\n"] if options else []
    return "".join(lines)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
