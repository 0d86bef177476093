"""What every tunnel must carry, whoever its two ends are."""

from __future__ import annotations

import re
import signal
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Self

from ginnel_service.demo.lab import Host, Internet, LabError, Process
from ginnel_service.demo.rig import FileServer, eventually, start_ping

MEGABYTE = 1_000_000
#: How late the last answer may be.
LATE_S = 5.0
_ANSWERED = re.compile(r"icmp_seq=(\d+) ttl=")
_SO_FAR = re.compile(r"\d+/(\d+) packets, \d+% loss")


def no_ping_is_lost(client: Host, *, count: int = 1000) -> None:
    """`count` pings to the server behind the gateway over each family at once, every one answered once."""
    running = [start_ping(client, address, count) for address in Internet.SERVER]
    for finish in running:
        pings = finish()
        assert (pings.sent, pings.received, pings.duplicates) == (count, count, 0)


def files_arrive(client: Host, server: Host, *, megabytes: int) -> None:
    """Over TCP, down through the tunnel by IPv4 and up by IPv6, whole and in order."""
    files = FileServer(server, megabytes * MEGABYTE)
    for transfer in (
        files.download(client, Internet.SERVER[0]),
        files.upload(client, Internet.SERVER[1]),
    ):
        assert transfer.octets == megabytes * MEGABYTE
        assert transfer.sha256 == files.sha256


class Pinging:
    """Pings over each family while the block runs; every one must be answered, once and in order.

    It goes on until all are answered that were sent before the block's end. `answered` tells how many were.
    A strongSwan peer has many threads, so that an answer under one pair of SAs may overtake one under the
    pair before: then `in_order` is too much to ask.
    """

    def __init__(self, client: Host, *, interval_s: float = 0.002, in_order: bool = True) -> None:
        self.answered = 0
        self._in_order = in_order
        self._client = client
        self._interval_s = interval_s

    def __enter__(self) -> Self:
        self._running = [
            self._client.popen(
                ["ping", "-n", "-i", str(self._interval_s), address], label=f"pinging-{address}"
            )
            for address in Internet.SERVER
        ]
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        due = [_sent(process) if kind is None else 0 for process in self._running]
        for process, count in zip(self._running, due, strict=True):
            with suppress(LabError):  # what is missing is told below
                eventually(partial(_all_answered, process, count), "answers", timeout_s=LATE_S)
            process.popen.send_signal(signal.SIGINT)
            process.popen.wait(10)
        if kind is not None:
            return
        for process, count in zip(self._running, due, strict=True):
            answered = _answered(process)
            if self._in_order:
                assert answered == _numbers(len(answered)), answered
            else:
                assert len(set(answered)) == len(answered), answered
            missing = Counter(_numbers(count)) - Counter(answered)
            assert not missing, missing
            self.answered += len(answered)


def _sent(process: Process) -> int:
    """How many it has sent by now: it says so at SIGQUIT (ping(8))."""
    process.popen.send_signal(signal.SIGQUIT)
    eventually(lambda: _SO_FAR.search(process.said()) is not None, "ping's count", alive=[process])
    found = _SO_FAR.findall(process.said())
    return int(found[-1])


def _all_answered(process: Process, count: int) -> bool:
    return not Counter(_numbers(count)) - Counter(_answered(process))


def _answered(process: Process) -> list[int]:
    return [int(number) for number in _ANSWERED.findall(process.said())]


def _numbers(count: int) -> list[int]:
    """Those of the first `count` pings."""
    return [number % 65536 for number in range(1, count + 1)]
