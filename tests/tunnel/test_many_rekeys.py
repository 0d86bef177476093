"""CHILD and IKE SAs are replaced again and again, by either side, under a bulk transfer and pings.

GINNEL_REKEYS says how often; `make soak` does it a thousand times.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[  HTTP  ]
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from ginnel_service.cli.wire import Wire
from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, FileServer, Gateway, Service
from ginnel_service.ipc.schema import ConnectionStatus, RekeyParams, SubscribeParams
from helpers.traffic import MEGABYTE, Pinging

COUNT = int(os.environ.get("GINNEL_REKEYS", "100"))
SOAKING = "GINNEL_REKEYS" in os.environ
#: An SA that was replaced takes late packets for 5 s, and a session has room for 32.
AT_ONCE, WITHIN_S = 28, 5.1
#: One that is asked for while its predecessor is being completed is left alone.
ASK_AGAIN_S = 0.1
#: How late an acknowledgement may be before it counts as lost: a busy machine lets a process wait.
LATE_ACK = "3s"
NAME = "office"

pytestmark = [pytest.mark.alone, pytest.mark.netns, pytest.mark.slow, pytest.mark.timeout(120 + 2 * COUNT)]


def keep_order(net: Internet) -> None:
    """Let TCP send nothing again but what was lost or late.

    A veth hands packets to the queue of the processor that sends them, and a sender that moves to another one
    overtakes itself: all go to the first. Tail loss probes, sent on a guess, are off (tcp_early_retrans), and
    the server, which sends nearly everything, has patience (ip-route(8), rto_min).
    """
    net.server.ip(f"route change default via 10.77.0.1 rto_min {LATE_ACK}")
    for host in net.lab.hosts:
        host.sysctl({"ipv4/tcp_early_retrans": "0"})
        host.run(["mount", "-t", "sysfs", "sysfs", "/sys"])
        host.run(["sh", "-c", "for queue in /sys/class/net/*/queues/rx-0/rps_cpus; do echo 1 >$queue; done"])


def tcp_counters(host: Host) -> Counter[str]:
    found: dict[str, int] = json.loads(host.run(["nstat", "-asz", "--json"]).stdout)["kernel"]
    return Counter(found)


@dataclass(slots=True)
class Run:
    """What TCP and ping had under a load."""

    seconds: float = 0.0
    megabits_s: float = 0.0
    pings: int = 0
    sent_again: int = 0
    out_of_order: int = 0

    def __str__(self) -> str:
        return (
            f"{self.seconds:.1f} s, {self.megabits_s:,.0f} Mbit/s, {self.pings:,} pings and none lost, "
            f"{self.sent_again} segments sent again, {self.out_of_order} out of order"
        )


@contextmanager
def under_load(net: Internet, files: FileServer) -> Iterator[Run]:
    """Download again and again, and ping, while the block runs."""
    run, over = Run(), threading.Event()
    octets: list[int] = []
    hashes: set[str] = set()

    def download() -> None:
        while not over.is_set():
            transfer = files.download(net.client, Internet.SERVER[0])
            octets.append(transfer.octets)
            hashes.add(transfer.sha256)

    hosts = (net.client, net.server)
    before = [tcp_counters(host) for host in hosts]
    with Pinging(net.client, interval_s=0.001) as pinging:
        thread = threading.Thread(target=download)
        begun = time.monotonic()
        thread.start()
        try:
            yield run
        finally:
            over.set()
            thread.join()
            run.seconds = time.monotonic() - begun
    assert hashes == {files.sha256}
    run.megabits_s = sum(octets) * 8 / run.seconds / 1e6
    run.pings = pinging.answered
    for host, earlier in zip(hosts, before, strict=True):
        grown = tcp_counters(host) - earlier
        run.sent_again += grown["TcpRetransSegs"]
        run.out_of_order += grown["TcpExtTCPOFOQueue"]


class Rekeyer:
    """Asks either side for a rekey, and follows the service's own count."""

    def __init__(self, wire: Wire, gateway: Gateway) -> None:
        self._wire = wire
        self._gateway = gateway
        self._recent: deque[float] = deque(maxlen=AT_ONCE)
        self.done = {"child": 0, "ike": 0}
        wire.call("subscribe", SubscribeParams(topics=("state",)))

    def by_client(self, what: str) -> None:
        self._wire.call("connection.rekey", RekeyParams(name=NAME, what="ike" if what == "ike" else "child"))

    def by_gateway(self, what: str) -> None:
        self._gateway.process.popen.send_signal(signal.SIGUSR2 if what == "ike" else signal.SIGUSR1)

    def until_done(self, what: str, *asks: Callable[[str], None]) -> None:
        """Ask until `what` was replaced."""
        if len(self._recent) == AT_ONCE:
            time.sleep(max(0.0, self._recent[0] + WITHIN_S - time.monotonic()))
        before, deadline = self.done[what], time.monotonic() + 30
        while self.done[what] == before:
            assert time.monotonic() < deadline
            for ask in asks:
                ask(what)
            self._listen(what, before)
        self._recent.extend(time.monotonic() for _ in asks)

    def _listen(self, what: str, before: int) -> None:
        for event in self._wire.events(ASK_AGAIN_S):
            if isinstance(event, ConnectionStatus):
                self.done = {"child": event.rekeys.child, "ike": event.rekeys.ike}
                if self.done[what] > before:
                    return


def test_rekeys_without_end_cost_no_packet(lab: Lab) -> None:
    net = Internet(lab)
    keep_order(net)
    psk = secrets.token_urlsafe(16)
    gateway, service = Gateway(net.gateway, psk), Service(net.client)
    service.create(
        {
            "name": NAME,
            "server": Internet.GATEWAY[0],
            "local": {"id": CLIENT_ID},
            "remote": {"id": GATEWAY_ID},
        },
        psk,
    )
    service.ginnel("up", NAME)
    files = FileServer(net.server, 200 * MEGABYTE)

    with Wire(str(service.socket)) as wire, under_load(net, files) as rekeyed:
        rekeyer = Rekeyer(wire, gateway)
        sides = (rekeyer.by_client, rekeyer.by_gateway)
        for number in range(COUNT):
            rekeyer.until_done("child", sides[number % 2])
            if number % 10 == 9:
                rekeyer.until_done("ike", sides[number // 10 % 2])
            if number % 20 == 19:
                rekeyer.until_done("child", *sides)  # at once
    begun = Counter((event["what"], event["by"]) for event in gateway.events("rekeyed"))
    print(f"{begun.total()} rekeys: {dict(begun)}\nwith rekeys: {rekeyed}")
    for side in ("peer", "gateway"):
        # one that was asked for twice may come in the place of the other side's
        assert begun["child", side] >= COUNT // 2 - COUNT // 20
        assert begun["ike", side] >= COUNT // 20
    assert service.status(NAME)["state"] == "up"
    if SOAKING or rekeyed.sent_again or rekeyed.out_of_order:  # is it the machine?
        with under_load(net, files) as undisturbed:
            time.sleep(rekeyed.seconds)
        print(f"without: {undisturbed}")
        assert rekeyed.sent_again <= undisturbed.sent_again
        assert rekeyed.out_of_order <= undisturbed.out_of_order
