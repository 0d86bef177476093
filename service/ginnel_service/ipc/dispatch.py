"""From a method's name to a call of the service, once the caller's rights are known."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from ginnel_service import __version__
from ginnel_service.logs import protect
from ginnel_service.profiles.model import ProfileError
from ginnel_service.profiles.secrets import Secrets

from . import sight
from .access import SYSTEM_UID, Action, Peer, Policy
from .calls import CALLS
from .limits import Limits
from .schema import (
    MAX_LINES,
    MAX_MESSAGE_OCTETS,
    PROTOCOL_VERSION,
    PROTOCOLS,
    ConnectionStatus,
    DiagnoseParams,
    Diagnosis,
    DiagnosisProgress,
    Done,
    Event,
    HelloParams,
    HelloResult,
    KillSwitchOffParams,
    Level,
    LogEntry,
    LogLevelParams,
    LogTailParams,
    LogTailResult,
    NameParams,
    NoParams,
    OnDemandParams,
    PortalParams,
    ProfileChange,
    ProfileCreateParams,
    ProfileListResult,
    ProfileValidateParams,
    ProfileValidateResult,
    PromptAnswerParams,
    PromptStatus,
    RekeyParams,
    RenameParams,
    SessionResult,
    Snapshot,
    Statistics,
    SubscribeParams,
    UpParams,
)
from .service import Service, ServiceError

log = logging.getLogger("ginnel.ipc")

_LEVELS: tuple[Level, ...] = get_args(Level)
#: A disk that is full, read-only or broken, and a quota that is used up.
_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
#: How long the owner of a profile is not looked up again for news; a change by a call shows at once.
OWNER_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a connection does for the calls that concern the connection itself."""

    subscribe: Callable[[SubscribeParams], Snapshot]
    asked: Callable[[str], None]  # it asked for the profile's connection
    gone: Callable[[str], None]  # there is no such profile any more
    is_for_us: Callable[[str], bool]  # whether the profile's prompts are for this client to put


