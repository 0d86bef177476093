"""One client of the server: its requests in, answers and news out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import msgspec

from .access import Peer
from .calls import CALLS, CHEAP
from .dispatch import Client, Dispatcher, matches
from .envelope import Answer, Request, RpcError, rpc_code
from .framing import Splitter, TooLargeError
from .limits import Bucket
from .schema import (
    METHODS,
    ConnectionStatus,
    DiagnosisProgress,
    ErrorInfo,
    Event,
    KillSwitchStatus,
    LogEntry,
    ProfileChange,
    PromptStatus,
    Snapshot,
    Statistics,
    SubscribeParams,
    Topic,
)
from .service import ServiceError

if TYPE_CHECKING:
    from .server import Server

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_REQUESTS = msgspec.json.Decoder(Request)
_TOPICS: dict[type[Event], Topic] = {
    ConnectionStatus: "state",
    KillSwitchStatus: "kill_switch",
    Statistics: "statistics",
    LogEntry: "log",
    PromptStatus: "prompt",
    DiagnosisProgress: "diagnosis",
    ProfileChange: "profile",
}
#: What is of no use to anyone once its caller has left.
_FOR_THE_CALLER = frozenset({"diagnose"})
_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)
#: A connection that holds less is not worth counting what its owner's others hold.
_LITTLE_OCTETS = 64 * 1024
#: What a line costs beside its octets: Python's object, and its place in a queue.
_LINE_OCTETS: Final = 64
#: Who waits for a share looks no more often: a person's clients may all wait for the same one.
LEAST_WAIT_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line that is to be served, with what that costs: `request`, or why it is none."""

    octets: int
    cost: float
    request: Request | ErrorInfo


