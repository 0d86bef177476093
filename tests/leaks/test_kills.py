"""The service killed at any moment of its life with all that it does to a machine: what is left of it later.

   client              router              gateway             server
[ ginneld ]---------[          ]---------[ gateway ]---------[        ]

The tunnel has IPv4 alone, so IPv6 is blocked; it takes everything but the LAN, and names by the plain file.
"""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from ginnel_service.cli.wire import CliError, Wire
from ginnel_service.demo.lab import Internet, Lab, Process
from ginnel_service.demo.rig import (
    CLIENT_ID,
    GATEWAY_ID,
    Gateway,
    GatewayOptions,
    Service,
    eventually,
    network_state,
)
from ginnel_service.ipc.schema import NameParams, NoParams, RekeyParams

pytestmark = pytest.mark.netns

KILLS = 30
NAME = NameParams(name="office")
PROFILE = {
    "name": "office",
    "server": Internet.GATEWAY[0],
    "local": {"id": CLIENT_ID},
    "remote": {"id": GATEWAY_ID},
    "network": {"lan": True},
}


class Scene:
    def __init__(self, lab: Lab) -> None:
        net = Internet(lab)
        self.client = net.client
        self.client.ip("addr add 192.168.7.10/24 dev router")
        self.client.run(["tee", "/etc/resolv.conf"], stdin=f"nameserver {Internet.ROUTER[0]}\n")
        psk = secrets.token_urlsafe(16)
        Gateway(net.gateway, psk, GatewayOptions(dns=(Internet.SERVER[0],), more={"pool_ipv6": ""}))
        self.service = Service(self.client)
        self.service.create(PROFILE, psk)

    def machine(self) -> str:
        """All that the service changes of it."""
        told = [
            self.client.run(argv).stdout for argv in (["nft", "list", "ruleset"], ["cat", "/etc/resolv.conf"])
        ]
        filters = self.client.run(["sh", "-c", "grep -H . /proc/sys/net/ipv4/conf/*/rp_filter"]).stdout
        return "\n".join([network_state(self.client), *told, filters])

    def live(self, reached: Callable[[str], None] = lambda _: None) -> None:
        """Up, a rekey, down; cut short when the service dies."""
        with suppress(CliError), Wire(str(self.service.socket), timeout_s=10) as wire:
            wire.call("connection.up", NAME)
            while wire.call("snapshot", NoParams()).connections[0].state != "up":
                time.sleep(0.002)
            reached("up")
            wire.call("connection.rekey", RekeyParams(name="office", what="child"))
            time.sleep(0.05)
            wire.call("connection.down", NAME)
            reached("down")

    def begin(self) -> Process:
        paths = (
            "--runtime-dir",
            str(self.service.folder / "run"),
            "--state-dir",
            str(self.service.folder / "state"),
        )
        return self.client.python("-m", "ginnel_service.daemon", *paths, label="ginneld")

    def restart(self) -> float:
        """Seconds until it answers again."""
        begun = time.monotonic()
        self.service.process = self.begin()
        eventually(self._answers, "the service again", alive=[self.service.process])
        return time.monotonic() - begun

    def _answers(self) -> bool:
        try:
            Wire(str(self.service.socket)).__exit__(None, None, None)
        except CliError:
            return False
        return True


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_kill_at_any_moment_leaves_the_machine_as_it_was(
    lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    it = Scene(lab)
    before = it.machine()
    seen: dict[str, str] = {}
    it.live(lambda what: seen.update({what: it.machine()}))
    begun = time.monotonic()
    it.live()
    life_s = time.monotonic() - begun
    for text in ("unreachable default", "ginnel-guard-", "throw 192.168.7.0/24", Internet.SERVER[0], "26478"):
        assert text in seen["up"], text
    assert seen["down"] == before

    seed = random.SystemRandom().getrandbits(32)
    chance = random.Random(seed)
    left, times = 0, []
    for number in range(KILLS):
        after_s = life_s * (number + chance.random()) / KILLS
        where = f"seed {seed}, kill {number}, {after_s * 1000:.0f} of {life_s * 1000:.0f} ms"
        life = threading.Thread(target=it.live)
        life.start()
        time.sleep(after_s)
        it.service.process.kill()
        life.join()
        left += it.machine() != before
        if number % 3 == 0:
            state = str(it.service.folder / "state")
            it.service.ginnel("doctor", "--repair", "--state-dir", state)
            assert it.machine() == before, f"repaired by hand: {where}"
        elif number % 3 == 1:  # while it undoes what the one before has left, or a little earlier
            again = it.begin()
            time.sleep(0.2 + 0.3 * chance.random())
            again.kill()
        times.append(it.restart())
        assert it.machine() == before, where
    assert left >= KILLS // 6, "it was hardly ever killed while anything stood"
    times.sort()
    figures = {"kills": KILLS, "left_something": left, "restart_median_s": round(times[len(times) // 2], 2)}
    for name, value in {**figures, "restart_worst_s": round(times[-1], 2)}.items():
        record_property(name, value)
        print(f"{name}: {value}")
