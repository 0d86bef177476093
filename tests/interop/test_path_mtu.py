"""Paths that carry less than 1,500 octets, with the real programs: files arrive all the same.

             says "too big", or nothing at all
client ---------- router ---------- gateway ---------- server
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import FileServer, Gateway, Service, eventually, url_of
from helpers import narrow
from helpers.peers import PROFILE, CharonToGinnel, GinnelToCharon, profile
from helpers.traffic import MEGABYTE

pytestmark = [pytest.mark.alone, pytest.mark.netns]

#: A file of a few megabytes over a path that has to be found first; a stalled one would take minutes.
SECONDS = 20.0

outsides = pytest.mark.parametrize("outside", [0, 1], ids=["ipv4", "ipv6"])
routers = pytest.mark.parametrize("router", [narrow.speak, narrow.swallow], ids=["speaks", "swallows"])


class GinnelToGinnel:
    """Both ends are ours."""

    def __init__(self, lab: Lab, outside: int = 0) -> None:
        self.net = Internet(lab)
        psk = secrets.token_urlsafe(24)
        self.gateway = Gateway(self.net.gateway, psk)
        self.service = Service(self.net.client)
        self.service.create({**profile(outside), "ike": {}, "esp": {}}, psk)

    def up(self) -> dict[str, Any]:
        return self.service.ginnel("up", PROFILE)

    def status(self) -> dict[str, Any]:
        return self.service.status(PROFILE)

    def gateway_knows(self, least: int, most: int) -> None:
        """Wait until it has found out that the path to its peer carries no less and no more."""
        eventually(
            lambda: least <= self.gateway.wait_for("path_mtu")[-1]["path_mtu"] <= most,
            f"a path MTU of {least} to {most} at the gateway", timeout_s=60,
        )  # fmt: skip


def known(service: Service, octets: int) -> None:
    """Wait until the client knows that the path carries no more than `octets`, yet about that."""
    service.wait_for(
        PROFILE, lambda status: octets - 64 < status["path_mtu"] <= octets, f"a path MTU of {octets}"
    )


def under_way(client: Host, *directions: str) -> None:
    """Wait until transfers in these directions ("rx", "tx") are at full speed, yet far from their end."""

    def carried() -> bool:
        (device,) = json.loads(client.run(["ip", "-json", "-s", "link", "show", "ginnel0"]).stdout)
        return all(device["stats64"][direction]["bytes"] > 5 * MEGABYTE for direction in directions)

    eventually(carried, "the transfers")


def files_arrive_soon(pair: GinnelToGinnel | GinnelToCharon | CharonToGinnel, *families: int) -> None:
    """A file each way and family, none of them slower than a path that is searched can make it."""
    files = FileServer(pair.net.server, 2 * MEGABYTE)
    for family in families:
        address = Internet.SERVER[family]
        for transfer in (files.download(pair.net.client, address), files.upload(pair.net.client, address)):
            assert transfer.sha256 == files.sha256
            assert transfer.seconds < SECONDS


@outsides
@routers
def test_a_narrow_path_carries_files_at_once(
    lab: Lab, outside: int, router: Callable[[Internet, int], None]
) -> None:
    pair = GinnelToGinnel(lab, outside)
    router(pair.net, 1400)
    status = pair.up()
    assert (status["state"], status["mtu"]) == ("up", 1400)
    files_arrive_soon(pair, 0, 1)
    known(pair.service, 1400)
    assert 1280 <= pair.status()["mtu"] <= 1400 - 60
    pair.gateway_knows(1300, 1400)


def test_a_path_too_narrow_for_ipv6_inside_carries_ipv4(lab: Lab) -> None:
    pair = GinnelToGinnel(lab)
    narrow.swallow(pair.net, 1300)
    pair.up()
    files_arrive_soon(pair, 0)
    known(pair.service, 1300)
    assert pair.status()["mtu"] == 1280
    pair.gateway_knows(1300, 1300)


@outsides
def test_a_path_too_narrow_for_ipv6_inside_carries_it_in_fragments(lab: Lab, outside: int) -> None:
    pair = GinnelToGinnel(lab, outside)
    narrow.speak(pair.net, 1280)
    pair.up()
    files_arrive_soon(pair, 0, 1)
    known(pair.service, 1280)
    assert pair.status()["mtu"] == 1280
    pair.gateway_knows(1280, 1280)


@routers
def test_a_transfer_survives_a_path_that_shrinks(lab: Lab, router: Callable[[Internet, int], None]) -> None:
    pair = GinnelToGinnel(lab)
    pair.up()
    known(pair.service, 1464)
    files = FileServer(pair.net.server, 300 * MEGABYTE)
    running = [
        pair.net.client.python("-m", "ginnel_service.demo.web", *words, label=words[0])
        for words in (
            ("get", url_of(Internet.SERVER[0])),
            ("put", url_of(Internet.SERVER[1]), str(files.file)),
        )
    ]
    under_way(pair.net.client, "rx", "tx")
    router(pair.net, 1400)
    assert all(process.running() for process in running)
    known(pair.service, 1400)
    pair.gateway_knows(0, 1400)
    for process in running:
        assert process.popen.wait(90) == 0
        assert files.sha256 in process.log.read_text()
    assert len(pair.gateway.events("established")) == 1


def test_a_path_that_shrinks_is_known_after_it_was_idle(lab: Lab) -> None:
    pair = GinnelToGinnel(lab)
    pair.up()
    known(pair.service, 1464)
    time.sleep(6)
    narrow.swallow(pair.net, 1360)
    files = FileServer(pair.net.server, 2 * MEGABYTE)
    # of two families: in one, the MSS would spare the second sender what the first had to find out
    for transfer in (
        files.download(pair.net.client, Internet.SERVER[0]),
        files.upload(pair.net.client, Internet.SERVER[1]),
    ):
        assert (transfer.sha256, transfer.seconds < SECONDS) == (files.sha256, True)
    known(pair.service, 1360)
    pair.gateway_knows(1360, 1360)


@pytest.mark.interop
@outsides
def test_strongswans_gateway_behind_a_narrow_path(lab: Lab, outside: int) -> None:
    """It has no search of its own: what it sends is small because our device's MTU says so to TCP."""
    pair = GinnelToCharon(lab, outside=outside)
    narrow.swallow(pair.net, 1400)
    pair.up()
    known(pair.service, 1400)
    files_arrive_soon(pair, 0, 1)
    assert "ESTABLISHED" in pair.charon.sas()


