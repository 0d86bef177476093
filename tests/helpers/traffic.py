"""What every tunnel must carry, whoever its two ends are."""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Host, Internet
from ginnel_service.demo.rig import FileServer, finish_ping, start_ping

MEGABYTE = 1_000_000


def no_ping_is_lost(client: Host, *, count: int = 1000) -> None:
    """`count` pings to the server behind the gateway over each family at once, every one answered once."""
    running = [start_ping(client, address, count) for address in Internet.SERVER]
    for process in running:
        pings = finish_ping(process)
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
    """Pings over both families while the block runs and a little longer; none may be lost."""

    def __init__(self, client: Host, *, seconds: float) -> None:
        self._client = client
        self._count = int(seconds / 0.002)

    def __enter__(self) -> None:
        self._running = [start_ping(self._client, address, self._count) for address in Internet.SERVER]

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            return
        if not all(process.running() for process in self._running):
            pytest.fail("the pings were over before what they were to accompany")
        for process in self._running:
            pings = finish_ping(process)
            assert (pings.lost, pings.duplicates) == (0, 0)