class Dispatcher:
    """The service as one peer may use it."""

    def __init__(self, service: Service, policy: Policy, limits: Limits, peer: Peer, client: Client) -> None:
        self._service = service
        self._policy = policy
        self._limits = limits
        self._peer = peer
        self._client = client
        self._owners: dict[str, tuple[int | None, float]] = {}  # with when they were looked up
        self._calls: dict[str, Callable[[Any], Awaitable[Struct]]] = {
            "hello": self._hello,
            "snapshot": self._snapshot,
            "subscribe": self._subscribe,
            "profile.create": self._create,
            "profile.list": self._list,
            "profile.show": self._show,
            "profile.validate": self._validate,
            "profile.rename": self._rename,
            "profile.remove": self._remove,
            "connection.up": self._up,
            "connection.down": self._down,
            "connection.retry": self._retry,
            "connection.rekey": self._rekey,
            "session.begin": self._begin_session,
            "ondemand.set": self._on_demand,
            "killswitch.portal": self._portal,
            "killswitch.off": self._kill_switch_off,
            "prompt.answer": self._answer,
            "log.tail": self._tail,
            "log.level": self._level,
            "diagnose": self._diagnose,
        }

    async def call(self, method: str, params: Struct) -> Struct:
        """Raises ServiceError alone."""
        self._owners.clear()
        try:
            self._check(CALLS[method].action, getattr(params, "name", None))
            return await self._calls[method](params)
        except ServiceError:
            raise
        except ProfileError as error:
            raise ServiceError(error.code, **error.params) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                log.error("%s failed: %s", method, error.strerror)
                raise ServiceError("storage_refused", errno=error.errno) from None
            log.exception("%s failed", method)
            raise ServiceError("internal_error", detail=type(error).__name__) from None

    def seen(self, event: Event) -> Event | None:
        """`event` as the caller may see it. Log lines are for who may read that connection's log; prompts and
        what is found out about a gateway for who may use the connection."""
        match event:
            case PromptStatus():
                if not self._may(Action.USE_CONNECTION, event.name):
                    return None
                return msgspec.structs.replace(event, ask=self._client.is_for_us(event.name))
            case DiagnosisProgress():
                return event if self._may(Action.USE_CONNECTION, event.name) else None
            case LogEntry():
                return event if self._may_read(event) else None
            case ConnectionStatus():
                return sight.of_status(event, self._sees, self._owns)
            case Statistics():
                return sight.of_statistics(event, self._sees)
            case ProfileChange():
                return sight.of_change(event, self._sees, self._owns)
        return event

    def forget_owner(self, name: str) -> None:
        """The profile may have another."""
        self._owners.pop(name, None)

    def visible(self, snapshot: Snapshot) -> Snapshot:
        """`snapshot` as the caller may see it."""
        now = asyncio.get_running_loop().time()
        self._owners = {each.name: (each.owner_uid, now) for each in snapshot.profiles}
        seen = (self.seen(prompt) for prompt in snapshot.prompts)
        mine = tuple(prompt for prompt in seen if isinstance(prompt, PromptStatus))
        return msgspec.structs.replace(sight.of_snapshot(snapshot, self._sees, self._owns), prompts=mine)

    def _sees(self, name: str) -> bool:
        return self._may(Action.READ_DETAILS, name)

    def _owns(self, name: str) -> bool:
        return self._owner(name) == self._peer.uid

    def _may_read(self, entry: LogEntry) -> bool:
        if self._policy.may(self._peer, Action.READ_LOG):
            return True
        return bool(entry.connection) and self._may(Action.READ_LOG, entry.connection)

    def _may(self, action: Action, name: str) -> bool:
        if self._peer.uid in self._policy.admin_uids:
            return True  # whoever owns it
        return self._policy.may(self._peer, action, self._owner(name))

    def _owner(self, name: str) -> int | None:
        """For what is shown, not for what is done; None where there is no such profile."""
        now = asyncio.get_running_loop().time()
        owner, at = self._owners.get(name, (None, -OWNER_S))
        if now - at >= OWNER_S:
            owner = None
            with suppress(ServiceError, ProfileError):
                owner = self._service.owner_of(name)
            self._owners[name] = (owner, now)
        return owner

    def _check(self, action: Action | None, name: str | None) -> None:
        """Raises `not_permitted`, `unknown_profile`."""
        if action is None:
            return
        owner = None if name is None else self._service.owner_of(name)
        if not self._policy.may(self._peer, action, owner):
            about = {} if name is None else {"name": name}
            raise ServiceError("not_permitted", action=action.value, **about)

    async def _hello(self, params: HelloParams) -> HelloResult:
        if params.protocol not in PROTOCOLS:
            spoken = ", ".join(str(version) for version in PROTOCOLS)
            raise ServiceError("protocol_unsupported", wanted=params.protocol, spoken=spoken)
        role = self._policy.role(self._peer)
        return HelloResult(protocol=PROTOCOL_VERSION, version=__version__, role=role)

    async def _snapshot(self, params: NoParams) -> Struct:
        return self.visible(self._service.snapshot())

    async def _subscribe(self, params: SubscribeParams) -> Snapshot:
        return self._client.subscribe(params)

    async def _create(self, params: ProfileCreateParams) -> Done:
        """Whose it becomes: the system's, if asked; else it stays its owner's; else it is the caller's."""
        name = params.profile.name
        self._keep_from_logs(params.secrets)
        before = self._owner_to_replace(name) if params.replace else None
        if params.system:
            self._check(Action.CREATE_SYSTEM_PROFILE, None)
        owner = SYSTEM_UID if params.system else self._peer.uid if before is None else before
        if before is None:
            self._check_count()
        await self._service.create_profile(
            msgspec.structs.replace(params.profile, owner_uid=owner),
            params.secrets,
            replace=params.replace,
            keep_secrets=params.keep_secrets and before == owner,  # they are bound to who gave them
            forget_secrets=params.forget_secrets,
        )
        return Done()

    def _keep_from_logs(self, secrets: Secrets) -> None:
        """As the caller's, who may name anybody's connection, or a thousand that are none: no line is about
        one of this name. Those that are stored are known to the log as the profile's."""
        for secret in secrets.values:
            protect(secret, f"uid {self._peer.uid}")

    def _owner_to_replace(self, name: str) -> int | None:
        """None where there is nothing to replace. Raises `not_permitted`."""
        try:
            self._check(Action.CHANGE_PROFILE, name)
            return self._service.owner_of(name)
        except (ServiceError, ProfileError) as error:
            if error.code != "unknown_profile":
                raise
            return None

    def _check_count(self) -> None:
        """The store has room for some hundred profiles, which nobody shall take for themselves."""
        if self._policy.role(self._peer) == "admin":
            return
        held = sum(each.owner_uid == self._peer.uid for each in self._service.snapshot().profiles)
        if held >= self._limits.profiles_per_uid:
            raise ServiceError("too_many_profiles", limit=self._limits.profiles_per_uid)

    async def _validate(self, params: ProfileValidateParams) -> ProfileValidateResult:
        name = str(params.profile.get("name", ""))
        if params.secrets is not None:
            self._keep_from_logs(params.secrets)
        if params.keep_secrets:
            self._check(Action.CHANGE_PROFILE, name)
        problems = await self._service.validate_profile(
            params.profile,
            params.secrets,
            keep_secrets=params.keep_secrets,
            forget_secrets=params.forget_secrets,
        )
        return ProfileValidateResult(problems=problems)

    async def _list(self, params: NoParams) -> ProfileListResult:
        found = await self._service.list_profiles()
        now = asyncio.get_running_loop().time()
        self._owners = {each.name: (each.owner_uid, now) for each in found}
        return ProfileListResult(
            profiles=tuple(sight.of_summary(each, self._sees, self._owns) for each in found)
        )

    async def _show(self, params: NameParams) -> Struct:
        return await self._service.show_profile(params.name)

    async def _rename(self, params: RenameParams) -> Done:
        await self._service.rename_profile(params.name, params.new_name)
        self._client.gone(params.name)
        return Done()

    async def _remove(self, params: NameParams) -> Done:
        await self._service.remove_profile(params.name)
        self._client.gone(params.name)
        return Done()

    async def _up(self, params: UpParams) -> Struct:
        """Who asks for a connection is who its prompts are for, be it up already."""
        self._client.asked(params.name)
        return await self._service.up(params.name, attended=params.attended)

    async def _down(self, params: NameParams) -> Struct:
        return await self._service.down(params.name)

    async def _retry(self, params: NameParams) -> Struct:
        return await self._service.retry(params.name)

    async def _begin_session(self, params: NoParams) -> SessionResult:
        begun = await self._service.begin_session(self._peer.uid)
        for status in begun:
            self._client.asked(status.name)
        return SessionResult(connections=begun)

    async def _on_demand(self, params: OnDemandParams) -> Struct:
        if params.change in ("on", "off"):
            self._check(Action.CHANGE_PROFILE, params.name)
        return await self._service.change_on_demand(params.name, params.change)

    async def _portal(self, params: PortalParams) -> Struct:
        """It opens everyone's switch a little, so it takes everyone's leave: or an administrator's."""
        for name in () if self._administers else self._holders:
            self._check(Action.USE_CONNECTION, name)
        return await self._service.open_portal(params.seconds)

    async def _kill_switch_off(self, params: KillSwitchOffParams) -> Struct:
        """Of the caller's own profiles; with `force`, which is for administrators, of everyone's."""
        holders = self._holders
        if params.force:
            self._check(Action.CHANGE_SERVICE, None)
            return await self._service.kill_switch_off(holders, force=True)
        mine = tuple(name for name in holders if self._may(Action.CHANGE_PROFILE, name))
        if holders and not mine:
            raise ServiceError("not_permitted", action=Action.CHANGE_PROFILE.value, name=holders[0])
        return await self._service.kill_switch_off(mine, force=False)

    @property
    def _administers(self) -> bool:
        return self._policy.role(self._peer) == "admin"

    @property
    def _holders(self) -> tuple[str, ...]:
        """The profiles whose kill switch is on."""
        return tuple(each.name for each in self._service.snapshot().kill_switch.profiles)

    async def _rekey(self, params: RekeyParams) -> Struct:
        return await self._service.rekey(params.name, params.what)

    async def _answer(self, params: PromptAnswerParams) -> Done:
        protect((params.answer or "").encode(), params.name)
        await self._service.answer_prompt(params.name, params.id, params.answer, remember=params.remember)
        return Done()

    async def _diagnose(self, params: DiagnoseParams) -> Diagnosis:
        if not params.active:
            try:
                found = await self._service.diagnose(params.name)
            except ProfileError as error:
                if error.code == "unknown_profile" or self._sees(params.name):
                    raise
                raise ServiceError(error.code, name=params.name) from None
            return sight.of_diagnosis(found, self._sees, self._owns)
        self._check(Action.USE_CONNECTION, params.name)
        return await self._service.examine(params.name)

    async def _level(self, params: LogLevelParams) -> Done:
        await self._service.set_log_level(params.level, params.logger)
        return Done()

    async def _tail(self, params: LogTailParams) -> LogTailResult:
        """The newest lines that the caller may see and one message can carry."""
        chosen: deque[LogEntry] = deque()
        room = MAX_MESSAGE_OCTETS // 2
        for entry in reversed(await self._service.tail_log(MAX_LINES)):
            if not matches(entry, params.level, params.connection) or not self._may_read(entry):
                continue
            room -= len(msgspec.json.encode(entry))
            if room < 0 or len(chosen) == params.lines:
                break
            chosen.appendleft(entry)
        return LogTailResult(entries=tuple(chosen))


def matches(entry: LogEntry, level: Level, connection: str) -> bool:
    """Whether a line is this bad or worse, and of this profile where one is named."""
    bad_enough = _LEVELS.index(entry.level) >= _LEVELS.index(level)
    return bad_enough and connection in ("", entry.connection)
