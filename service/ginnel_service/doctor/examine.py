"""An examination: every check of one profile, side by side where they do not need one another's answers.

It is over within a bound of time; what is not finished by then is said to be so. A gateway is asked at most
about thirty times, and proposals one after the other with a wait between, so that none takes it for a flood.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from ..ike.config import RandomBytes
from ..ike.errors import LocalError
from ..ike.events import Endpoint
from ..ike.exchanges.init import methods
from ..ike.pathmtu import FLOOR_IPV4, FLOOR_IPV6, PathMtuSearch
from ..ike.payloads.sa import Proposal
from ..ipc.schema import CHECKS, DIAGNOSIS_S, Check, DiagnosisProgress, Finding
from ..profiles.model import Profile
from ..tunnel.errors import TunnelError
from . import verdict
from .asking import Asker, Heard
from .streaming import ask_through
from .suites import trials
from .verdict import Door, Sizes, find

#: Before this everything is over; the rest is for telling.
LIMIT_S: Final = DIAGNOSIS_S - 2
#: Between two proposals.
PAUSE_S: Final = 0.25
#: More than any link carries at once, less than any IKE daemon refuses.
LARGE_OCTETS: Final = 2500
LARGEST_MTU: Final = 1500
#: How many of a family are asked, which a connection tries in turn.
ADDRESSES: Final = 2
MAX_SIZES: Final = 10
_IKE_PORT: Final = 500
_NATT_PORT: Final = 4500


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom it is about, and how the machine is reached. `local` is what needs no gateway, by check."""

    profile: Profile
    proposals: tuple[Proposal, ...]  # the profile's for IKE
    mark: int
    random: RandomBytes
    resolve: Callable[[str, int], Awaitable[tuple[Endpoint, ...]]]  # raises TunnelError
    name_servers: Callable[[], tuple[str, ...]]
    local: dict[Check, Callable[[tuple[Endpoint, ...]], list[Finding]]]


