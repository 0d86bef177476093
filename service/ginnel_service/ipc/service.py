"""What the IPC server asks of whoever runs the tunnels, and how news comes back.

The server has checked the caller's rights (`access.may`) and the parameters' types before it calls; the
service checks meaning. Every call may raise ServiceError, ProfileError or, for what it failed to foresee,
anything else, which the caller sees as `internal_error` and the log as a traceback. A call goes on when
its caller leaves; it is cancelled only when the server closes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import SecretName, Secrets

from .schema import (
    ConnectionStatus,
    Diagnosis,
    ErrorInfo,
    Event,
    KillSwitchStatus,
    Level,
    LogEntry,
    OnDemandChange,
    OnDemandStatus,
    ProfileProblem,
    ProfileSummary,
    PromptStatus,
    Snapshot,
    Statistics,
    What,
)

Sink = Callable[[Event], None]


class ServiceError(Exception):
    """A call is refused: `code` is a key of `identifiers.ERROR_IDS`, `params` hold no secret."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    @property
    def info(self) -> ErrorInfo:
        return ErrorInfo(code=self.code, params=self.params)


class Service(Protocol):
    """The daemon as its clients know it. Names are those of profiles."""

    def owner_of(self, name: str) -> int:
        """The uid that owns the profile; 0 for a corrupt file. Raises `unknown_profile`."""

    def snapshot(self) -> Snapshot:
        """What is true now, every prompt with it. Does not wait, so that it and a subscription begin at
        one moment."""

    def prompts(self) -> tuple[PromptStatus, ...]:
        """Those of a snapshot."""

    def statistics(self) -> tuple[Statistics, ...]:
        """Fresh counters of every connection that is up. Cheap: called once a subscriber's interval."""

    def attach(self, sink: Sink) -> Callable[[], None]:
        """Call `sink` with all news from now on; returns what ends it.

        Whatever a snapshot holds and changes is news, counters apart.

        `sink` neither blocks nor raises, and is called in the event loop's thread.
        """

    async def create_profile(
        self,
        profile: Profile,
        secrets: Secrets,
        *,
        replace: bool,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> None:
        """Validate and store. `profile.owner_uid` is right. Raises `profile_invalid`, `profile_exists`.

        With `keep_secrets` those of the profile that is replaced stay, but for those that are given or named
        in `forget_secrets`.
        """

    async def validate_profile(
        self,
        table: dict[str, Any],
        secrets: Secrets | None = None,
        *,
        keep_secrets: bool = False,
        forget_secrets: tuple[SecretName, ...] = (),
    ) -> tuple[ProfileProblem, ...]:
        """What `create_profile` would complain about, with or without `secrets`; the others as there."""

    async def list_profiles(self) -> tuple[ProfileSummary, ...]:
        """Every profile by name, the broken ones among them."""

    async def show_profile(self, name: str) -> Profile:
        """Raises `unknown_profile`, `profile_corrupt`, `profile_invalid`."""

    async def rename_profile(self, name: str, new_name: str) -> None:
        """With its secrets and all that is wanted of it. Raises `profile_exists`, `profile_invalid`, and
        `already_up` while its connection is not down."""

    async def remove_profile(self, name: str) -> None:
        """The profile and its secrets. Raises `already_up` while its connection is not down."""

    async def up(self, name: str, *, attended: bool = False) -> ConnectionStatus:
        """Begin to connect and return; `attended`: there is a person to ask whether to trust a certificate.
        Raises what is known at once, such as `already_up`."""

    async def down(self, name: str) -> ConnectionStatus:
        """Disconnect, undo everything on the machine, then return. Raises `not_up`."""

    async def retry(self, name: str) -> ConnectionStatus:
        """Make the next attempt now. Raises `not_up`; fine where none is waited for."""

    async def begin_session(self, uid: int) -> tuple[ConnectionStatus, ...]:
        """The person has logged in: begin to connect their own profiles that say so, and return."""

    async def change_on_demand(self, name: str, change: OnDemandChange) -> OnDemandStatus:
        """Raises `unknown_profile` and, where there is nothing to pause, `on_demand_off`."""

    async def open_portal(self, seconds: float) -> KillSwitchStatus:
        """Let a captive portal through the kill switch. Raises `kill_switch_off`."""

    async def kill_switch_off(self, names: tuple[str, ...], *, force: bool) -> KillSwitchStatus:
        """The profiles `names`, which hold it, hold it no more; with `force` also broken ones.

        Raises `kill_switch_not_kept` once that is so, where the disk does not take it.
        """

    async def rekey(self, name: str, what: What) -> ConnectionStatus:
        """Begin a rekey and return; `rekeys` of a later status counts it. Raises `not_up`."""

    async def answer_prompt(self, name: str, prompt_id: int, answer: str | None, *, remember: bool) -> None:
        """Answer, or with None refuse. Raises `unknown_prompt` when `name` has no such prompt open."""

    async def tail_log(self, lines: int) -> tuple[LogEntry, ...]:
        """The last lines of the log, oldest first."""

    async def set_log_level(self, level: Level, logger: str) -> None:
        """Of one logger or, with "", of all. Raises `unknown_logger`."""

    async def diagnose(self, name: str) -> Diagnosis:
        """Of one connection, or with "" of all that are not down. Raises `unknown_profile`."""

    async def examine(self, name: str) -> Diagnosis:
        """The same of one connection, and its gateway and the way there asked as well, within `DIAGNOSIS_S`.

        Says how it goes by `DiagnosisProgress`. Raises `unknown_profile`, `diagnosis_running`.
        """


class EventFeed:
    """A set of sinks: what `Service.attach` is usually made of."""

    def __init__(self) -> None:
        self._sinks: dict[int, Sink] = {}
        self._next = 0

    def attach(self, sink: Sink) -> Callable[[], None]:
        key = self._next
        self._next += 1
        self._sinks[key] = sink
        return lambda: self._sinks.pop(key, None) and None

    def publish(self, event: Event) -> None:
        for sink in tuple(self._sinks.values()):
            sink(event)
