"""A pf behind pfctl(8): takes the texts that we load, and says which packets pass (pf.conf(5)).

Knows of pf's language what our anchors are written in, and fails on all else, as pfctl does. The last rule
that matches decides, `quick` at once; tags stick; what no rule matches passes; a packet of a state passes
unseen. Anchors are called in the order of their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Literal

from ginnel_service.net.firewall.pfctl import Outcome

_TOKEN = re.compile(r"\{|\}|,|!=|!|[^\s{},!]+")
_ICMP = {"icmp", "icmp6"}


@dataclass(frozen=True, kw_only=True)
class Packet:
    way: Literal["in", "out"] = "out"
    device: str = "en0"
    proto: str = "udp"
    source: str = "192.168.7.2"
    target: str = "203.0.113.9"
    sport: int = 40000
    dport: int = 443
    kind: int = 8  # of ICMP
    options: bool = False  # a router alert, as group membership has
    flags: str = "S"  # of TCP
    fragment: bool = False  # not the first: without ports
    user: int = 501  # whose socket it is of, or for

    @property
    def family(self) -> str:
        return "inet" if ip_address(self.target).version == 4 else "inet6"

    @property
    def flow(self) -> frozenset[tuple[str, int]]:
        return frozenset({(self.source, self.sport), (self.target, self.dport)})


@dataclass(kw_only=True)
class Rule:
    action: Literal["pass", "block", "nat"]
    way: str = ""
    quick: bool = False
    device: str = ""
    other_devices: bool = False
    family: str = ""
    protos: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    sports: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    dports: tuple[str, ...] = ()
    other_dports: bool = False
    kinds: tuple[str, ...] = ()
    flags: str = ""
    options: bool = False
    fragment: bool = False
    user: str = ""
    state: bool = True
    tag: str = ""
    untagged: str = ""
    translation: str = ""

    def matches(self, packet: Packet, tag: str) -> bool:
        if self.way not in ("", packet.way) or self.family not in ("", packet.family):
            return False
        if self.device and (self.device == packet.device) is self.other_devices:
            return False
        if self.protos and packet.proto not in self.protos:
            return False
        if packet.fragment and (self.sports or self.dports or self.kinds or self.flags):
            return False
        if self.fragment and not packet.fragment:
            return False
        if self.user and self.user != str(packet.user):
            return False
        if self.untagged and tag == self.untagged:
            return False
        if self.kinds and not (packet.proto in _ICMP and str(packet.kind) in self.kinds):
            return False
        if self.flags == "A/A" and "A" not in packet.flags:
            return False
        if self.dports and _in(packet.dport, self.dports) is self.other_dports:
            return False
        if self.sports and not _in(packet.sport, self.sports):
            return False
        return _among(packet.source, self.source) and _among(packet.target, self.target)


def _in(port: int, ports: tuple[str, ...]) -> bool:
    bounds = [each.split(":") for each in ports]
    return any(int(low[0]) <= port <= int(low[-1]) for low in bounds)


def _among(address: str, networks: tuple[str, ...]) -> bool:
    if not networks:
        return True
    found = ip_address(address)
    return any(found.version == net.version and found in net for net in map(ip_network, networks))


class _Reader:
    """One line, word for word. Raises ValueError for what is not of our language."""

    def __init__(self, line: str) -> None:
        self.words = _TOKEN.findall(line)

    def take(self, *words: str) -> str:
        """The next word if it is one of these, else nothing."""
        if self.words and (not words or self.words[0] in words):
            return str(self.words.pop(0))
        return ""

    def need(self, *words: str) -> str:
        found = self.take(*words)
        if not found:
            raise ValueError(f"{words} is missing before {self.words}")
        return found

    def several(self) -> tuple[str, ...]:
        """A word, or a list of them in braces."""
        if not self.take("{"):
            return (self.need(),)
        found = []
        while not self.take("}"):
            found.append(self.need())
            self.take(",")
        return tuple(found)

    def host(self) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Networks, ports, and whether all other ports are meant."""
        networks = () if self.take("any") else self.several()
        list(map(ip_network, networks))
        if not self.take("port"):
            return networks, (), False
        other = bool(self.take("!="))
        return networks, self.several(), other


def parse(line: str) -> Rule:
    """Raises ValueError."""
    reader = _Reader(line)
    rule = Rule(action=reader.need("pass", "block", "nat"))  # type: ignore[arg-type]
    if rule.action == "block":
        reader.need("drop", "return")
    if rule.action != "nat":
        rule.way = reader.take("in", "out")
        rule.quick = bool(reader.take("quick"))
    if reader.take("on"):
        rule.other_devices = bool(reader.take("!"))
        rule.device = reader.need()
    rule.family = reader.take("inet", "inet6")
    if reader.take("proto"):
        rule.protos = reader.several()
    if not reader.take("all"):
        reader.need("from")
        rule.source, rule.sports, other = reader.host()
        assert not other
        reader.need("to")
        rule.target, rule.dports, rule.other_dports = reader.host()
    if rule.action == "nat":
        reader.need("->")
        rule.translation = reader.need(f"({rule.device})")
    while reader.words:
        match reader.need():
            case "flags":
                rule.flags = reader.need("A/A")
            case "icmp-type" | "icmp6-type":
                rule.kinds = reader.several()
            case "allow-opts":
                rule.options = True
            case "fragment":
                rule.fragment = True
            case "user":
                rule.user = reader.need()
            case "no":
                reader.need("state")
                rule.state = False
            case "tag":
                rule.tag = reader.need()
            case "!":
                reader.need("tagged")
                rule.untagged = reader.need()
            case word:
                raise ValueError(f"{word} is not known")
    if (rule.sports or rule.dports) and not rule.protos:
        raise ValueError("port only applies to tcp/udp")  # pfctl's own words
    hosts = {f"inet{'6' if ':' in each else ''}" for each in (*rule.source, *rule.target)}
    for proto, family in (("icmp", "inet6"), ("icmp6", "inet")):  # of the rules that lists expand to
        if proto in rule.protos and family in ({rule.family} if rule.family else hosts):
            raise ValueError(f"proto {proto} doesn't match address family {family}")
    return rule


