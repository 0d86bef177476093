"""What `ginneld` answers its clients with: real tunnels, stored profiles, and the news of both."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from . import __version__, logs
from .diagnosis import diagnose, of_secrets
from .doctor.examiner import Examiner
from .ike.events import KeysExported
from .ipc.schema import (
    ConnectionStatus,
    Diagnosis,
    ErrorInfo,
    Level,
    LogEntry,
    ProfileChange,
    ProfileProblem,
    ProfileSummary,
    Snapshot,
    State,
    Statistics,
    TunnelDiagnosis,
    What,
)
from .ipc.service import EventFeed, ServiceError
from .machine import look
from .profiles.model import Problem, Profile, ProfileError, profile_of
from .profiles.secrets import Secrets, SecretStore, validate_secrets
from .profiles.store import Listed, ProfileStore
from .profiles.validation import problems_of, validate
from .status import connection_status, prompt_status, public_state, tunnel_diagnosis
from .tunnel.convert import meaningless, session_config
from .tunnel.driver import Observer, Tunnel
from .tunnel.errors import TunnelError
from .tunnel.host import Host
from .tunnel.wants import WRONG_SECRET, OpenPrompt

log = logging.getLogger("ginnel.daemon")

#: What is new within a state is told this late, in one message.
NEWS_S: Final = 0.02


class Supervisor(EventFeed):
    """An `ipc.service.Service` over real tunnels."""

    def __init__(
        self,
        host: Host,
        profiles: ProfileStore,
        secrets: SecretStore,
        ring: logs.RingHandler,
        *,
        key_file: Path | None = None,
    ) -> None:
        super().__init__()
        self._host = host
        self._profiles = profiles
        self._secrets = secrets
        self._ring = ring
        self._key_file = key_file
        self._tunnels: dict[str, Tunnel] = {}
        self._examiner = Examiner(host, self.publish)
        self._told: dict[str, State] = {}
        self._news: dict[str, asyncio.TimerHandle] = {}
        self._stopping = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        ring.listener = self._logged

    async def close(self) -> None:
        """Disconnect everything; a gateway that stays silent is not waited for long. No `up` from now on."""
        self._stopping = True
        await asyncio.gather(*(tunnel.down() for tunnel in self._tunnels.values()))
        self._ring.listener = None
        while self._news:
            self._news.popitem()[1].cancel()

    # ipc.service.Service

    def owner_of(self, name: str) -> int:
        try:
            return self._profiles.get(name).owner_uid
        except ProfileError as error:
            if error.code == "unknown_profile":
                raise
            return 0

    def snapshot(self) -> Snapshot:
        active = (tunnel for tunnel in self._tunnels.values() if connection_status(tunnel).state != "down")
        return Snapshot(
            connections=tuple(connection_status(tunnel) for tunnel in active),
            profiles=self._summaries(),
            prompts=tuple(
                prompt_status(tunnel.name, asked, is_open=True)
                for tunnel in self._tunnels.values()
                for asked in tunnel.wants.open
            ),
        )

    def statistics(self) -> tuple[Statistics, ...]:
        found = []
        for tunnel in self._tunnels.values():
            status = connection_status(tunnel)
            if status.state == "up":
                found.append(
                    Statistics(
                        name=status.name,
                        octets_in=status.octets_in,
                        octets_out=status.octets_out,
                        packets_in=status.packets_in,
                        packets_out=status.packets_out,
                        rtt_ms=status.rtt_ms,
                    )
                )
        return tuple(found)

    async def create_profile(
        self, profile: Profile, secrets: Secrets, *, replace: bool, keep_secrets: bool = False
    ) -> None:
        if keep_secrets and self._has(profile.name):
            secrets = self._secrets.get(profile.name).under(secrets)
        problems = _problems(profile, secrets)
        if problems:
            raise ProfileError("profile_invalid", name=profile.name, problems=tuple(problems))
        self._profiles.put(profile, replace=replace)
        self._secrets.put(profile.name, secrets)
        log.info("profile %s stored", profile.name, extra={"connection": profile.name})
        self._tell_of(profile.name)

    async def validate_profile(self, table: dict[str, Any]) -> tuple[ProfileProblem, ...]:
        problems = problems_of(table) or meaningless(profile_of(table))
        return tuple(ProfileProblem(**msgspec.structs.asdict(each)) for each in problems)

    async def list_profiles(self) -> tuple[ProfileSummary, ...]:
        return self._summaries()

    async def show_profile(self, name: str) -> Profile:
        return self._profiles.get(name)

    async def remove_profile(self, name: str) -> None:
        tunnel = self._tunnels.get(name)
        if tunnel is not None and tunnel.state.active:
            raise ServiceError("already_up", name=name)
        self._profiles.remove(name)
        with suppress(ProfileError):
            self._secrets.remove(name)
        self._tunnels.pop(name, None)
        log.info("profile %s removed", name, extra={"connection": name})
        self._tell_of(name)

    async def up(self, name: str) -> ConnectionStatus:
        if self._stopping:
            raise ServiceError("service_stopping")
        before = self._tunnels.get(name)
        if before is not None and before.state.active:
            raise ServiceError("already_up", name=name)
        profile = self._profiles.get(name)
        secrets = self._secrets.get(name)
        if before is not None and before.status().error_code in WRONG_SECRET:
            secrets = msgspec.structs.replace(secrets, password="")  # ask instead of failing once more
        config = session_config(profile, secrets, export_keys=self._key_file is not None)
        observer = Observer(
            changed=self._changed, keys=self._export, prompted=self._prompted, remember=self._remember
        )
        tunnel = self._tunnels[name] = Tunnel(profile, config, self._host, observer=observer)
        tunnel.up()
        return connection_status(tunnel)

    async def down(self, name: str) -> ConnectionStatus:
        tunnel = self._tunnels.get(name)
        if tunnel is None:
            self._profiles.get(name)
            raise ServiceError("not_up", name=name)
        await tunnel.down()
        if self._tunnels.get(name) is tunnel and not tunnel.state.active:
            del self._tunnels[name]
        return connection_status(tunnel)

    async def rekey(self, name: str, what: What) -> ConnectionStatus:
        tunnel = self._tunnels.get(name)
        if tunnel is None:
            raise ServiceError("not_up", name=name)
        try:
            tunnel.rekey(what)
        except TunnelError as error:
            raise ServiceError(error.code, name=name, **error.params) from None
        return connection_status(tunnel)

    async def answer_prompt(self, name: str, prompt_id: int, answer: str | None, *, remember: bool) -> None:
        tunnel = self._tunnels.get(name)
        if tunnel is None or not tunnel.wants.answer(prompt_id, answer, remember=remember):
            raise ServiceError("unknown_prompt", name=name)

    async def tail_log(self, lines: int) -> tuple[LogEntry, ...]:
        return self._ring.tail(lines)

    async def set_log_level(self, level: Level, logger: str) -> None:
        known = logs.loggers()
        if logger and logger not in known:
            raise ServiceError("unknown_logger", logger=logger, known=", ".join(known))
        logs.set_level(level, logger)
        log.warning("the log level of %s is %s from now on", logger or "everything", level)

    async def diagnose(self, name: str) -> Diagnosis:
        tunnels = [tunnel for tunnel in self._tunnels.values() if name in ("", tunnel.name)]
        if name and not tunnels:
            found = [TunnelDiagnosis(name=self._profiles.get(name).name)]
        else:
            found = [tunnel_diagnosis(tunnel) for tunnel in tunnels]
        machine = await self._loop.run_in_executor(None, look)
        findings = diagnose(machine, found) + of_secrets(self._secrets.key_origin, self._secrets.locked())
        return Diagnosis(version=__version__, machine=machine, tunnels=tuple(found), findings=findings)

    async def examine(self, name: str) -> Diagnosis:
        profile = self._profiles.get(name)
        secrets = None
        with suppress(ProfileError):  # out of reach: `diagnose` says so
            secrets = self._secrets.get(name)
        examined = await self._examiner.examine(profile, secrets, self._tunnels)
        found = await self.diagnose(name)
        return msgspec.structs.replace(found, findings=found.findings + examined)

    # News

    def _changed(self, tunnel: Tunnel) -> None:
        """A new state is told at once; steps and facts, of which a connection brings a dozen, together."""
        if self._told.get(tunnel.name) != public_state(tunnel.state):
            self._tell(tunnel)
        elif tunnel.name not in self._news:
            self._news[tunnel.name] = self._loop.call_later(NEWS_S, self._tell, tunnel)

    def _tell(self, tunnel: Tunnel) -> None:
        waiting = self._news.pop(tunnel.name, None)
        if waiting is not None:
            waiting.cancel()
        status = connection_status(tunnel)
        self._told[tunnel.name] = status.state
        self.publish(status)

    def _tell_of(self, name: str) -> None:
        """A profile is new, another one, or gone."""
        summary = next((each for each in self._summaries() if each.name == name), None)
        self.publish(ProfileChange(name=name, summary=summary))

    def _prompted(self, tunnel: Tunnel, asked: OpenPrompt, is_open: bool) -> None:
        self.publish(prompt_status(tunnel.name, asked, is_open=is_open))

    def _remember(self, tunnel: Tunnel, password: str) -> None:
        """Keep a password that led to a connection, unless the profile was replaced meanwhile."""
        try:
            if self._profiles.get(tunnel.name) == tunnel.profile:
                secrets = self._secrets.get(tunnel.name)
                self._secrets.put(tunnel.name, msgspec.structs.replace(secrets, password=password))
        except (ProfileError, OSError) as error:
            log.error("a password was not kept: %s", error, extra={"connection": tunnel.name})

    def _logged(self, entry: LogEntry) -> None:
        if threading.get_ident() == self._thread:
            self.publish(entry)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.publish, entry)

    def _export(self, event: KeysExported) -> None:
        """Append in the form of tshark's -o option (wireshark-user-access-table)."""
        if self._key_file is None:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(self._key_file, flags, 0o600), "a") as file:
                file.write(f"uat:{event.format}:{event.line}\n")
        except OSError as error:
            log.error("keys were not exported: %s", error.strerror)

    def _has(self, name: str) -> bool:
        """Whether there is such a profile: secrets that were left behind by another are nobody's."""
        return any(listed.name == name for listed in self._profiles.list())

    def _summaries(self) -> tuple[ProfileSummary, ...]:
        return tuple(self._summary(listed) for listed in self._profiles.list())

    def _summary(self, listed: Listed) -> ProfileSummary:
        tunnel = self._tunnels.get(listed.name)
        status = None if tunnel is None else connection_status(tunnel)
        error = None
        if listed.error is not None:
            error = ErrorInfo(code=listed.error.code, params=listed.error.params)
        elif status is not None:
            error = status.error
        return ProfileSummary(
            name=listed.name,
            server=listed.profile.server if listed.profile is not None else "",
            owner_uid=listed.profile.owner_uid if listed.profile is not None else 0,
            state="down" if status is None else status.state,
            error=error,
        )


def _problems(profile: Profile, secrets: Secrets) -> list[Problem]:
    problems = validate(profile) + validate_secrets(profile, secrets)
    if not problems:
        try:
            session_config(profile, secrets)
        except ProfileError as error:
            problems = list(error.problems)
    return problems
