"""macOS's dynamic store behind scutil(8), as far as DNS goes: what it holds, and whom a program asks.

Speaks scutil's commands on standard input and prints as it does, ending with status 0 whatever it thinks of
them. What stands under State: ends with `reboot`.
"""

from __future__ import annotations

import fnmatch
import re
import shlex
from collections.abc import Sequence

from ginnel_service.net.dns.commands import Result

_HOME = "State:/Network/Service/3C3F2A51-1B7E/DNS"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


class DynamicStore:
    """A `Runner` of scutil. `home` are the servers that DHCP told of, the primary service's."""

    def __init__(self, *home: str) -> None:
        self.keys: dict[str, dict[str, tuple[str, ...]]] = {_HOME: {"ServerAddresses": home}}
        self.refuses = False  # for whoever is not root

    def __call__(self, argv: Sequence[str], text: str = "") -> Result:
        assert list(argv) == ["scutil"], argv
        said: list[str] = []
        dictionary: dict[str, tuple[str, ...]] | None = None
        for line in text.splitlines():
            match shlex.split(line):
                case ["d.init"]:
                    dictionary = {}
                case ["d.add", name, "*", *rest] if dictionary is not None and _WORD.fullmatch(name):
                    dictionary[name] = tuple(rest[1:] if rest[:1] == ["#"] else rest)
                case ["set", key] if self.refuses:
                    said.append("  Permission denied")
                case ["set", key] if dictionary is not None:
                    self.keys[key] = dict(dictionary)
                case ["remove", key] if key in self.keys and not self.refuses:
                    del self.keys[key]
                case ["remove", key]:
                    said.append("  Permission denied" if self.refuses else "  No such key")
                case ["list", pattern]:
                    found = sorted(key for key in self.keys if re.fullmatch(pattern, key))
                    said += [f"  subKey [{number}] = {key}" for number, key in enumerate(found)]
                    said += [] if found else ["  no keys"]
                case ["show", key]:
                    said += _shown(self.keys[key]) if key in self.keys else ["  No such key"]
                case ["quit"]:
                    break
                case _:
                    said.append(f"  {line}: unknown, type 'help' for a list of commands")
        return Result(0, "".join(f"{line}\n" for line in said))

    def reboot(self) -> None:
        self.keys = {_HOME: self.keys[_HOME]}

    def asked(self, name: str) -> tuple[str, ...]:
        """The servers that a program's question about `name` goes to: the closest match domain decides."""
        best, servers = -1, self.keys[_HOME]["ServerAddresses"]
        for about in self._supplements():
            orders = about["SupplementalMatchOrders"]
            assert len(orders) == len(about["SupplementalMatchDomains"])
            for domain in about["SupplementalMatchDomains"]:
                below = not domain or name == domain or name.endswith("." + domain)
                if below and len(domain) > best:
                    best, servers = len(domain), about["ServerAddresses"]
        return servers

    def searched(self) -> tuple[str, ...]:
        return tuple(domain for about in self._supplements() for domain in about.get("SearchDomains", ()))

    def _supplements(self) -> list[dict[str, tuple[str, ...]]]:
        services = fnmatch.filter(self.keys, "State:/Network/Service/*/DNS")
        return [self.keys[key] for key in services if "SupplementalMatchDomains" in self.keys[key]]


def _shown(about: dict[str, tuple[str, ...]]) -> list[str]:
    lines = ["<dictionary> {"]
    for name, values in sorted(about.items()):
        lines.append(f"  {name} : <array> {{")
        lines += [f"    {number} : {value}" for number, value in enumerate(values)]
        lines.append("  }")
    return [*lines, "}"]
