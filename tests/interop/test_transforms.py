"""A CHILD SA of every transform that strongSwan's userland ESP has, carrying pings and files.

One charon accepts them all, a profile asks for one at a time. It has no implicit IV (RFC 8750) and no ESN.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, FileServer, Service, finish_ping, start_ping
from helpers.peers import CHARON_POOLS, PROFILE, profile
from helpers.strongswan import Charon, CharonConfig

pytestmark = [pytest.mark.interop, pytest.mark.netns]

WORDS = (
    *("aes128gcm16", "aes192gcm16", "aes256gcm16", "aes128gcm12", "aes256gcm8", "chacha20poly1305"),
    *("aes128ccm16", "aes192ccm12", "aes256ccm8", "aes128-sha256", "aes192-sha384", "aes256-sha512"),
    *("aes128ctr-sha256", "aes192ctr-sha384", "aes256ctr-sha512", "aes128-sha1", "null-sha256"),
)
OCTETS = 1_000_000


@dataclass(frozen=True)
class Office:
    client: Host
    service: Service
    files: FileServer
    psk: str

    def up(self, *proposals: str) -> str:
        """Connect with those ESP proposals, the defaults when there are none; returns what was agreed on."""
        wanted = {**profile(0), "esp": {"proposals": list(proposals)}}
        self.service.create(wanted, self.psk)
        return str(self.service.ginnel("up", PROFILE, "--timeout", "20")["esp_suite"])

    def carries_traffic(self) -> None:
        """Pings, then a file each way at once."""
        for running in [start_ping(self.client, address, 20) for address in Internet.SERVER]:
            pings = finish_ping(running)
            assert (pings.received, pings.duplicates) == (20, 0)
        with ThreadPoolExecutor() as pool:
            transfers = (
                pool.submit(self.files.download, self.client, Internet.SERVER[0]),
                pool.submit(self.files.upload, self.client, Internet.SERVER[1]),
            )
        arrived = [transfer.result() for transfer in transfers]
        assert [(t.octets, t.sha256) for t in arrived] == [(OCTETS, self.files.sha256)] * 2


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Lab() as lab:
        net, psk = Internet(lab), secrets.token_urlsafe(24)
        Charon(
            net.gateway,
            CharonConfig(
                psk=psk, local_id=GATEWAY_ID, remote_id=CLIENT_ID, local_address=Internet.GATEWAY[0],
                esp=", ".join(WORDS), pools=CHARON_POOLS, dns=Internet.SERVER,
            ),
        )  # fmt: skip
        yield Office(net.client, Service(net.client), FileServer(net.server, OCTETS), psk)


@pytest.mark.parametrize("words", WORDS)
def test_traffic_with_transform(office: Office, words: str) -> None:
    assert office.up(words) == words
    office.carries_traffic()
    office.service.ginnel("down", PROFILE)


def test_the_defaults_meet_a_gateway_that_has_no_esn(office: Office) -> None:
    assert office.up() == "aes128gcm16"  # strongSwan goes by its own order
    office.carries_traffic()
    office.service.ginnel("down", PROFILE)