@dataclass
class FakePf:
    """A `Runner` of pfctl. `main` is the machine's own ruleset, of lines as `pfctl -s rules` has them."""

    main: list[str] = field(
        default_factory=lambda: ['anchor "ginnel/*" all', 'anchor "com.apple/*" all', "pass all keep state"]
    )
    nat: list[str] = field(default_factory=lambda: ['nat-anchor "ginnel/*" all'])
    enabled: bool = False
    tokens: set[str] = field(default_factory=set)  # macOS
    anchors: dict[str, list[Rule]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    states: set[frozenset[tuple[str, int]]] = field(default_factory=set)
    fails: str = ""  # the argument that makes a call fail
    calls: list[tuple[str, ...]] = field(default_factory=list)
    given: int = 16342739233

    def __call__(self, arguments: Sequence[str], text: str) -> Outcome:
        program, *rest = arguments
        assert program == "/sbin/pfctl"
        self.calls.append(tuple(rest))
        if self.fails and self.fails in rest:
            return Outcome(1, "pfctl: /dev/pf: Permission denied")
        match rest:
            case ["-s", "rules"]:
                return _said(self.main)
            case ["-s", "nat"]:
                return _said(self.nat)
            case ["-s", "info"]:
                return Outcome(0, f"Status: {'Enabled' if self.enabled else 'Disabled'} for 0 days\n")
            case ["-s", "References"]:
                listed = [f"{pid}  pfctl  {token}  0 days 00:00:01" for pid, token in enumerate(self.tokens)]
                return _said(["TOKENS:", *listed])
            case ["-E"]:
                self.given += 1
                self.tokens.add(str(self.given))
                self.enabled = True
                return Outcome(0, f"No ALTQ support in kernel\npf enabled\nToken : {self.given}\n")
            case ["-q", "-X", token]:
                if token not in self.tokens:
                    return Outcome(1, "pfctl: DIOCSTOPREF: No such process")
                self.tokens.discard(token)
                self.enabled = bool(self.tokens)
            case ["-q", "-e"]:
                self.enabled = True
            case ["-q", "-d"]:
                self.enabled = False
            case ["-q", "-F", "states"]:
                self.states.clear()
            case ["-a", anchor, "-s", ("rules" | "nat") as kind]:
                rules = self.texts.get(anchor, f"Anchor '{anchor}' not found.").splitlines()
                return _said([line for line in rules if line.startswith("nat ") is (kind == "nat")])
            case ["-q", "-a", anchor, "-f", "-"]:
                try:
                    self.anchors[anchor] = [parse(line) for line in text.splitlines()]
                except ValueError as error:
                    return Outcome(1, f"stdin: {error}\npfctl: Syntax error in config file")
                self.texts[anchor] = text
            case ["-q", "-a", anchor, "-F", ("rules" | "nat") as kind]:
                lines = self.texts.get(anchor, "").splitlines()
                left = [line for line in lines if line.startswith("nat ") is (kind == "rules")]
                self.texts[anchor] = "".join(f"{line}\n" for line in left)
                self.anchors[anchor] = [parse(line) for line in left]
                if not left:
                    del self.texts[anchor], self.anchors[anchor]
            case _:
                return Outcome(1, f"usage: pfctl, not {rest}")
        return Outcome(0, "")

    def passes(self, packet: Packet) -> bool:
        """Whether `packet` passes now; if it does by the machine's own rules, its flow has a state."""
        if not self.enabled or packet.flow in self.states:
            return True
        tag, last = "", Rule(action="pass", state=False)
        for rule in self._called():
            if not rule.matches(packet, tag):
                continue
            tag, last = rule.tag or tag, rule
            if rule.quick:
                break
        if last.action == "pass" and packet.options and not last.options:
            return False
        if last.action == "pass" and last.state:
            self.states.add(packet.flow)
        return last.action == "pass"

    def leaves_as(self, packet: Packet) -> Packet | None:
        """What leaves of a packet that is forwarded, translated where a rule says so; None for nothing."""
        for rules in self.anchors.values():
            for rule in rules:
                if self.enabled and rule.action == "nat" and rule.matches(packet, ""):
                    return replace(packet, source=rule.translation)
        return packet if self.passes(packet) else None

    def _called(self) -> Iterator[Rule]:
        for line in self.main:
            if line.startswith("anchor "):
                root = line.split('"')[1].removesuffix("*")
                for name in sorted(self.anchors):
                    if name.startswith(root):
                        yield from (rule for rule in self.anchors[name] if rule.action != "nat")
            else:
                bare = line.removesuffix(" keep state")
                yield replace(parse(bare), state=bare != line)


def _said(lines: Sequence[str]) -> Outcome:
    return Outcome(0, "".join(f"{line}\n" for line in lines))
