"""Our client and a gateway that carries packet by packet: what it sends is coalesced all the same."""

from __future__ import annotations

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import FileServer, Service
from helpers.peers import PROFILE, GinnelToCharon
from helpers.traffic import MEGABYTE

pytestmark = [pytest.mark.alone, pytest.mark.interop, pytest.mark.netns]

SIZE = 50 * MEGABYTE


def counters(service: Service) -> dict[str, int]:
    found: dict[str, int] = service.ginnel("doctor", PROFILE)["tunnels"][0]["counters"]
    return found


@pytest.mark.parametrize("family", [0, 1], ids=["ipv4", "ipv6"])
def test_offloads_at_one_end_serve_a_peer_without(lab: Lab, family: int) -> None:
    pair = GinnelToCharon(lab)
    pair.up()
    files = FileServer(pair.net.server, SIZE)
    before = counters(pair.service)
    transfer = files.download(pair.net.client, Internet.SERVER[family])
    assert (transfer.octets, transfer.sha256) == (SIZE, files.sha256)
    down = counters(pair.service)
    packets = down["packets_in"] - before["packets_in"]
    assert packets >= SIZE // 1400
    # how many come at once depends on the peer, which shares the processors
    assert down["writes_in"] - before["writes_in"] < packets / 2
    transfer = files.upload(pair.net.client, Internet.SERVER[family])
    assert (transfer.octets, transfer.sha256) == (SIZE, files.sha256)
    up = counters(pair.service)
    packets = up["packets_out"] - down["packets_out"]
    assert packets >= SIZE // 1400
    assert up["sends_out"] - down["sends_out"] < packets / 3
    assert {name for name, count in up.items() if name.startswith("drop_") and count} <= {"drop_no_sa"}
