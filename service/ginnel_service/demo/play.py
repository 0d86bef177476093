"""The demo's story: a tunnel from a client to a gateway with a web server behind it.

Says what happens through `tell` and draws nothing itself. A step succeeds or raises LabError with the cause.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .lab import LabError
from .rig import CLIENT_ID, GATEWAY_ID, Service
from .stages import Stage

PROFILE = "demo"
PINGS = 200
PING_S = 0.002
REKEY_PINGS = 1500


@dataclass(slots=True)
class Step:
    """One thing the demo does. `seconds` is None while it is under way."""

    title: str
    detail: str = ""
    seconds: float | None = None


@dataclass(slots=True)
class Summary:
    """What the demo measured."""

    ike_suite: str = ""
    esp_suite: str = ""
    connect_s: float = 0.0
    rtt_ms: dict[str, float] = field(default_factory=dict)  # by "ipv4" and "ipv6"
    megabits_s: float = 0.0
    octets: int = 0
    sha256: str = ""
    pings_during_rekey: int = 0
    lost_during_rekey: int = 0
    rekeys: dict[str, int] = field(default_factory=dict)


class Demo:
    """Plays once on `stage`; `tell` hears of each step when it begins and when it is done."""

    def __init__(self, stage: Stage, tell: Callable[[Step], None], *, megabytes: int = 100) -> None:
        self.stage = stage
        self.summary = Summary()
        self._tell = tell
        self._megabytes = megabytes
        self._psk = secrets.token_urlsafe(32)

    @property
    def service(self) -> Service:
        return self.stage.service

    def play(self) -> None:
        """Everything up to, and without, `disconnect`."""
        self._build()
        self._connect()
        for family, address in self.stage.addresses.items():
            self._ping(family, address)
        self._download()
        self._rekey()

    def begin(self) -> None:
        """A tunnel with somebody at work in it, who goes on until all ends."""
        self._build()
        self._connect()
        with self._step("Send traffic through it") as step:
            url = self.stage.page()
            self.stage.client.python("-m", "ginnel_service.demo.web", "browse", url, label="browse")
            step.detail = f"{url}, a page now and then"

    def disconnect(self) -> None:
        with self._step("Disconnect") as step:
            self.service.ginnel("down", PROFILE)
            if left := self.stage.left_behind():
                raise LabError(f"the client's network is not as it was before:\n{left}")
            step.detail = "addresses, routes and device are gone"

    @contextmanager
    def _step(self, title: str) -> Iterator[Step]:
        step = Step(title)
        self._tell(step)
        begun = time.perf_counter()
        yield step
        step.seconds = time.perf_counter() - begun
        self._tell(step)

    def _build(self) -> None:
        for title, build in self.stage.building(self._psk, self._megabytes * 1_000_000):
            with self._step(title) as step:
                step.detail = build()
        with self._step("Create the profile") as step:
            self.service.create(
                {
                    "name": PROFILE,
                    **self.stage.gateway,
                    "local": {"id": CLIENT_ID},
                    "remote": {"id": GATEWAY_ID},
                },
                self._psk,
            )
            step.detail = "with a fresh random pre-shared key"
        self.stage.note()

    def _connect(self) -> None:
        with self._step("Connect") as step:
            begun = time.perf_counter()
            status = self.service.ginnel("up", PROFILE, "--timeout", "30")
            self.summary.connect_s = time.perf_counter() - begun
            self.summary.ike_suite, self.summary.esp_suite = status["ike_suite"], status["esp_suite"]
            step.detail = f"{', '.join(status['addresses'])} on {status['device']}; {_nat_words(status)}"

    def _ping(self, family: str, address: str) -> None:
        with self._step(f"Ping {address}") as step:
            pings = self.stage.start_ping(address, PINGS, interval_s=PING_S)()
            if pings.lost or pings.rtt_ms is None:
                raise LabError(f"{pings.lost} of {pings.sent} pings to {address} were lost")
            self.summary.rtt_ms[family] = pings.rtt_ms
            step.detail = f"{pings.received} of {pings.sent} answered, {pings.rtt_ms:.2f} ms on average"

    def _download(self) -> None:
        with self._step(f"Download {self._megabytes} MB") as step:
            transfer, right = self.stage.download(), self.stage.sha256()
            if transfer.sha256 != right:
                raise LabError(
                    f"the download's SHA-256 is {transfer.sha256}, not {right} "
                    f"({transfer.octets} octets came)"
                )
            self.summary.megabits_s, self.summary.octets = transfer.megabits_s, transfer.octets
            self.summary.sha256 = transfer.sha256
            step.detail = f"{transfer.megabits_s:.0f} Mbit/s, SHA-256 {transfer.sha256[:16]}... is right"

    def _rekey(self) -> None:
        families = len(self.stage.addresses)
        with self._step("Replace both SAs under traffic") as step:
            running = [
                self.stage.start_ping(address, REKEY_PINGS // families, interval_s=2 * PING_S)
                for address in self.stage.addresses.values()
            ]
            for what in ("child", "ike"):
                self.service.ginnel("rekey", PROFILE, "--what", what)
                self.service.wait_for_rekey(PROFILE, what)
            results = [finish() for finish in running]
            sent, lost = sum(r.sent for r in results), sum(r.lost for r in results)
            self.summary.pings_during_rekey, self.summary.lost_during_rekey = sent, lost
            self.summary.rekeys = self.service.status(PROFILE)["rekeys"]
            if lost:
                raise LabError(f"{lost} of {sent} pings were lost while the keys were replaced")
            step.detail = f"CHILD and IKE SA rekeyed, none of {sent} pings lost"


def _nat_words(status: dict[str, Any]) -> str:
    nat = status.get("nat") or {}
    return "found itself behind a NAT" if nat.get("local") else "saw no NAT in front of it"
