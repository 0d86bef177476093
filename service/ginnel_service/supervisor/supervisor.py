"""What `ginneld` answers its clients with: real tunnels, stored profiles, and the news of both.

The work is done elsewhere: `profile_desk`, `connections`, `killswitch`, `ondemand_desk`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from .. import __version__, logs
from ..doctor.diagnosis import diagnose, of_secrets
from ..doctor.examiner import Examiner
from ..doctor.machine import look
from ..ipc.schema import (
    ConnectionStatus,
    Diagnosis,
    KillSwitchStatus,
    Level,
    LogEntry,
    OnDemandChange,
    OnDemandStatus,
    ProfileChange,
    ProfileProblem,
    ProfileSummary,
    PromptStatus,
    Snapshot,
    Statistics,
    TunnelDiagnosis,
    What,
)
from ..ipc.service import EventFeed, ServiceError
from ..profiles.model import Profile, ProfileError
from ..profiles.secrets import SecretName, Secrets, SecretStore
from ..profiles.store import ProfileStore
from ..tunnel.errors import TunnelError
from ..tunnel.host import Host
from ..tunnel.probe import Prober
from .connections import Connections
from .killswitch import KillSwitchKeeper
from .ondemand_desk import OnDemandDesk
from .profile_desk import ProfileDesk
from .status import tunnel_diagnosis
from .wanted import WantedFile

log = logging.getLogger("ginnel.daemon")


class Supervisor(EventFeed):
    """An `ipc.service.Service` over real tunnels. `killswitch.reinstall` was called before."""

    def __init__(
        self,
        host: Host,
        profiles: ProfileStore,
        secrets: SecretStore,
        ring: logs.RingHandler,
        wanted: WantedFile,
        *,
        refused: TunnelError | None = None,
        key_file: Path | None = None,
    ) -> None:
        """`refused`: why the kill switch was not put up again."""
        super().__init__()
        self._host = host
        self._secrets = secrets
        self._ring = ring
        self._desk = ProfileDesk(profiles, secrets)
        self._keeper = KillSwitchKeeper(
            host.network, host.executor, wanted, self._switched, host.now, refused
        )
        self._connections = Connections(host, self._desk, self._keeper, self.publish, key_file=key_file)
        self._on_demand = OnDemandDesk(
            host, self._desk, self._connections, wanted, Prober(host), self._tell_of
        )
        self._examiner = Examiner(host, self.publish)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        ring.listener = self._logged

    async def start(self) -> None:
        """Connect what was up behind a kill switch, what begins at boot, and what its rules say."""
        again = set(self._keeper.wanted_up)
        for profile in self._desk.all():
            if profile.name in again or profile.start.at == "boot":
                await self._begin(profile.name)
        self._on_demand.start()

    async def close(self) -> None:
        """Disconnect everything. No `up` from now on. What a kill switch stops stays stopped."""
        await self._on_demand.close()
        await self._connections.close()
        await self._keeper.close()
        self._ring.listener = None

    # ipc.service.Service

    def owner_of(self, name: str) -> int:
        return self._desk.owner_of(name)

    def snapshot(self) -> Snapshot:
        statuses = self._connections.statuses()
        profiles: tuple[ProfileSummary, ...] = ()
        with suppress(OSError):  # their directory cannot be read: what stops traffic is told all the same
            profiles = self._desk.summaries(statuses, self._on_demand.statuses())
        return Snapshot(
            connections=tuple(status for status in statuses.values() if status.state != "down"),
            profiles=profiles,
            prompts=self._connections.prompts(),
            kill_switch=self._keeper.status(),
        )

    def prompts(self) -> tuple[PromptStatus, ...]:
        return self._connections.prompts()

    def statistics(self) -> tuple[Statistics, ...]:
        return self._connections.statistics()

    async def create_profile(
        self,
        profile: Profile,
        secrets: Secrets,
        *,
        replace: bool,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> None:
        self._desk.create(
            profile, secrets, replace=replace, keep_secrets=keep_secrets, forget_secrets=forget_secrets
        )
        self._on_demand.profiles_changed(profile.name)
        self._tell_of(profile.name)
        await self._keeper.profile_changed(profile, active=self._connections.is_active(profile.name))

    async def validate_profile(
        self,
        table: dict[str, Any],
        secrets: Secrets | None = None,
        *,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> tuple[ProfileProblem, ...]:
        return self._desk.problems_of(
            table, secrets, keep_secrets=keep_secrets, forget_secrets=forget_secrets
        )

    async def list_profiles(self) -> tuple[ProfileSummary, ...]:
        return self._desk.summaries(self._connections.statuses(), self._on_demand.statuses())

    async def show_profile(self, name: str) -> Profile:
        return self._desk.get(name)

    async def rename_profile(self, name: str, new_name: str) -> None:
        if self._connections.is_active(name):
            raise ServiceError("already_up", name=name)
        self._desk.rename(name, new_name, lambda: self._keeper.rename(name, new_name))
        self._connections.forget(name)
        self._ring.hand_over(name, new_name)
        logs.forget(name)
        self._on_demand.profiles_changed(name, new_name)
        self._tell_of(new_name)
        self.publish(ProfileChange(name=name, new_name=new_name))

    async def remove_profile(self, name: str) -> None:
        if self._connections.is_active(name):
            raise ServiceError("already_up", name=name)
        self._desk.remove(name)
        self._connections.forget(name)
        self._ring.hand_over(name, "")  # the name may be somebody else's next
        logs.forget(name)
        self._on_demand.resume(name)
        self._on_demand.profiles_changed(name)
        self._tell_of(name)
        await self._keeper.forget(name)

    async def up(self, name: str, *, attended: bool = False) -> ConnectionStatus:
        status = await self._connections.up(name, attended=attended)
        self._on_demand.resume(name)
        return status

    async def down(self, name: str) -> ConnectionStatus:
        with suppress(ProfileError):  # one whose file is broken by now goes down all the same
            if self._desk.get(name).on_demand.enabled:
                self._on_demand.pause(name)
        return await self._connections.down(name)

    async def retry(self, name: str) -> ConnectionStatus:
        return self._connections.retry(name)

    async def rekey(self, name: str, what: What) -> ConnectionStatus:
        return self._connections.rekey(name, what)

    async def begin_session(self, uid: int) -> tuple[ConnectionStatus, ...]:
        mine = [each.name for each in self._desk.all() if (each.start.at, each.owner_uid) == ("login", uid)]
        begun = [await self._begin(name) for name in mine if not self._connections.is_active(name)]
        return tuple(status for status in begun if status is not None)

    async def change_on_demand(self, name: str, change: OnDemandChange) -> OnDemandStatus:
        changed = self._on_demand.change(name, change)
        self._tell_of(name)
        return changed

    async def open_portal(self, seconds: float) -> KillSwitchStatus:
        await self._keeper.open_portal(seconds)
        return self._keeper.status()

    async def kill_switch_off(self, names: tuple[str, ...], *, force: bool) -> KillSwitchStatus:
        profiles = []
        refused: OSError | None = None
        for name in names:  # all of them, before any is changed
            try:
                profiles.append(self._desk.get(name))
            except (ProfileError, OSError):
                if not force:
                    raise
        for profile in profiles:
            off = msgspec.structs.replace(profile.kill_switch, mode="off")
            try:
                self._desk.change(msgspec.structs.replace(profile, kill_switch=off))
            except OSError as error:  # a full disk keeps nobody from the network
                refused = error
            self._tell_of(profile.name)
        await self._keeper.forget(*names, force=force)
        refused = refused or self._keeper.unwritten
        if refused is not None:
            raise ServiceError("kill_switch_not_kept", errno=refused.errno)
        return self._keeper.status()

    async def answer_prompt(self, name: str, prompt_id: int, answer: str | None, *, remember: bool) -> None:
        self._connections.answer(name, prompt_id, answer, remember=remember)

    async def tail_log(self, lines: int) -> tuple[LogEntry, ...]:
        return self._ring.tail(lines)

    async def set_log_level(self, level: Level, logger: str) -> None:
        known = logs.loggers()
        if logger and logger not in known:
            raise ServiceError("unknown_logger", logger=logger, known=", ".join(known))
        logs.set_level(level, logger)
        log.warning("the log level of %s is %s from now on", logger or "everything", level)

    async def diagnose(self, name: str) -> Diagnosis:
        tunnels = [tunnel for tunnel in self._connections.tunnels.values() if name in ("", tunnel.name)]
        if name and not tunnels:
            found = [TunnelDiagnosis(name=self._desk.get(name).name)]
        else:
            found = [tunnel_diagnosis(tunnel) for tunnel in tunnels]
        machine = await self._loop.run_in_executor(None, look)
        locked = await self._loop.run_in_executor(None, self._secrets.locked)  # opens every one of them
        findings = diagnose(machine, found) + of_secrets(self._secrets.key_origin, locked)
        return Diagnosis(version=__version__, machine=machine, tunnels=tuple(found), findings=findings)

    async def examine(self, name: str) -> Diagnosis:
        profile, secrets = self._desk.get(name), None
        with suppress(ProfileError):  # what cannot be opened is itself a finding
            secrets = self._desk.secrets_of(name)
        examined = await self._examiner.examine(profile, secrets, self._connections.tunnels)
        found = await self.diagnose(name)
        return msgspec.structs.replace(found, findings=found.findings + examined)

    async def _begin(self, name: str) -> ConnectionStatus | None:
        """What nobody waits for: why it does not begin is for the log."""
        try:
            return await self._connections.up(name, by_itself=True)
        except (ServiceError, ProfileError) as error:
            log.error("it does not begin by itself: %s", error.code, extra={"connection": name})
            return None

    def _switched(self, status: KillSwitchStatus) -> None:
        self.publish(status)
        self._connections.switched()

    def _tell_of(self, name: str) -> None:
        """A profile is new, another one, or gone."""
        summary = None
        with suppress(ProfileError):
            statuses, on_demand = self._connections.statuses(), self._on_demand.statuses()
            summary = self._desk.summary(name, statuses.get(name), on_demand.get(name, OnDemandStatus()))
        self.publish(ProfileChange(name=name, summary=summary))

    def _logged(self, entry: LogEntry) -> None:
        if threading.get_ident() == self._thread:
            self.publish(entry)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.publish, entry)
