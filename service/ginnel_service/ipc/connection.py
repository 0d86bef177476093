"""One client of the server: its requests in, answers and news out."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

import msgspec

from .access import Peer
from .dispatch import Dispatcher
from .framing import Splitter, TooLargeError
from .schema import (
    METHODS,
    Answer,
    ConnectionStatus,
    DiagnosisProgress,
    ErrorInfo,
    Event,
    KillSwitchStatus,
    LogEntry,
    ProfileChange,
    PromptStatus,
    Request,
    RpcError,
    Snapshot,
    Statistics,
    SubscribeParams,
    rpc_code,
)
from .service import ServiceError

if TYPE_CHECKING:
    from .server import Server

log = logging.getLogger("ginnel.ipc")

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_REQUESTS = msgspec.json.Decoder(Request)
_TOPICS = {
    ConnectionStatus: "state",
    KillSwitchStatus: "kill_switch",
    Statistics: "statistics",
    LogEntry: "log",
    PromptStatus: "prompt",
    ProfileChange: "profile",
    DiagnosisProgress: "diagnosis",
}
#: What is of no use to anyone once its caller has left.
_FOR_THE_CALLER = frozenset({"diagnose"})
_LEVELS = ("debug", "info", "warning", "error")
_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)


class Connection(asyncio.Protocol):
    """Created by the server for each caller; ends by itself when the caller leaves or is dropped."""

    def __init__(self, server: Server) -> None:
        self.peer: Peer | None = None
        self._server = server
        self._limits = server.limits
        self._splitter = Splitter(server.limits.message_octets)
        self._waiting: deque[bytes] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._callers_own: set[asyncio.Task[None]] = set()  # those of the tasks that end with the caller
        self._detach: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = None  # until the caller may ask again
        self._wanted = SubscribeParams(topics=())
        self._lost = asyncio.Event()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._limits.pending_octets)
        self.peer = self._server.admit(self, transport.get_extra_info("socket"))
        if self.peer is None:
            self._refuse(ServiceError("busy", limit=self._limits.connections_per_uid).info)
            return
        self._dispatcher = Dispatcher(
            self._server.service,
            self._server.policy,
            self.peer,
            self._subscribe,
            lambda name: self._server.prompts.asked(name, self),
        )

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        try:
            self._waiting.extend(self._splitter.feed(data))
        except TooLargeError:
            self._refuse(ServiceError("too_large", limit=self._limits.message_octets).info)
            return
        self._pump()

    def pause_writing(self) -> None:
        """The client does not read what it asked for."""
        self._drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """What was begun goes on, but for what only the caller wants, and counts against the caller until it
        is done."""
        self._lost.set()
        for task in self._callers_own:
            task.cancel()
        self._unsubscribe()
        self._waiting.clear()
        if self._resting is not None:
            self._resting.cancel()
        if not self._tasks:
            self._server.forget(self)
        self._server.prompts.left(self)

    async def end(self) -> None:
        """Cancel and await everything that was under way, and close."""
        self._unsubscribe()
        self._waiting.clear()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        self._transport.close()
        await self._lost.wait()

    # requests

    def _pump(self) -> None:
        """Start what may start; while more waits, read no further."""
        while self._waiting and len(self._tasks) < self._limits.requests and self._may_go_on():
            task = asyncio.create_task(self._serve(self._waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        if self._waiting:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _may_go_on(self) -> bool:
        """Whether the caller has asked for little enough lately; if not, it waits and then goes on."""
        if self._resting is not None or self.peer is None:
            return False
        rest_s = self._server.rest_s(self.peer.uid)
        if rest_s > 0:
            self._resting = asyncio.get_running_loop().call_later(rest_s, self._rested)
        return rest_s <= 0

    def _rested(self) -> None:
        self._resting = None
        if not self._transport.is_closing():
            self._pump()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._callers_own.discard(task)
        if not self._transport.is_closing():
            self._pump()
        elif not self._tasks:
            self._server.forget(self)

    async def _serve(self, line: bytes) -> None:
        request_id = None
        try:
            request = _REQUESTS.decode(line)
            request_id = request.id
            if request.method not in METHODS:
                raise ServiceError("unknown_method", method=request.method)
            params = msgspec.json.decode(request.params, type=METHODS[request.method][0])
            task = asyncio.current_task()
            if task is not None and request.method in _FOR_THE_CALLER:
                self._callers_own.add(task)
            result = await self._dispatcher.call(request.method, params)
            self._send(Answer(id=request_id, result=msgspec.Raw(_ENCODER.encode(result))))
        except ServiceError as error:
            self._send(_refusal(request_id, error.info))
        except _MALFORMED as error:
            # msgspec names the field, never its value
            self._send(_refusal(request_id, ErrorInfo(code="bad_request", params={"detail": str(error)})))

    # news

    def _subscribe(self, params: SubscribeParams) -> Snapshot:
        """Without an await between the two, the snapshot and the feed meet without a gap."""
        self._unsubscribe()
        self._wanted = params
        if params.topics:
            self._detach = self._server.service.attach(self._hear)
        if "statistics" in params.topics:
            interval_s = params.statistics_interval_s
            self._timer = asyncio.get_running_loop().call_later(interval_s, self._tick, interval_s)
        return self._dispatcher.visible(self._server.service.snapshot())

    def _hear(self, event: Event) -> None:
        wanted = self._wanted
        if _TOPICS[type(event)] not in wanted.topics or not self._dispatcher.may_see(event):
            return
        if isinstance(event, LogEntry) and (
            _LEVELS.index(event.level) < _LEVELS.index(wanted.log_level)
            or wanted.log_connection not in ("", event.connection)
        ):
            return
        if isinstance(event, PromptStatus) and not self._server.prompts.is_for(event, self):
            return
        self._notify(event)

    @property
    def hears_prompts(self) -> bool:
        return self._detach is not None and "prompt" in self._wanted.topics

    def hear_again(self, prompts: Iterable[PromptStatus]) -> None:
        """What went to somebody who has left meanwhile."""
        for prompt in prompts:
            if self.hears_prompts and self._dispatcher.may_see(prompt):
                self._notify(prompt)

    def _unsubscribe(self) -> None:
        if self._detach is not None:
            self._detach()
            self._detach = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self, interval_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(interval_s, self._tick, interval_s)
        for statistics in self._server.service.statistics():
            self._notify(statistics)

    def _notify(self, event: Event) -> None:
        self._send(Answer(method=_TOPICS[type(event)], params=msgspec.Raw(_ENCODER.encode(event))))

    # output

    def _send(self, answer: Answer) -> None:
        if self._transport.is_closing():
            return
        line = _ENCODER.encode(answer) + b"\n"
        if len(line) > self._limits.message_octets:
            if answer.id is msgspec.UNSET:
                return
            info = ServiceError("too_large", limit=self._limits.message_octets).info
            line = _ENCODER.encode(_refusal(answer.id, info)) + b"\n"
        self._transport.write(line)

    def _refuse(self, error: ErrorInfo) -> None:
        """Say why, and close."""
        self._send(_refusal(None, error))
        self._waiting.clear()
        self._transport.close()

    def _drop(self) -> None:
        self._transport.abort()
        if self.peer is not None:
            log.warning("uid %d (pid %d) does not read: dropped", self.peer.uid, self.peer.pid)


def _refusal(request_id: int | msgspec.UnsetType | None, error: ErrorInfo) -> Answer:
    return Answer(id=request_id, error=RpcError(rpc_code(error.code), error.code, error.params))
