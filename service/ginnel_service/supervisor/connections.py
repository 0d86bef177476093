"""The tunnels that there are: how one begins, ends and goes on, and the news of each."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ..ike.config import SessionConfig
from ..ike.events import KeysExported
from ..ipc.schema import ConnectionStatus, Event, PromptStatus, State, Statistics, What
from ..ipc.service import ServiceError
from ..profiles.model import Profile
from ..profiles.secrets import Secrets
from ..tunnel.convert import session_config
from ..tunnel.driver import Observer, Tunnel
from ..tunnel.errors import TunnelError
from ..tunnel.host import Host
from ..tunnel.questions import Locked
from ..tunnel.unlocking import unlocked_config
from ..tunnel.wants import WRONG_SECRET, OpenPrompt
from .killswitch import KillSwitchKeeper
from .profile_desk import ProfileDesk
from .status import connection_status, prompt_status, public_state, statistics

log = logging.getLogger("ginnel.daemon")

#: What is new within a state is told this late, in one message.
NEWS_S: Final = 0.02
#: Counters are this fresh.
COUNTED_S: Final = 0.05


class Connections:
    """One tunnel a profile. `publish` takes the news."""

    def __init__(
        self,
        host: Host,
        desk: ProfileDesk,
        keeper: KillSwitchKeeper,
        publish: Callable[[Event], None],
        *,
        key_file: Path | None = None,
    ) -> None:
        self.tunnels: dict[str, Tunnel] = {}
        self._host = host
        self._desk = desk
        self._keeper = keeper
        self._publish = publish
        self._key_file = key_file
        self._told: dict[str, State] = {}
        self._news: dict[str, asyncio.TimerHandle] = {}
        self._held: frozenset[str] = frozenset()  # whose kill switch was on when it was told last
        self._beginning: set[str] = set()
        self._stopping = False
        self._counted: tuple[Statistics, ...] = ()
        self._counted_at = -math.inf
        self._loop = asyncio.get_running_loop()

    async def close(self) -> None:
        """Disconnect everything; a gateway that stays silent is not waited for long. No `up` from now on."""
        self._stopping = True
        await asyncio.gather(*(tunnel.down() for tunnel in self.tunnels.values()))
        while self._news:
            self._news.popitem()[1].cancel()

    def status(self, tunnel: Tunnel) -> ConnectionStatus:
        status = connection_status(tunnel)
        blocked = status.state != "up" and tunnel.name in self._keeper.holders
        return msgspec.structs.replace(status, blocked=blocked)

    def statuses(self) -> dict[str, ConnectionStatus]:
        return {name: self.status(tunnel) for name, tunnel in self.tunnels.items()}

    def prompts(self) -> tuple[PromptStatus, ...]:
        return tuple(
            prompt_status(tunnel.name, asked, is_open=True)
            for tunnel in self.tunnels.values()
            for asked in tunnel.wants.open
        )

    def statistics(self) -> tuple[Statistics, ...]:
        """Of a moment ago, when others have just asked: everyone may ask ten times a second."""
        now = self._loop.time()
        if now - self._counted_at >= COUNTED_S:
            found = (statistics(tunnel) for tunnel in self.tunnels.values())
            self._counted, self._counted_at = tuple(each for each in found if each is not None), now
        return self._counted

    def is_active(self, name: str) -> bool:
        tunnel = self.tunnels.get(name)
        return name in self._beginning or (tunnel is not None and tunnel.state.active)

    async def up(self, name: str, *, by_itself: bool = False, attended: bool = False) -> ConnectionStatus:
        """What nobody asked for, or has a kill switch, goes on trying. Raises ServiceError, ProfileError.

        `attended`: a person is there who can say whether to trust a certificate.
        """
        if self._stopping:
            raise ServiceError("service_stopping")
        if self.is_active(name):
            raise ServiceError("already_up", name=name)
        before = self.tunnels.get(name)
        profile, secrets = self._desk.get(name), self._desk.secrets_of(name)
        if before is not None and before.status().error_code in WRONG_SECRET:
            secrets = msgspec.structs.replace(secrets, password="")  # ask instead of failing once more
        export_keys = self._key_file is not None
        config = session_config(profile, secrets, export_keys=export_keys)
        self._beginning.add(name)
        try:
            await self._keeper.hold(profile)
        finally:
            wanted = name in self._beginning
            self._beginning.discard(name)
        if self._stopping:
            raise ServiceError("service_stopping")
        if not wanted:  # somebody ended it meanwhile, and the kill switch was let go of
            raise ServiceError("not_up", name=name)
        tunnel = self.tunnels[name] = Tunnel(
            profile,
            config,
            self._host,
            observer=self._observer(),
            barrier=self._keeper.barrier(name),
            locked=self._locked(profile, secrets, export_keys=export_keys),
        )
        stubborn = by_itself or profile.kill_switch.mode != "off"
        tunnel.up(stubborn=stubborn, attended=attended and not by_itself)
        return self.status(tunnel)

    def _locked(self, profile: Profile, secrets: Secrets, *, export_keys: bool) -> Locked | None:
        if not profile.authentication.pkcs12:
            return None

        async def unlock(password: str) -> SessionConfig:
            work = partial(unlocked_config, profile, secrets, password, export_keys=export_keys)
            return await self._loop.run_in_executor(None, work)

        return Locked(unlock, secrets.pkcs12_password)

    async def down(self, name: str) -> ConnectionStatus:
        """Raises `not_up`, although a kill switch is let go of then, too."""
        self._beginning.discard(name)
        tunnel = self.tunnels.get(name)
        if tunnel is not None:
            await tunnel.down()
        if self.tunnels.get(name) is tunnel and (tunnel is None or not tunnel.state.active):
            await self._keeper.release(name)
            if self.tunnels.get(name) is tunnel:  # nobody wanted it up again meanwhile
                self.tunnels.pop(name, None)
        if tunnel is None:
            self._desk.get(name)
            raise ServiceError("not_up", name=name)
        return self.status(tunnel)

    def forget(self, name: str) -> None:
        """There is no such profile any more, and its connection was down: no news of it is left."""
        self.tunnels.pop(name, None)
        self._told.pop(name, None)
        if (waiting := self._news.pop(name, None)) is not None:
            waiting.cancel()

    def retry(self, name: str) -> ConnectionStatus:
        tunnel = self._need(name)
        try:
            tunnel.retry()
        except TunnelError as error:
            raise ServiceError(error.code, name=name, **error.params) from None
        return self.status(tunnel)

    def rekey(self, name: str, what: What) -> ConnectionStatus:
        tunnel = self._need(name)
        try:
            tunnel.rekey(what)
        except TunnelError as error:
            raise ServiceError(error.code, name=name, **error.params) from None
        return self.status(tunnel)

    def answer(self, name: str, prompt_id: int, answer: str | None, *, remember: bool) -> None:
        tunnel = self.tunnels.get(name)
        if tunnel is None or not tunnel.wants.answer(prompt_id, answer, remember=remember):
            raise ServiceError("unknown_prompt", name=name)

    def _need(self, name: str) -> Tunnel:
        tunnel = self.tunnels.get(name)
        if tunnel is None:
            raise ServiceError("not_up", name=name)
        return tunnel

    # News

    def switched(self) -> None:
        """The kill switch may be on for others than before: what that blocks is news of their connections."""
        before, self._held = self._held, frozenset(self._keeper.holders)
        for name in before ^ self._held:
            tunnel = self.tunnels.get(name)
            if tunnel is not None and public_state(tunnel.state) != "down":
                self._tell(tunnel)

    def _observer(self) -> Observer:
        return Observer(
            changed=self._changed,
            keys=self._export,
            prompted=self._prompted,
            remember=lambda tunnel, password: self._desk.remember(tunnel.profile, password=password),
            unlocked=lambda tunnel, password: self._desk.remember(tunnel.profile, pkcs12_password=password),
            trusted=self._trusted,
        )

    def _changed(self, tunnel: Tunnel) -> None:
        """A new state is told at once; steps and facts, of which a connection brings a dozen, together."""
        if self._told.get(tunnel.name) != public_state(tunnel.state):
            self._counted_at = -math.inf
            self._tell(tunnel)
        elif tunnel.name not in self._news:
            self._news[tunnel.name] = self._loop.call_later(NEWS_S, self._tell, tunnel)

    def _tell(self, tunnel: Tunnel) -> None:
        waiting = self._news.pop(tunnel.name, None)
        if waiting is not None:
            waiting.cancel()
        status = self.status(tunnel)
        self._told[tunnel.name] = status.state
        self._publish(status)

    def _prompted(self, tunnel: Tunnel, asked: OpenPrompt, is_open: bool) -> None:
        self._publish(prompt_status(tunnel.name, asked, is_open=is_open))

    def _trusted(self, tunnel: Tunnel, certificate: bytes) -> None:
        tunnel.profile = self._desk.pin(tunnel.profile, certificate)

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
