"""What every tunnel must carry, whoever its two ends are."""

from __future__ import annotations

import re
import signal
from contextlib import suppress
from typing import Self

from ginnel_service.demo.lab import Host, Internet, LabError, Process
from ginnel_service.demo.rig import FileServer, eventually, start_ping

MEGABYTE = 1_000_000


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

    `answered` tells afterwards how many were.
    """

    def __init__(self, client: Host, *, interval_s: float = 0.002) -> None:
        self.answered = 0
        self._client = client
        self._interval_s = interval_s

    def __enter__(self) -> Self:
        self._running = [
            self._client.popen(
                ["ping", "-n", "-i", str(self._interval_s), address], label=f"pinging-{address}"
            )
            for address in Internet.SERVER
        ]
        eventually(lambda: all(map(_answers, self._running)), "the first answers", alive=self._running)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        sent = [_sent(process) for process in self._running] if kind is None else []
        for process, count in zip(self._running, sent, strict=False):
            _wait_for_answers(process, count)
        for process in self._running:
            process.popen.send_signal(signal.SIGINT)
            process.popen.wait(10)
        for process, count in zip(self._running, sent, strict=False):
            answered = _answers(process)
            assert len(answered) >= count
            assert answered == [number % 65536 for number in range(1, len(answered) + 1)], answered
            self.answered += len(answered)


def _answers(process: Process) -> list[int]:
    """The numbers of the pings that were answered by now."""
    return [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl=", process.said())]


def _wait_for_answers(process: Process, count: int) -> None:
    """As long as may be; whoever looks then sees which are missing."""
    with suppress(LabError):
        eventually(lambda: len(_answers(process)) >= count, "the last answers", alive=[process])


def _sent(process: Process) -> int:
    """How many pings were sent by now, as ping says on SIGQUIT (ping(8))."""
    process.popen.send_signal(signal.SIGQUIT)
    counts = re.compile(r"\d+/(\d+) packets, ")
    eventually(lambda: counts.search(process.said()) is not None, "ping's counts", alive=[process])
    return int(counts.findall(process.said())[-1])
