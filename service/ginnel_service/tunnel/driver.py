"""One connection: its state, its attempts one after the other, and the waits between them.

`up` begins, `down` ends, `status` tells; both act at once and news comes through `Observer`. A connection
whose first attempt fails has failed, unless it is stubborn; one that worked before is tried again, and what
needs the person waits for the person (see `reconnect`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec

from ..clock import utc_s
from ..ike.config import SessionConfig
from ..ike.events import Interface, KeysExported, Prompt, Ticket
from ..ike.proposals import weaknesses
from ..profiles.model import Profile
from .attempt import Attempt
from .barrier import Barrier, OpenBarrier
from .dataplane import Traffic
from .errors import TunnelError, as_tunnel_error
from .facts import Facts, Watcher
from .host import Host, Link
from .idle import Idle
from .proofs import lacks_password, takes_password, with_password, with_root
from .questions import Locked, Trust, may_ask_trust
from .reconnect import BackOff, Next, Patience, Redirects
from .states import MOVES, ConnectionState, Step
from .waiting import Pause, WaitsFor
from .wants import PROMPT_S, WRONG_SECRET, OpenPrompt, Wants


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelStatus:
    """A snapshot. `facts` are those of the current or last attempt and not to be changed."""

    name: str
    state: ConnectionState
    step: Step | None
    server: str
    facts: Facts
    traffic: Traffic
    established_at: float | None  # seconds since the epoch
    error: TunnelError | None
    next_try_s: float | None
    waits_for: WaitsFor = ""  # while there is no telling when the next attempt comes

    @property
    def error_code(self) -> str:
        return "" if self.error is None else self.error.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Whom a tunnel tells. No call may raise or wait."""

    changed: Callable[[Tunnel], None] = lambda tunnel: None
    keys: Callable[[KeysExported], None] = lambda event: None
    prompted: Callable[[Tunnel, OpenPrompt, bool], None] = lambda tunnel, asked, is_open: None
    remember: Callable[[Tunnel, str], None] = lambda tunnel, password: None  # asked to, and it led here
    trusted: Callable[[Tunnel, bytes], None] = lambda tunnel, certificate: None  # the same of the gateway's
    unlocked: Callable[[Tunnel, str], None] = lambda tunnel, password: None  # the same of a PKCS#12 file's


class Sent(NamedTuple):
    """Where an attempt goes: to `gateway`, as `by` said (RFC 5685); with neither to the profile's server."""

    gateway: str = ""
    by: str = ""


