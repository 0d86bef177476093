"""A CHILD SA of every transform that strongSwan's userland ESP has, carrying pings and files.

One charon accepts them all, a profile asks for one at a time. It has no implicit IV (RFC 8750) and no ESN.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, FileServer, Service
from helpers.peers import CHARON_POOLS, PROFILE, profile
from helpers.strongswan import Charon, CharonConfig
from helpers.traffic import no_ping_is_lost

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

    @contextmanager
    def connected(self, *proposals: str) -> Iterator[str]:
        """With those ESP proposals, the defaults when there are none; gives what was agreed on."""
        wanted = {**profile(0), "esp": {"proposals": list(proposals)}}
        self.service.create(wanted, self.psk)
        suite = str(self.service.ginnel("up", PROFILE, "--timeout", "20")["esp_suite"])
        try:
            yield suite
        finally:
            self.service.ginnel("down", PROFILE)

    def carries_traffic(self) -> None:
        """Pings, then a file each way at once."""
        no_ping_is_lost(self.client, count=20)
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
    with office.connected(words) as suite:
        assert suite == words
        office.carries_traffic()


def test_the_defaults_meet_a_gateway_that_has_no_esn(office: Office) -> None:
    with office.connected() as suite:
        assert suite == "aes128gcm16"  # strongSwan goes by its own order
        office.carries_traffic()
