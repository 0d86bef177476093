"""From a method's name to a call of the service, once the caller's rights are known."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from ginnel_service import __version__
from ginnel_service.logs import protect
from ginnel_service.profiles.model import ProfileError

from .access import Action, Peer, Policy
from .schema import (
    MAX_MESSAGE_OCTETS,
    PROTOCOL_VERSION,
    DiagnoseParams,
    Diagnosis,
    DiagnosisProgress,
    Done,
    Event,
    HelloParams,
    HelloResult,
    KillSwitchOffParams,
    LogEntry,
    LogLevelParams,
    LogTailParams,
    LogTailResult,
    NameParams,
    NoParams,
    OnDemandParams,
    PortalParams,
    ProfileCreateParams,
    ProfileListResult,
    ProfileValidateParams,
    ProfileValidateResult,
    PromptAnswerParams,
    PromptStatus,
    RekeyParams,
    SessionResult,
    Snapshot,
    SubscribeParams,
)
from .service import Service, ServiceError

log = logging.getLogger("ginnel.ipc")


class Dispatcher:
    """The service as one peer may use it."""

    def __init__(
        self,
        service: Service,
        policy: Policy,
        peer: Peer,
        subscribe: Callable[[SubscribeParams], Snapshot],
        asking: Callable[[str], None],
    ) -> None:
        """`asking` hears of each connection that the caller has asked for."""
        self._service = service
        self._policy = policy
        self._peer = peer
        self._subscriber = subscribe
        self._asking = asking
        self._calls: dict[str, Callable[[Any], Awaitable[Struct]]] = {
            "hello": self._hello,
            "snapshot": self._snapshot,
            "subscribe": self._subscribe,
            "profile.create": self._create,
            "profile.validate": self._validate,
            "profile.list": self._list,
            "profile.show": self._show,
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
        try:
            return await self._calls[method](params)
        except ServiceError:
            raise
        except ProfileError as error:
            raise ServiceError(error.code, **error.params) from None
        except Exception as error:
            log.exception("%s failed", method)
            raise ServiceError("internal_error", detail=type(error).__name__) from None

    def may_see(self, event: Event) -> bool:
        """Log lines are for who may read that connection's log, prompts and what is found out about a gateway
        for who may use the connection; the rest is for everyone."""
        if isinstance(event, PromptStatus | DiagnosisProgress):
            return self._may(Action.USE_CONNECTION, event.name)
        if not isinstance(event, LogEntry) or self._policy.may(self._peer, Action.READ_LOG):
            return True
        if event.connection:
            return self._may(Action.READ_LOG, event.connection)
        return False

    def visible(self, snapshot: Snapshot) -> Snapshot:
        """`snapshot` without the prompts that are for others."""
        mine = tuple(prompt for prompt in snapshot.prompts if self.may_see(prompt))
        return msgspec.structs.replace(snapshot, prompts=mine)

    def _may(self, action: Action, name: str) -> bool:
        owner = None
        with suppress(ServiceError, ProfileError):
            owner = self._service.owner_of(name)
        return self._policy.may(self._peer, action, owner)

    def _require(self, action: Action, name: str) -> None:
        owner = self._service.owner_of(name)
        if not self._policy.may(self._peer, action, owner):
            raise ServiceError("not_permitted", action=action.value, name=name)

    async def _hello(self, params: HelloParams) -> HelloResult:
        if params.protocol != PROTOCOL_VERSION:
            raise ServiceError("protocol_unsupported", wanted=params.protocol, spoken=PROTOCOL_VERSION)
        role = self._policy.role(self._peer)
        return HelloResult(protocol=PROTOCOL_VERSION, version=__version__, role=role)

    async def _snapshot(self, params: NoParams) -> Struct:
        return self.visible(self._service.snapshot())

    async def _subscribe(self, params: SubscribeParams) -> Snapshot:
        return self._subscriber(params)

    async def _create(self, params: ProfileCreateParams) -> Done:
        for secret in params.secrets.values:
            protect(secret)
        owner = self._peer.uid
        if params.replace:
            try:
                self._require(Action.CHANGE_PROFILE, params.profile.name)
                owner = self._service.owner_of(params.profile.name)
            except (ServiceError, ProfileError) as error:
                if error.code != "unknown_profile":
                    raise
        if params.system:
            if not self._policy.may(self._peer, Action.CHANGE_SERVICE):
                raise ServiceError("not_permitted", action=Action.CHANGE_SERVICE.value)
            owner = 0
        profile = msgspec.structs.replace(params.profile, owner_uid=owner)
        await self._service.create_profile(
            profile,
            params.secrets,
            replace=params.replace,
            keep_secrets=params.replace and params.keep_secrets,
        )
        return Done()

    async def _validate(self, params: ProfileValidateParams) -> ProfileValidateResult:
        return ProfileValidateResult(problems=await self._service.validate_profile(params.profile))

    async def _list(self, params: NoParams) -> ProfileListResult:
        return ProfileListResult(profiles=await self._service.list_profiles())

    async def _show(self, params: NameParams) -> Struct:
        self._require(Action.READ_PROFILE, params.name)
        return await self._service.show_profile(params.name)

    async def _remove(self, params: NameParams) -> Done:
        self._require(Action.CHANGE_PROFILE, params.name)
        await self._service.remove_profile(params.name)
        return Done()

    async def _up(self, params: NameParams) -> Struct:
        self._require(Action.USE_CONNECTION, params.name)
        self._asking(params.name)
        return await self._service.up(params.name)

    async def _down(self, params: NameParams) -> Struct:
        self._require(Action.USE_CONNECTION, params.name)
        return await self._service.down(params.name)

    async def _retry(self, params: NameParams) -> Struct:
        self._require(Action.USE_CONNECTION, params.name)
        return await self._service.retry(params.name)

    async def _begin_session(self, params: NoParams) -> SessionResult:
        return SessionResult(connections=await self._service.begin_session(self._peer.uid))

    async def _on_demand(self, params: OnDemandParams) -> Struct:
        lasting = params.change in ("on", "off")
        self._require(Action.CHANGE_PROFILE if lasting else Action.USE_CONNECTION, params.name)
        return await self._service.change_on_demand(params.name, params.change)

    async def _portal(self, params: PortalParams) -> Struct:
        self._holders(Action.USE_CONNECTION)
        return await self._service.open_portal(params.seconds)

    async def _kill_switch_off(self, params: KillSwitchOffParams) -> Struct:
        if params.force and not self._policy.may(self._peer, Action.CHANGE_PROFILE):
            raise ServiceError("not_permitted", action=Action.CHANGE_PROFILE.value)
        names = self._holders(Action.CHANGE_PROFILE)
        return await self._service.kill_switch_off(names, force=params.force)

    def _holders(self, action: Action) -> tuple[str, ...]:
        """Those profiles with their kill switch on with which the caller may do that: one is enough."""
        holders = [each.name for each in self._service.snapshot().kill_switch.profiles]
        mine = tuple(name for name in holders if self._may(action, name))
        if holders and not mine:
            raise ServiceError("not_permitted", action=action.value, name=holders[0])
        return mine

    async def _rekey(self, params: RekeyParams) -> Struct:
        self._require(Action.USE_CONNECTION, params.name)
        return await self._service.rekey(params.name, params.what)

    async def _answer(self, params: PromptAnswerParams) -> Done:
        self._require(Action.USE_CONNECTION, params.name)
        protect((params.answer or "").encode())
        await self._service.answer_prompt(params.name, params.id, params.answer, remember=params.remember)
        return Done()

    async def _diagnose(self, params: DiagnoseParams) -> Diagnosis:
        if not params.active:
            return await self._service.diagnose(params.name)
        self._require(Action.USE_CONNECTION, params.name)
        return await self._service.examine(params.name)

    async def _level(self, params: LogLevelParams) -> Done:
        if not self._policy.may(self._peer, Action.CHANGE_SERVICE):
            raise ServiceError("not_permitted", action=Action.CHANGE_SERVICE.value)
        await self._service.set_log_level(params.level, params.logger)
        return Done()

    async def _tail(self, params: LogTailParams) -> LogTailResult:
        """The newest lines that the caller may see and one message can carry."""
        entries = [entry for entry in await self._service.tail_log(params.lines) if self.may_see(entry)]
        room = MAX_MESSAGE_OCTETS // 2
        kept = 0
        for entry in reversed(entries):
            room -= len(msgspec.json.encode(entry))
            if room < 0:
                break
            kept += 1
        return LogTailResult(entries=tuple(entries[len(entries) - kept :]))