@dataclass(slots=True)
class Examination:
    """`run` once. `tell` hears of every check as it begins and ends."""

    subject: Subject
    tell: Callable[[DiagnosisProgress], None]
    _found: dict[Check, tuple[Finding, ...]] = field(default_factory=dict)
    _begun: list[Check] = field(default_factory=list)
    _doors: list[Door] = field(default_factory=list)
    _heard: list[Heard] = field(default_factory=list)  # of every question about proposals
    _knocked: asyncio.Event = field(default_factory=asyncio.Event)
    _endpoints: tuple[Endpoint, ...] = ()

    async def run(self, limit_s: float = LIMIT_S) -> tuple[Finding, ...]:
        """Every finding in the order of CHECKS. Raises nothing of the network's."""
        try:
            async with asyncio.timeout(limit_s):
                await self._check("name", self._name())
                await asyncio.gather(self._gateway(), *(self._local(check) for check in self.subject.local))
        except TimeoutError:
            for check in self._begun:
                if check not in self._found:
                    self._done(check, [find("check_unfinished", "note", check=check)])
        return tuple(each for check in CHECKS for each in self._found.get(check, ()))

    async def _check(self, check: Check, work: Awaitable[list[Finding]]) -> None:
        self._begun.append(check)
        self.tell(DiagnosisProgress(name=self.subject.profile.name, check=check))
        try:
            found = await work
        except OSError as error:
            detail = error.strerror or type(error).__name__
            found = [find("check_failed", "note", check=check, detail=detail)]
        self._done(check, found)

    def _done(self, check: Check, found: Sequence[Finding]) -> None:
        name = self.subject.profile.name
        told = tuple(
            Finding(id=each.id, severity=each.severity, connection=name, params=each.params) for each in found
        )
        self._found[check] = told
        self.tell(DiagnosisProgress(name=name, check=check, state="done", findings=told))

    async def _local(self, check: Check) -> None:
        look = self.subject.local[check]
        loop = asyncio.get_running_loop()
        endpoints = self._endpoints
        await self._check(check, loop.run_in_executor(None, look, endpoints))

    # The gateway

    async def _name(self) -> list[Finding]:
        profile = self.subject.profile
        servers = self.subject.name_servers()
        began = time.monotonic()
        try:
            found = await self.subject.resolve(profile.server, profile.port)
        except TunnelError as error:
            detail = str(error.params.get("detail", ""))
            params = {"server": profile.server, "detail": detail, "servers": list(servers)}
            return [find("name_unresolved", "warning", **params)]
        ms = (time.monotonic() - began) * 1000
        first: dict[int, list[Endpoint]] = {}  # of each family: as many as a person has to read
        for endpoint in found:
            first.setdefault(ip_address(endpoint.host).version, []).append(endpoint)
        self._endpoints = tuple(each for family in first.values() for each in family[:ADDRESSES])
        return verdict.of_name(profile.server, [endpoint.host for endpoint in found], ms, servers)

    async def _gateway(self) -> None:
        if not self._endpoints:
            return
        await asyncio.gather(self._check("udp", self._udp()), self._check("tcp", self._tcp()))
        answering = [door for door in self._doors if door.open]
        if not answering:
            return
        await self._check("proposals", self._proposals(answering[0]))
        self._done("nat", verdict.of_nat(self._heard))  # by what was heard until now
        # ESP goes where the port 4500 is, so its path is what matters.
        best = next((door for door in answering if door.remote.port == _NATT_PORT), answering[0])
        await asyncio.gather(
            self._check("fragments", self._fragments(best)), self._check("path_mtu", self._sizes(best))
        )

    async def _udp(self) -> list[Finding]:
        doors = [
            Endpoint(endpoint.host, port)
            for endpoint in self._endpoints
            for port in dict.fromkeys(
                (endpoint.port, _NATT_PORT) if endpoint.port == _IKE_PORT else (endpoint.port,)
            )
        ]
        self._doors = list(await asyncio.gather(*(self._knock(remote) for remote in doors)))
        self._heard += [door.heard for door in self._doors]
        self._knocked.set()
        found = verdict.of_udp(self._doors)
        if not any(door.open for door in self._doors) and await self._speaks_ikev1():
            found.append(find("gateway_ikev1", "warning"))
        return found

    async def _knock(self, remote: Endpoint) -> Door:
        try:
            with self._asker(remote) as asker:
                return Door(remote, await asker.ask(self.subject.proposals))
        except OSError as error:
            return Door(remote, Heard(error=error.errno or errno.EIO))

    async def _tcp(self) -> list[Finding]:
        transport = self.subject.profile.transport
        if transport.tcp == "never":
            return [find("tcp_never", "ok")]
        remotes = [Endpoint(endpoint.host, transport.tcp_port) for endpoint in self._endpoints]
        outcomes = await asyncio.gather(*(self._through_tcp(remote) for remote in remotes))
        await self._knocked.wait()
        udp = transport.tcp != "always" and any(door.open for door in self._doors)
        told = [
            verdict.of_tcp(remote, outcome, udp=udp)
            for remote, outcome in zip(remotes, outcomes, strict=True)
        ]
        return next((each for each in told if each[0].severity == "ok"), told[0])  # one will do

    async def _through_tcp(self, remote: Endpoint) -> Heard | OSError:
        transport = self.subject.profile.transport
        try:
            return await ask_through(
                remote,
                self.subject.proposals,
                self.subject.mark,
                self.subject.random,
                tls=transport.tls,
                name=self.subject.profile.server,
            )
        except OSError as error:
            return error

    async def _speaks_ikev1(self) -> bool:
        for endpoint in self._endpoints:
            try:
                with self._asker(endpoint) as asker:
                    if await asker.ask_ikev1():
                        return True
            except OSError:
                continue
        return False

    async def _proposals(self, door: Door) -> list[Finding]:
        reply = door.heard.reply
        assert reply is not None
        match reply.kind:
            case "accepted":
                return [find("proposal_accepted", "ok", suite=reply.suite)]
            case "other_group" if reply.group in methods(self.subject.proposals):
                return await self._with_group(door, reply.group)
            case "refused" | "other_group":
                return await self._accepted_suites(door)
            case "ikev1":
                return []  # said by the door
            case _:
                return [find("gateway_error", "note", notify=reply.notify)]

    async def _with_group(self, door: Door, group: int) -> list[Finding]:
        """The gateway wants another key exchange first: that costs a connection one more round trip."""
        with self._asker(door.remote) as asker:
            heard = await asker.ask(self.subject.proposals, group=group)
        if heard.reply is None or heard.reply.kind != "accepted":
            return [find("gateway_error", "note", notify=0 if heard.reply is None else heard.reply.notify)]
        self._heard.append(heard)
        return [
            find("proposal_accepted", "ok", suite=heard.reply.suite),
            find("proposal_group", "note", group=verdict.group_name(group)),
        ]

    async def _accepted_suites(self, door: Door) -> list[Finding]:
        usable: list[str] = []
        old: list[str] = []
        with self._asker(door.remote) as asker:
            for trial in trials():
                await asyncio.sleep(PAUSE_S)
                heard = await asker.ask((trial.proposal,))
                if heard.reply is not None and heard.reply.kind == "other_group":
                    try:
                        heard = await asker.ask((trial.proposal,), group=heard.reply.group)
                    except LocalError:
                        continue
                if heard.reply is not None and heard.reply.kind == "accepted":
                    self._heard.append(heard)
                    (usable if trial.usable else old).append(heard.reply.suite)
            ikev1 = not usable and not old and await asker.ask_ikev1()
        found = [find("proposal_refused", "warning")]
        if usable:
            found.append(find("gateway_accepts", "warning", suites=list(dict.fromkeys(usable))))
        elif old:
            found.append(find("gateway_old", "warning"))
        elif ikev1:
            found.append(find("gateway_ikev1", "warning"))
        else:
            found.append(find("gateway_refuses_all", "warning"))
        return found

    async def _fragments(self, door: Door) -> list[Finding]:
        with self._asker(door.remote) as asker:
            heard = await asker.ask(self.subject.proposals, octets=LARGE_OCTETS)
        replies = [each.reply for each in self._heard if each.reply is not None]
        both = self.subject.profile.ike.fragmentation and any(reply.fragmentation for reply in replies)
        return verdict.of_fragments(heard, LARGE_OCTETS, cuts_itself=both)

    async def _sizes(self, door: Door) -> list[Finding]:
        """Ask in packets of the sizes that the search of a tunnel would try."""
        floor = FLOOR_IPV6 if ":" in door.remote.host else FLOOR_IPV4
        search = PathMtuSearch(LARGEST_MTU, floor, 0.0)
        largest, hole = 0, False
        with self._asker(door.remote) as asker:
            for _ in range(MAX_SIZES):
                size = search.next_size(0.0)
                if size is None:
                    break
                heard = await asker.ask_size(self.subject.proposals, size)
                if heard.answered:
                    largest = max(largest, size)
                    search.answered(size, 0.0)
                elif heard.error == errno.EMSGSIZE and floor <= heard.mtu < size:
                    search.too_big(heard.mtu, 0.0)
                else:
                    hole = hole or heard.error != errno.EMSGSIZE
                    search.lost(size, 0.0)
        return verdict.of_sizes(Sizes(largest, hole))

    def _asker(self, remote: Endpoint) -> Asker:
        """Raises OSError where there is no way to it."""
        return Asker(remote, remote.port != _IKE_PORT, self.subject.mark, self.subject.random)