class Connection(asyncio.Protocol):
    """Created by the server for each caller that it admits; ends by itself when that leaves or is dropped."""

    def __init__(self, server: Server, peer: Peer) -> None:
        self.peer = peer
        self.topics: frozenset[Topic] = frozenset()
        self._server = server
        self._limits = server.limits
        self._splitter = Splitter(server.limits.message_octets)
        self._bucket = Bucket(server.limits.rate)
        self._lines: deque[bytes] = deque()
        self._next: _Waiting | None = None
        self._queued = self._in_flight = 0  # octets that lines cost
        self._tasks: set[asyncio.Task[None]] = set()
        self._callers_own: set[asyncio.Task[None]] = set()  # those of the tasks that end with the caller
        self._detach: Callable[[], None] | None = None
        self._subscription = SubscribeParams()
        self._told: dict[int, bool] = {}  # which prompts the client knows of, and whether it is to ask them
        self._timer: asyncio.TimerHandle | None = None
        self._resume: asyncio.TimerHandle | None = None  # when the client has its share again
        self._made = False
        self._lost = asyncio.Event()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._made = cast("asyncio.Transport", transport), True
        self._transport.set_write_buffer_limits(high=self._limits.pending_octets)
        client = Client(
            subscribe=self._subscribe,
            asked=lambda name: self._server.router.asked(name, self),
            gone=self._server.router.gone,
            is_for_us=lambda name: self._server.router.is_for(name, self),
        )
        self._dispatcher = Dispatcher(
            self._server.service, self._server.policy, self._limits, self.peer, client
        )

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        try:
            lines = self._splitter.feed(data)
        except TooLargeError:
            self._refuse(ServiceError("too_large", limit=self._limits.message_octets).info)
            return
        self._lines.extend(lines)
        self._queued += sum(map(_cost_octets, lines))
        if not self._holds_too_much():
            self._pump()

    def pause_writing(self) -> None:
        """The client does not read what it asked for."""
        self._drop("does not read")

    def connection_lost(self, exc: Exception | None) -> None:
        """What was begun goes on, but for what only the caller wants, and counts against the caller until it
        is done."""
        self._lost.set()
        for task in self._callers_own:
            task.cancel()
        self._let_go()
        if not self._tasks:
            self._server.forget(self)

    async def end(self) -> None:
        """Cancel and await everything that was under way, and close."""
        self._let_go()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        self._transport.close()
        await self._lost.wait()

    def _let_go(self) -> None:
        self._unsubscribe()
        self._server.router.left(self)
        self._lines.clear()
        self._next, self._queued = None, 0
        if self._resume is not None:
            self._resume.cancel()
            self._resume = None

    # requests

    @property
    def held(self) -> int:
        """Octets of memory that the client makes us keep."""
        said = self._splitter.held + self._queued + self._in_flight
        return said + (self._transport.get_write_buffer_size() if self._made else 0)

    def _pump(self) -> None:
        """Start what may start; while more waits, read no further."""
        while len(self._tasks) < self._limits.requests and (waiting := self._take()) is not None:
            self._in_flight += waiting.octets
            task = asyncio.create_task(self._serve(waiting))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        if self._lines or self._next is not None:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _take(self) -> _Waiting | None:
        """The next line, once the client has its share for it."""
        if self._next is None and self._lines:
            self._next = _read(self._lines.popleft())
        if self._next is None or self._resume is not None:
            return None
        loop = asyncio.get_running_loop()
        now = loop.time()
        shared = self._server.bucket(self.peer.uid)
        wait_s = max(self._bucket.wait_s(self._next.cost, now), shared.wait_s(self._next.cost, now))
        if wait_s:
            self._resume = loop.call_later(max(wait_s, LEAST_WAIT_S), self._has_its_share)
            return None
        for bucket in (self._bucket, shared):
            bucket.take(self._next.cost, now)
        taken, self._next = self._next, None
        self._queued -= taken.octets
        return taken

    def _has_its_share(self) -> None:
        self._resume = None
        self._pump()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._callers_own.discard(task)
        if not self._transport.is_closing():
            self._pump()
        elif not self._tasks:
            self._server.forget(self)

    async def _serve(self, waiting: _Waiting) -> None:
        request = waiting.request
        if isinstance(request, ErrorInfo):
            self._in_flight -= waiting.octets
            self._send(_refusal(None, request))
            return
        try:
            if request.method not in METHODS:
                raise ServiceError("unknown_method", method=request.method)
            params = msgspec.json.decode(request.params, type=METHODS[request.method][0])
            task = asyncio.current_task()
            if task is not None and request.method in _FOR_THE_CALLER:
                self._callers_own.add(task)
            result = await self._dispatcher.call(request.method, params)
            self._send(Answer(id=request.id, result=msgspec.Raw(_ENCODER.encode(result))))
        except ServiceError as error:
            self._send(_refusal(request.id, error.info))
        except _MALFORMED as error:
            self._send(_refusal(request.id, _malformed(error)))
        finally:
            self._in_flight -= waiting.octets

    # news

    def _subscribe(self, params: SubscribeParams) -> Snapshot:
        """Without an await between the two, the snapshot and the feed meet without a gap."""
        if params.topics and not self._server.may_subscribe(self):
            raise ServiceError("busy", limit=self._limits.subscribers_per_uid)
        self._unsubscribe()
        self._subscription, self.topics = params, frozenset(params.topics)
        if self.topics:
            self._detach = self._server.service.attach(self._hear)
        if "statistics" in self.topics:
            interval_s = params.statistics_interval_s
            self._timer = asyncio.get_running_loop().call_later(interval_s, self._tick, interval_s)
        self._server.router.changed(self)
        snapshot = self._dispatcher.visible(self._server.service.snapshot())
        self._told = {prompt.id: prompt.ask for prompt in snapshot.prompts}
        return snapshot

    def _unsubscribe(self) -> None:
        self.topics = frozenset()
        if self._detach is not None:
            self._detach()
            self._detach = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hear(self, event: Event) -> None:
        if isinstance(event, ProfileChange):
            self._dispatcher.forget_owner(event.name)
        if _TOPICS[type(event)] not in self.topics:
            return
        chosen = self._subscription
        if isinstance(event, LogEntry) and not matches(event, chosen.log_level, chosen.log_connection):
            return
        seen = self._dispatcher.seen(event)
        if isinstance(seen, PromptStatus):
            self._tell_prompt(seen)
        elif seen is not None:
            self._notify(seen)

    def hear_prompts(self, prompts: tuple[PromptStatus, ...]) -> None:
        """Another client came or left: say of which of these `prompts` this changes who is to ask."""
        for prompt in prompts:
            seen = self._dispatcher.seen(prompt)
            if isinstance(seen, PromptStatus) and self._told.get(seen.id) is not seen.ask:
                self._tell_prompt(seen)

    def _tell_prompt(self, prompt: PromptStatus) -> None:
        self._told[prompt.id] = prompt.ask
        if not prompt.open:
            del self._told[prompt.id]
        self._notify(prompt)

    def _tick(self, interval_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(interval_s, self._tick, interval_s)
        for statistics in self._server.service.statistics():
            self._hear(statistics)

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
        self._holds_too_much()

    def _holds_too_much(self) -> bool:
        """Drop the client when it and its owner's others make us keep more than they may."""
        if self.held < _LITTLE_OCTETS:
            return False
        if self._server.held(self.peer.uid) <= self._limits.octets_per_uid:
            return False
        self._drop("and its owner's others keep too much waiting")
        return True

    def _refuse(self, error: ErrorInfo) -> None:
        """Say why, and close."""
        self._send(_refusal(None, error))
        self._lines.clear()
        self._transport.close()

    def _drop(self, why: str) -> None:
        if self._transport.is_closing():
            return
        self._transport.abort()
        self._server.complain(self.peer, f"{why}: dropped")


def _cost_octets(line: bytes) -> int:
    return len(line) + _LINE_OCTETS


def _read(line: bytes) -> _Waiting:
    try:
        request = _REQUESTS.decode(line)
    except _MALFORMED as error:
        return _Waiting(_cost_octets(line), CHEAP, _malformed(error))
    call = CALLS.get(request.method)
    return _Waiting(_cost_octets(line), CHEAP if call is None else call.cost, request)


def _malformed(error: Exception) -> ErrorInfo:
    """msgspec names the field, never its value."""
    return ErrorInfo(code="bad_request", params={"detail": str(error)})


def refusal_line(error: ErrorInfo) -> bytes:
    """What a client is told that is not let in."""
    return _ENCODER.encode(_refusal(None, error)) + b"\n"


def _refusal(request_id: int | msgspec.UnsetType | None, error: ErrorInfo) -> Answer:
    return Answer(id=request_id, error=RpcError(rpc_code(error.code), error.code, error.params))