@pytest.mark.interop
def test_strongswans_gateway_when_the_path_shrinks(lab: Lab) -> None:
    pair = GinnelToCharon(lab)
    pair.up()
    known(pair.service, 1464)
    files = FileServer(pair.net.server, 100 * MEGABYTE)
    upload = pair.net.client.python(
        "-m", "ginnel_service.demo.web", "put", url_of(Internet.SERVER[0]), str(files.file), label="put"
    )
    under_way(pair.net.client, "tx")
    narrow.swallow(pair.net, 1400)
    assert upload.running()
    assert upload.popen.wait(90) == 0
    assert files.sha256 in upload.log.read_text()
    known(pair.service, 1400)
    files_arrive_soon(pair, 0)


@pytest.mark.interop
def test_strongswans_client_behind_a_narrow_path(lab: Lab) -> None:
    """Our gateway probes it, and takes its word for nothing."""
    pair = CharonToGinnel(lab)
    narrow.swallow(pair.net, 1400)
    pair.up()
    eventually(lambda: pair.gateway.wait_for("path_mtu")[-1]["path_mtu"] in range(1336, 1401), "its path MTU")
    files = FileServer(pair.net.server, 2 * MEGABYTE)
    transfer = files.download(pair.net.client, Internet.SERVER[0])
    assert (transfer.sha256, transfer.seconds < SECONDS) == (files.sha256, True)


@pytest.mark.interop
def test_strongswan_answers_a_probe_whose_answers_got_lost(lab: Lab) -> None:
    """It ignores a request that differs from the one it answered: the padded form has to be repeated, too."""
    pair = GinnelToCharon(lab)
    pair.net.router.run(
        ["nft", "-f", "-"],
        stdin="table inet deaf {\n chain forward {\n  type filter hook forward priority filter\n"
        "  udp sport 4500 @th,240,8 37 quota until 300 bytes drop\n }\n}\n",  # the first three answers
    )
    pair.up()
    known(pair.service, 1464)
    assert "N((50736))" in pair.charon.log()
    assert pair.status()["state"] == "up"
