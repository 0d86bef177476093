"""What nftables is told to let a gateway's peers out under the gateway's own address (nft(8)). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Final

from ..base import Network
from .nftables import check_name, removal

TABLE: Final = "ginnel-gateway"


def nat_ruleset(device: str, networks: Iterable[Network]) -> str:
    """The table, in place of one that stands. Raises ValueError for a name that nft(8) cannot write.

    What comes out of `device` from one of `networks` and leaves by another device is translated. As with any
    NAT nobody out there begins a connection to `networks`; what peers have begun is answered.
    """
    check_name(device)
    translate, guard = [], []
    for network in networks:
        family = "ip" if isinstance(network, IPv4Network) else "ip6"
        translate.append(f'{family} saddr {network} oifname != "{device}" masquerade')
        guard.append(f'iifname != "{device}" {family} daddr {network} ct state new drop')
    return (
        removal(TABLE, "inet")
        + f"table inet {TABLE} {{\n"
        + _chain("translate", "type nat hook postrouting priority srcnat", translate)
        + _chain("forward", "type filter hook forward priority filter", guard)
        + "}\n"
    )


def _chain(name: str, hook: str, rules: Iterable[str]) -> str:
    body = "".join(f"  {rule}\n" for rule in rules)
    return f" chain {name} {{\n  {hook}; policy accept;\n{body} }}\n"
