"""A service without tunnels, for tests and for trying a client: it holds profiles and does as it is told."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from ginnel_service import __version__
from ginnel_service.profiles.model import Profile, ProfileError, profile_of
from ginnel_service.profiles.secrets import SecretName, Secrets, validate_secrets
from ginnel_service.profiles.validation import problems_of, validate

from .schema import (
    STEPS,
    Check,
    ConnectionStatus,
    Diagnosis,
    DiagnosisProgress,
    ErrorInfo,
    Finding,
    KillSwitchStatus,
    Level,
    LogEntry,
    Machine,
    OnDemandChange,
    OnDemandState,
    OnDemandStatus,
    PathStatus,
    ProfileChange,
    ProfileProblem,
    ProfileSummary,
    PromptStatus,
    Rekeys,
    Snapshot,
    Statistics,
    TunnelDiagnosis,
    What,
)
from .service import EventFeed, ServiceError


class FakeService(EventFeed):
    """`fail_up[name]` makes the attempt end in that error; `refuse[call]` makes a call raise it."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles: dict[str, Profile] = {}
        self.secrets: dict[str, Secrets] = {}
        self.broken: dict[str, ErrorInfo] = {}
        self.connections: dict[str, ConnectionStatus] = {}
        self.fail_up: dict[str, ErrorInfo] = {}
        self.refuse: dict[str, Exception] = {}
        self.kill_switch = KillSwitchStatus()
        self.on_demand: dict[str, OnDemandStatus] = {}
        self.sessions: list[int] = []  # of whom `begin_session` heard
        self.retried: list[str] = []
        self.attended: list[bool] = []  # what each `up` said
        self.entries: list[LogEntry] = []
        self.levels: list[tuple[Level, str]] = []
        self.machine = Machine(system="Linux 6.1 x86_64", libcrypto="OpenSSL 3.0.15")
        self.tunnels: tuple[TunnelDiagnosis, ...] = ()
        self.findings: tuple[Finding, ...] = ()
        self.checks: dict[Check, tuple[Finding, ...]] = {}  # what `examine` finds, in this order
        self.stall_at = ""  # a step of connecting that never ends
        self.asks: list[PromptStatus] = []  # what `up` asks before it goes on
        self.answers: list[tuple[int, str | None, bool]] = []
        self._open: dict[int, tuple[PromptStatus, asyncio.Event]] = {}
        self._asking: asyncio.Task[None] | None = None

    def owner_of(self, name: str) -> int:
        if name in self.broken:
            return 0
        if name not in self.profiles:
            raise ServiceError("unknown_profile", name=name)
        return self.profiles[name].owner_uid

    def snapshot(self) -> Snapshot:
        return Snapshot(
            connections=tuple(self.connections.values()),
            profiles=self._summaries(),
            prompts=self.prompts(),
            kill_switch=self.kill_switch,
        )

    def prompts(self) -> tuple[PromptStatus, ...]:
        return tuple(prompt for prompt, _ in self._open.values())

    def statistics(self) -> tuple[Statistics, ...]:
        return tuple(
            Statistics(name=each.name, octets_in=each.octets_in, octets_out=each.octets_out)
            for each in self.connections.values()
        )

    async def create_profile(
        self,
        profile: Profile,
        secrets: Secrets,
        *,
        replace: bool,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> None:
        self._refuse("create_profile")
        if keep_secrets and profile.name in self.profiles:
            secrets = self.secrets.get(profile.name, Secrets()).without(forget_secrets).under(secrets)
        if problems := validate(profile) + validate_secrets(profile, secrets):
            raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
        if profile.name in self.profiles and not replace:
            raise ServiceError("profile_exists", name=profile.name)
        self.profiles[profile.name] = profile
        self.secrets[profile.name] = secrets
        self._tell_of(profile.name)

    async def validate_profile(
        self,
        table: dict[str, Any],
        secrets: Secrets | None = None,
        *,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> tuple[ProfileProblem, ...]:
        problems = problems_of(table)
        if not problems and (secrets is not None or keep_secrets):
            profile, secrets = profile_of(table), secrets or Secrets()
            if keep_secrets:
                secrets = self.secrets.get(profile.name, Secrets()).without(forget_secrets).under(secrets)
            problems = validate_secrets(profile, secrets)
        return tuple(ProfileProblem(**msgspec.structs.asdict(each)) for each in problems)

    async def list_profiles(self) -> tuple[ProfileSummary, ...]:
        self._refuse("list_profiles")
        return self._summaries()

    async def show_profile(self, name: str) -> Profile:
        self.owner_of(name)
        if name in self.broken:
            raise ServiceError(self.broken[name].code, **self.broken[name].params)
        return self.profiles[name]

    async def rename_profile(self, name: str, new_name: str) -> None:
        self.owner_of(name)
        if self._is_active(name):
            raise ServiceError("already_up", name=name)
        profile = msgspec.structs.replace(await self.show_profile(name), name=new_name)
        if problems := validate(profile):
            raise ProfileError("profile_invalid", name=name, problems=tuple(problems))
        if new_name in self.profiles or new_name in self.broken:
            raise ServiceError("profile_exists", name=new_name)
        self.connections.pop(name, None)
        del self.profiles[name]
        self.profiles[new_name] = profile
        if name in self.secrets:
            self.secrets[new_name] = self.secrets.pop(name)
        self._tell_of(new_name)
        self.publish(ProfileChange(name=name, new_name=new_name))

    async def remove_profile(self, name: str) -> None:
        self.owner_of(name)
        if self._is_active(name):
            raise ServiceError("already_up", name=name)
        self.connections.pop(name, None)
        self.profiles.pop(name, None)
        self.broken.pop(name, None)
        self._tell_of(name)

    async def up(self, name: str, *, attended: bool = False) -> ConnectionStatus:
        self._refuse("up")
        self.attended.append(attended)
        self.owner_of(name)
        if self._is_active(name):
            raise ServiceError("already_up", name=name)
        status = ConnectionStatus(name=name, server=self.profiles[name].server, state="connecting")
        for step in STEPS:
            status = msgspec.structs.replace(status, step=step)
            self._change(status)
            if step == self.stall_at:
                return status
            if step == "auth" and self.asks:
                self._asking = asyncio.create_task(self._ask(status))
                return status
        return self._end(status)

    async def _ask(self, status: ConnectionStatus) -> None:
        """Ask what there is to ask, then go on."""
        for each in self.asks:
            prompt, closed = msgspec.structs.replace(each, name=status.name), asyncio.Event()
            self._open[prompt.id] = (prompt, closed)
            self.publish(prompt)
            await closed.wait()
        self._end(status)

    def _end(self, status: ConnectionStatus) -> ConnectionStatus:
        name = status.name
        if error := self.fail_up.get(name):
            self._change(msgspec.structs.replace(status, state="failed", step="", error=error))
            return status
        self._change(
            ConnectionStatus(
                name=name,
                server=status.server,
                state="up",
                addresses=("10.9.0.1/32",),
                dns=("10.9.0.53",),
                routes=self.profiles[name].network.subnets,
                ike_suite="aes256gcm16-prfsha384-ecp384",
                esp_suite="aes128gcm16",
                peer=self.profiles[name].server,
                path=PathStatus(local="192.0.2.1:4500", remote="192.0.2.9:4500", encapsulated=True),
                device="ginnel0",
                mtu=1400,
                path_mtu=1464,
                established_at=1_700_000_000.0,
            )
        )
        return status

    async def down(self, name: str) -> ConnectionStatus:
        self.owner_of(name)
        if name not in self.connections:
            raise ServiceError("not_up", name=name)
        del self.connections[name]
        status = ConnectionStatus(name=name, server=self.profiles[name].server)
        self.publish(status)
        for prompt in [prompt for prompt, _ in self._open.values() if prompt.name == name]:
            del self._open[prompt.id]
            self.publish(msgspec.structs.replace(prompt, open=False))
        return status

    async def retry(self, name: str) -> ConnectionStatus:
        if name not in self.connections:
            raise ServiceError("not_up", name=name)
        self.retried.append(name)
        return self.connections[name]

    async def begin_session(self, uid: int) -> tuple[ConnectionStatus, ...]:
        self.sessions.append(uid)
        mine = [
            each.name for each in self.profiles.values() if (each.owner_uid, each.start.at) == (uid, "login")
        ]
        return tuple([await self.up(name) for name in mine])

    async def change_on_demand(self, name: str, change: OnDemandChange) -> OnDemandStatus:
        self.owner_of(name)
        before = self.on_demand.get(name, OnDemandStatus())
        if before.state == "off" and change in ("pause", "resume"):
            raise ServiceError("on_demand_off", name=name)
        state: OnDemandState = "paused" if change == "pause" else "off" if change == "off" else "on"
        self.on_demand[name] = msgspec.structs.replace(before, state=state)
        self._tell_of(name)
        return self.on_demand[name]

    async def open_portal(self, seconds: float) -> KillSwitchStatus:
        if not self.kill_switch.blocking:
            raise ServiceError("kill_switch_off")
        self.kill_switch = msgspec.structs.replace(self.kill_switch, portal_until=1_700_000_000.0 + seconds)
        self.publish(self.kill_switch)
        return self.kill_switch

    async def kill_switch_off(self, names: tuple[str, ...], *, force: bool) -> KillSwitchStatus:
        left = tuple(each for each in self.kill_switch.profiles if each.name not in names)
        self.kill_switch = KillSwitchStatus(blocking=bool(left), profiles=left)
        self.publish(self.kill_switch)
        return self.kill_switch

    async def rekey(self, name: str, what: What) -> ConnectionStatus:
        self.owner_of(name)
        if name not in self.connections:
            raise ServiceError("not_up", name=name)
        old = self.connections[name]
        rekeys = Rekeys(ike=old.rekeys.ike + (what == "ike"), child=old.rekeys.child + (what == "child"))
        self._change(msgspec.structs.replace(old, rekeys=rekeys))
        return self.connections[name]

    async def answer_prompt(self, name: str, prompt_id: int, answer: str | None, *, remember: bool) -> None:
        prompt, closed = self._open.get(prompt_id, (None, None))
        if prompt is None or closed is None or prompt.name != name:
            raise ServiceError("unknown_prompt", name=name)
        self.answers.append((prompt_id, answer, remember))
        del self._open[prompt_id]
        self.publish(msgspec.structs.replace(prompt, open=False))
        closed.set()

    async def diagnose(self, name: str) -> Diagnosis:
        if name:
            self.owner_of(name)
        tunnels = tuple(tunnel for tunnel in self.tunnels if name in ("", tunnel.name))
        return Diagnosis(
            version=__version__,
            machine=self.machine,
            tunnels=tunnels,
            findings=tuple(finding for finding in self.findings if name in ("", finding.connection)),
        )

    async def set_log_level(self, level: Level, logger: str) -> None:
        self.levels.append((level, logger))

    async def examine(self, name: str) -> Diagnosis:
        self._refuse("examine")
        self.owner_of(name)
        for check, findings in self.checks.items():
            self.publish(DiagnosisProgress(name=name, check=check))
            self.publish(DiagnosisProgress(name=name, check=check, state="done", findings=findings))
        found = await self.diagnose(name)
        more = tuple(each for findings in self.checks.values() for each in findings)
        return msgspec.structs.replace(found, findings=found.findings + more)

    async def tail_log(self, lines: int) -> tuple[LogEntry, ...]:
        return tuple(self.entries[-lines:])

    def _is_active(self, name: str) -> bool:
        return name in self.connections and self.connections[name].state != "failed"

    def _tell_of(self, name: str) -> None:
        now = next((each for each in self._summaries() if each.name == name), None)
        self.publish(ProfileChange(name=name, summary=now))

    def _summaries(self) -> tuple[ProfileSummary, ...]:
        good = [
            ProfileSummary(
                name=name,
                server=profile.server,
                owner_uid=profile.owner_uid,
                state=self.connections[name].state if name in self.connections else "down",
                error=self.connections[name].error if name in self.connections else None,
                on_demand=self.on_demand.get(name, OnDemandStatus()),
            )
            for name, profile in self.profiles.items()
        ]
        broken = [ProfileSummary(name=name, error=error) for name, error in self.broken.items()]
        return tuple(sorted(good + broken, key=lambda summary: summary.name))

    def _change(self, status: ConnectionStatus) -> None:
        self.connections[status.name] = status
        self.publish(status)

    def _refuse(self, call: str) -> None:
        if call in self.refuse:
            raise self.refuse[call]