class Tunnel:
    """Lives in one event loop. After `down` nothing of it is left on the machine, and `up` may follow."""

    def __init__(
        self,
        profile: Profile,
        config: SessionConfig,
        host: Host,
        *,
        observer: Observer | None = None,
        barrier: Barrier | None = None,
        locked: Locked | None = None,
    ) -> None:
        """`locked`: `config` lacks what is still locked."""
        self.profile = profile
        self.state = ConnectionState.DISCONNECTED
        self.weak = weaknesses((*config.ike_proposals, *config.esp_proposals))  # allowed although they are
        self._config = config
        self._host = host
        self._observer = observer or Observer()
        self._barrier = barrier or OpenBarrier()
        self._patience = Patience()
        self._pause = Pause(host)
        self._stubborn = False
        self._idle = Idle(profile.timing.idle_s, self._last_used_s, self._unused)
        self._leaving: asyncio.Task[None] | None = None  # because nobody used it
        self.wants = Wants(host, lambda asked, is_open: self._observer.prompted(self, asked, is_open))
        self._trust = Trust(self.wants, ask=False)
        self._locked = locked
        self._log = logging.LoggerAdapter(logging.getLogger("ginnel.tunnel"), {"connection": profile.name})
        self._step: Step | None = None
        self._error: TunnelError | None = None
        self._established_at: float | None = None
        self._connected_s: float | None = None  # the loop's time, of the current attempt
        self._ticket: Ticket | None = None
        self._ticket_of = ""  # the gateway that gave it, as in `Sent`
        self._next_try: float | None = None
        self._waits_for: WaitsFor = ""
        self._past = Traffic()
        self._past_counters: dict[str, int] = {}
        self._attempt: Attempt | None = None
        self._wished: tuple[Interface, ...] = ()
        self._life: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.profile.name

    def up(self, *, stubborn: bool = False, attended: bool = False) -> None:
        """Begin; with `stubborn` go on trying although it never worked. Raises TunnelError `already_up`.

        `attended`: the person may be asked whether to trust a certificate for which nobody vouches.
        """
        if self.state.active:
            raise TunnelError("already_up")
        self._error = None
        self._stubborn = stubborn
        reconnect = self.profile.reconnect
        self._patience = Patience(
            BackOff(limit_s=reconnect.limit_s),
            enabled=reconnect.enabled,
            tries=reconnect.tries,
            stubborn=stubborn,
            asks=takes_password(self._config),
        )
        self._past, self._past_counters, self._attempt, self._wished = Traffic(), {}, None, ()
        self._ticket = None
        self.wants.refused = False
        self._trust = Trust(self.wants, ask=attended and may_ask_trust(self.profile))
        if self.weak:
            self._log.warning("the profile allows weak algorithms: %s", ", ".join(self.weak))
        self._move(ConnectionState.RESOLVING)
        self._life = asyncio.get_running_loop().create_task(self._live(), name=f"tunnel {self.name}")

    async def down(self) -> None:
        """End whatever is under way; returns when nothing is left. From `failed` it forgets the cause."""
        life = self._life
        self._idle.close()
        if self.state is ConnectionState.FAILED:
            self._error = None
            self._move(ConnectionState.DISCONNECTED)
        elif self.state.active and self.state is not ConnectionState.DISCONNECTING:
            self._error = None
            self._move(ConnectionState.DISCONNECTING)
            assert life is not None
            life.cancel()
        if life is not None:
            await asyncio.wait({life})
            self.wants.password = None
        if self.state is ConnectionState.DISCONNECTING:
            self._next_try = self._established_at = None
            self._waits_for = ""
            self._move(ConnectionState.DISCONNECTED)

    def retry(self) -> None:
        """Do not wait for the next attempt. Raises TunnelError `not_up`; fine where none is waited for."""
        if not self.state.active:
            raise TunnelError("not_up")
        self._pause.hurry()

    def rekey(self, what: str) -> None:
        """Begin a rekey of "ike" or "child". Raises TunnelError `not_up`."""
        if self._attempt is None or self.state is not ConnectionState.CONNECTED:
            raise TunnelError("not_up")
        if what == "ike":
            self._attempt.rekey_ike()
        else:
            self._attempt.rekey_children()

    def traffic(self) -> Traffic:
        """Since `up`, over all attempts."""
        return self._past if self._attempt is None else self._past.plus(self._attempt.traffic())

    def counters(self) -> dict[str, int]:
        """Of the packet path, since `up`, over all attempts."""
        latest = self._attempt.counters() if self._attempt is not None else {}
        names = (*latest, *(self._past_counters.keys() - latest))
        return {name: self._past_counters.get(name, 0) + latest.get(name, 0) for name in names}

    @property
    def link(self) -> Link | None:
        """The current attempt's, while it is open."""
        return None if self._attempt is None else self._attempt.link

    def status(self) -> TunnelStatus:
        loop_time = asyncio.get_running_loop().time
        return TunnelStatus(
            name=self.name,
            state=self.state,
            step=self._step,
            server=self.profile.server,
            facts=self._attempt.facts if self._attempt is not None else Facts(),
            traffic=self.traffic(),
            established_at=self._established_at,
            error=self._error,
            next_try_s=None if self._next_try is None else max(0.0, self._next_try - loop_time()),
            waits_for=self._waits_for,
        )

    # The life between `up` and `down`

    async def _live(self) -> None:
        turn = 0
        redirects = Redirects()
        sent = Sent()
        loop = asyncio.get_running_loop()
        if (error := await self._unlock()) is not None:
            self._error = error
            self._log.warning("connection ended: %s", error)
            self._move(ConnectionState.FAILED)
            return
        while True:
            error, to = await self._try_each(turn, sent)
            sent = Sent()  # to the profile's server again, unless this one sends us elsewhere
            turn += 1
            if self._connected_s is not None:
                self._patience.connected(loop.time() - self._connected_s)
            self._established_at = None
            if to is not None and redirects.allows(loop.time()):
                sent = to
                if self.state is ConnectionState.CONNECTED:
                    self._move(ConnectionState.RECONNECTING)
                    self._move(ConnectionState.RESOLVING)
                continue
            if to is not None:
                error = TunnelError("redirect_loop", server=self.profile.server, detail=to.gateway)
            if error is not None and self._trust.concerns(error) and await self._trusts(error):
                continue
            self._error = error
            if error is not None:
                self._log.warning("connection ended: %s", error)
            code = error.code if error is not None else ""
            following = self._patience.after(code)
            if code in WRONG_SECRET and not self._patience.trusts_password(code):
                self.wants.password = None
                self._config = with_password(self._config, None)
            refused = self._trust.refused or (code == "prompt_unanswered" and self.wants.refused)
            if following is Next.STOP or refused:
                self._error = error or TunnelError("peer_error", detail="closed by the gateway")
                self.wants.password = None
                self._move(ConnectionState.FAILED)
                return
            if following is Next.ASK:
                await self._wait_for_person()
            else:
                await self._wait(code)
            self._next_try, self._waits_for = None, ""
            self._move(ConnectionState.RESOLVING)

    async def _unlock(self) -> TunnelError | None:
        """Have what is locked opened; why that came to nothing."""
        if self._locked is None:
            return None
        self._waits_for = "person"
        try:
            self._config, keep = await self._locked.unlock(self.wants, limit_s=self._patience_s)
        except TunnelError as error:
            return error
        except Exception as error:
            self._log.error("the PKCS#12 file was not opened", exc_info=error)
            return as_tunnel_error(error)
        finally:
            self._waits_for = ""
        self._locked = None
        if keep:
            self._observer.unlocked(self, keep)
        return None

    async def _trusts(self, error: TunnelError) -> bool:
        """Ask the person about the gateway's certificate, and try with it."""
        self._waits_for = "person"
        self._tell()
        trusted = await self._trust.ask(error, limit_s=self._patience_s)
        self._waits_for = ""
        if trusted:
            self._log.warning("trusting the gateway's certificate, for which nobody vouches, as told")
            self._config = with_root(self._config, self._trust.certificate)
        return trusted

    @property
    def _patience_s(self) -> float | None:
        """How long a person may take."""
        return None if self._stubborn else PROMPT_S

    async def _wait(self, code: str) -> None:
        """Until the next attempt is due, or may succeed."""
        chance = int.from_bytes(self._host.random(2), "big") / 0x10000
        delay_s = self._patience.wait_s(code, chance)
        due = asyncio.get_running_loop().time() + delay_s

        def told(waits_for: WaitsFor) -> None:
            self._waits_for, self._next_try = waits_for, None if waits_for else due
            if waits_for:
                self._log.info("there is no network: waiting for one")
            self._move(ConnectionState.RECONNECTING)

        if not await self._pause.until_due(delay_s, self._remotes(), told):
            self._patience.uncounted()

    async def _wait_for_person(self) -> None:
        """By one question, where the answer helps before the gateway is asked; else until `retry`."""
        self._waits_for = "person"
        self._move(ConnectionState.RECONNECTING)
        if lacks_password(self._config):
            await self._ask(limit_s=None)
        else:
            await self._pause.until_wanted()
        self._patience.answered()

    async def _ask(self, *, limit_s: float | None) -> None:
        await self.wants.ask(Prompt("password", "", self.profile.authentication.username), limit_s=limit_s)

    def _remotes(self) -> tuple[str, ...]:
        """Where the gateway was last."""
        remote = self._attempt.facts.remote if self._attempt is not None else None
        return () if remote is None else (remote.host,)

    async def _try_each(self, turn: int, sent: Sent) -> tuple[TunnelError | None, Sent | None]:
        """As `_try`; one silent address of several is no reason to wait, or to give up."""
        passed: list[str] = []
        while True:
            error, to = await self._try(turn, sent, passed)
            attempt = self._attempt
            if error is None or error.code != "unreachable" or attempt is None or not attempt.elsewhere:
                return error, to
            if attempt.facts.remote is None or self._connected_s is not None:
                return error, to
            passed.append(attempt.facts.remote.host)

    async def _try(
        self, turn: int, sent: Sent, passed: Collection[str]
    ) -> tuple[TunnelError | None, Sent | None]:
        """One attempt: why it ended, and where the gateway sent us, if it did."""
        watcher = Watcher(
            stepped=self._stepped,
            configured=self._configured,
            changed=self._tell,
            keys=self._observer.keys,
            barrier=self._barrier,
            lost=self._lost,
        )
        self._connected_s = None
        config = self._config
        if self.wants.password is None and lacks_password(config) and not self.wants.refused:
            # Before the gateway is asked: it would not wait for long.
            self._waits_for = "person"
            self._tell()
            await self._ask(limit_s=self._patience_s)
            self._waits_for = ""
        if self.wants.password is None and lacks_password(config):
            return TunnelError("prompt_unanswered"), None
        if self.wants.password is not None:
            config = with_password(config, self.wants.password)
        if self._attempt is not None:
            self._past, self._past_counters = self.traffic(), self.counters()
            # what the machine's programs hold on to
            self._wished = self._attempt.facts.configuration.addresses or self._wished
        config = replace(config, wished=self._wished, redirected_from=sent.by)
        # "It MUST use the same PAD and SPD entries" (RFC 5685 section 3): another way, and nothing else.
        profile = msgspec.structs.replace(self.profile, server=sent.gateway or self.profile.server)
        # Only who gave a ticket has a use for it; and who sends us elsewhere has proved nothing yet.
        ticket = self._ticket if self._ticket_of == sent.gateway else None
        self._attempt = attempt = Attempt(
            profile, config, self._host, watcher, self.wants, turn, ticket, passed
        )
        error = await attempt.run()
        self._idle.close()
        if attempt.ticket is not ticket:
            self._ticket, self._ticket_of = attempt.ticket, sent.gateway
        if error is not None or not attempt.redirect or attempt.facts.remote is None:
            return error, None
        return None, Sent(attempt.redirect, attempt.facts.remote.host)

    def _stepped(self, step: Step) -> None:
        if self.state in {ConnectionState.RESOLVING, ConnectionState.CONNECTING}:
            self._move(ConnectionState.CONNECTING, step)

    def _lost(self, error: TunnelError) -> None:
        """The attempt goes on without its session, and gets another."""
        self._error, self._established_at = error, None
        self._move(ConnectionState.RECONNECTING)

    def _configured(self) -> None:
        if self.state in {ConnectionState.CONNECTING, ConnectionState.RECONNECTING}:
            self._connected_s = asyncio.get_running_loop().time()
            self._established_at = utc_s()
            self._error = None
            if self.profile.timing.idle_s:
                self._idle.begin()
            if self.wants.remember and self.wants.password is not None:
                self.wants.remember = False
                self._observer.remember(self, self.wants.password)
            self._trust.connected()
            if self._trust.remember:
                self._trust.remember = False
                self._observer.trusted(self, self._trust.certificate)
            self._move(ConnectionState.CONNECTED)

    def _last_used_s(self) -> float:
        return 0.0 if self._attempt is None else self._attempt.last_used_s()

    def _unused(self) -> None:
        self._log.info("disconnecting: nothing passed for %g s", self.profile.timing.idle_s)
        self._leaving = asyncio.get_running_loop().create_task(self.down())

    def _move(self, state: ConnectionState, step: Step | None = None) -> None:
        assert state in MOVES[self.state], f"{self.state} to {state}"
        self.state, self._step = state, step
        self._tell()  # before the log, which takes longer
        self._log.log(
            logging.INFO if step is None else logging.DEBUG,
            "%s%s",
            state.value,
            f": {step.value}" if step else "",
        )

    def _tell(self) -> None:
        self._observer.changed(self)
