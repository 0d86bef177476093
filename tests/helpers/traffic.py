"""What every tunnel must carry, whoever its two ends are."""

from __future__ import annotations

import re
import signal
from typing import Self

from ginnel_service.demo.lab import Host, Internet
from ginnel_service.demo.rig import FileServer, parse_pings, start_ping

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

    `answered` tells afterwards how many were. A strongSwan peer has many threads, so that an answer under one
    pair of SAs may overtake one under the pair before: then `in_order` is too much to ask.
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
        for process in self._running:
            process.popen.send_signal(signal.SIGINT)
            process.popen.wait(10)
        if kind is not None:
            return
        for process in self._running:
            text = process.log.read_text()
            sent = parse_pings(text).sent
            answered = [int(number) for number in re.findall(r"icmp_seq=(\d+) ttl=", text)]
            process.log.write_text("")  # the next one may share it
            # the very last may still have been on its way
            assert len(answered) in {sent, sent - 1}
            expected = [number % 65536 for number in range(1, len(answered) + 1)]
            assert answered == expected or (not self._in_order and sorted(answered) == expected), answered
            self.answered += len(answered)
