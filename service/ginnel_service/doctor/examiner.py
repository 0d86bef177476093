"""Examinations as the service runs them: one at a time for each profile, with what it knows of the tunnel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ..clock import utc_s
from ..ike.codes import ProtocolId
from ..ike.events import Endpoint
from ..ike.proposals import DEFAULT_IKE
from ..ipc.schema import Check, DiagnosisProgress, Finding
from ..ipc.service import ServiceError
from ..net.dns.check import leak_check
from ..net.machine import kill_switch_stands, look_around
from ..process.privileges import may_change_the_network
from ..profiles.model import Problem, Profile
from ..profiles.secrets import Secrets
from ..tunnel.convert import proposals
from ..tunnel.driver import Tunnel
from ..tunnel.host import Host
from ..tunnel.roots import system_roots
from ..tunnel.states import ConnectionState
from .certificates import latest_beginning, of_certificates
from .clock import of_clock, synchronised
from .conflicts import of_routes
from .dns import before_connecting, without_servers
from .examine import Examination, Subject
from .surroundings import memory_is_locked, name_servers
from .verdict import find

Look = Callable[[tuple[Endpoint, ...]], list[Finding]]


class Examiner:
    """`tell` hears how examinations go."""

    def __init__(self, host: Host, tell: Callable[[DiagnosisProgress], None]) -> None:
        self._host = host
        self._tell = tell
        self._running: set[str] = set()

    async def examine(
        self, profile: Profile, secrets: Secrets | None, tunnels: Mapping[str, Tunnel]
    ) -> tuple[Finding, ...]:
        """`secrets` are None where they are out of reach. Raises ServiceError `diagnosis_running`."""
        if profile.name in self._running:
            raise ServiceError("diagnosis_running", name=profile.name)
        self._running.add(profile.name)
        try:
            return await Examination(self._subject(profile, secrets, tunnels), self._tell).run()
        finally:
            self._running.discard(profile.name)

    def _subject(self, profile: Profile, secrets: Secrets | None, tunnels: Mapping[str, Tunnel]) -> Subject:
        problems: list[Problem] = []  # of a stored profile there are none
        return Subject(
            profile=profile,
            proposals=proposals("ike.proposals", profile.ike.proposals, ProtocolId.IKE, problems)
            or DEFAULT_IKE,
            mark=self._host.network.socket_mark,
            random=self._host.random,
            resolve=self._host.resolve,
            name_servers=name_servers,
            local=_local(profile, secrets, tunnels, self._host.network.socket_mark),
        )


def _local(
    profile: Profile, secrets: Secrets | None, tunnels: Mapping[str, Tunnel], mark: int
) -> dict[Check, Look]:
    """What needs no gateway, as functions that may block: what they need of the tunnels is read now."""
    now = datetime.fromtimestamp(utc_s(), UTC)
    mine = tunnels.get(profile.name)
    status = None if mine is None else mine.status()
    last_error = "" if status is None else status.error_code
    learnt: tuple[str, ...] = ()
    if status is not None:
        learnt = tuple(str(subnet) for subnet in status.facts.configuration.subnets)
    up = status is not None and status.state is ConnectionState.CONNECTED
    wanted = status.facts.wanted if status is not None and up else None
    ours = frozenset(tunnel.link.device for tunnel in tunnels.values() if tunnel.link is not None)

    def certificates(_: tuple[Endpoint, ...]) -> list[Finding]:
        found = of_certificates(profile, None if secrets is None else secrets.private_key, now)
        if found and found[-1].id == "roots_of_system" and not system_roots():
            found[-1] = find("roots_missing", "warning")
        return found

    def clock(_: tuple[Endpoint, ...]) -> list[Finding]:
        return of_clock(synchronised(), now, latest_beginning(profile), last_error)

    def routes(endpoints: tuple[Endpoint, ...]) -> list[Finding]:
        around = look_around([endpoint.host for endpoint in endpoints], mark)
        return of_routes(profile, learnt, around, ours)

    def dns(_: tuple[Endpoint, ...]) -> list[Finding]:
        if wanted is None:
            return before_connecting(profile, name_servers())
        if wanted.dns is None:
            return without_servers(profile, wanted.routes, name_servers())
        beside = tuple(sorted(ours - {wanted.device}))
        told = leak_check(wanted.dns, wanted.device, beside)
        return [find(each.id, each.severity, **each.params) for each in told]

    def firewall(_: tuple[Endpoint, ...]) -> list[Finding]:
        if not kill_switch_stands():
            return [find("kill_switch_off", "ok")]
        return [find("kill_switch_stops", "warning") if wanted is None else find("kill_switch_on", "ok")]

    def service(_: tuple[Endpoint, ...]) -> list[Finding]:
        able = may_change_the_network()
        found = [find("service_rights", "ok") if able else find("service_lacks_rights", "warning")]
        if not memory_is_locked():
            found.append(find("memory_not_locked", "note"))
        return found

    return {
        "certificates": certificates,
        "clock": clock,
        "dns": dns,
        "routes": routes,
        "firewall": firewall,
        "service": service,
    }
