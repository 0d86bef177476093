"""IKE suites and key exchange methods with strongSwan, each connecting from either side.

Every cipher, integrity algorithm and PRF of the SK payload and every method occurs that charon 5.9 has; the
CHILD SA is always the same. One charon accepts them all, one offers them one at a time to a gateway of ours.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, Gateway, GatewayOptions, Service
from helpers.peers import CHARON_POOLS, PROFILE, profile
from helpers.strongswan import Charon, CharonConfig

pytestmark = [pytest.mark.interop, pytest.mark.netns]

ESP = "aes128gcm16"
WORDS = (
    *("aes256gcm16-prfsha384-x448", "aes192gcm12-prfsha512-ecp521", "aes128gcm8-prfsha1-modp1024"),
    *("aes128ccm16-prfaesxcbc-modp1536", "aes192ccm12-prfaescmac-modp3072", "aes256ccm8-prfsha256-modp4096"),
    *("chacha20poly1305-prfsha256-x25519", "aes256-sha1-modp6144", "aes128-aesxcbc-modp8192"),
    *("aes192-aescmac-ecp256", "aes128ctr-sha256-x25519", "aes256ctr-sha512-ecp384"),
)


@dataclass(frozen=True)
class Client:
    """Our initiator before a charon that accepts all."""

    net: Internet
    service: Service
    psk: str


@dataclass(frozen=True)
class Server:
    """Our gateway that accepts all, before a charon."""

    gateway: Gateway
    charon: Charon
    config: CharonConfig


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Lab() as lab:
        net, psk = Internet(lab), secrets.token_urlsafe(24)
        Charon(
            net.gateway,
            CharonConfig(
                psk=psk, local_id=GATEWAY_ID, remote_id=CLIENT_ID, local_address=Internet.GATEWAY[0],
                ike=", ".join(WORDS), esp=ESP, pools=CHARON_POOLS, dns=Internet.SERVER,
            ),
        )  # fmt: skip
        yield Client(net, Service(net.client), psk)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Lab() as lab:
        net, psk = Internet(lab), secrets.token_urlsafe(24)
        options = GatewayOptions(ike_proposals=list(WORDS), esp_proposals=[ESP], dns=Internet.SERVER)
        gateway = Gateway(net.gateway, psk, options)
        config = CharonConfig(
            psk=psk, local_id=CLIENT_ID, remote_id=GATEWAY_ID, remote_address=Internet.GATEWAY[0],
            ike=WORDS[0], esp=ESP, virtual=("0.0.0.0", "::"), local_ts=("dynamic",),
            remote_ts=("0.0.0.0/0", "::/0"),
        )  # fmt: skip
        yield Server(gateway, Charon(net.client, config), config)


@pytest.mark.parametrize("words", WORDS)
def test_our_initiator_connects_with(client: Client, words: str) -> None:
    wanted = {**profile(0), "ike": {"proposals": [words]}, "esp": {"proposals": [ESP]}}
    client.service.create(wanted, client.psk)
    assert client.service.ginnel("up", PROFILE, "--timeout", "20")["ike_suite"] == words
    client.net.client.run(["ping", "-c", "2", "-i", "0.01", "-W", "2", Internet.SERVER[0]])
    client.service.ginnel("rekey", PROFILE, "--what", "ike")
    client.service.wait_for_rekey(PROFILE, "ike")
    client.service.ginnel("down", PROFILE)


def test_a_gateway_without_additional_exchanges_passes_over_them(client: Client) -> None:
    """charon 5.9 knows no transform types above 5, so that it takes the proposal without (section 3.3.6)."""
    plain = "chacha20poly1305-prfsha256-x25519"
    for proposals in (["post_quantum", plain], [f"{plain}-ke1_mlkem768", plain]):
        wanted = {**profile(0), "ike": {"proposals": proposals}, "esp": {"proposals": [ESP]}}
        client.service.create(wanted, client.psk)
        assert client.service.ginnel("up", PROFILE, "--timeout", "20")["ike_suite"] == plain
        client.service.ginnel("down", PROFILE)


@pytest.mark.parametrize("words", WORDS)
def test_our_gateway_accepts(server: Server, words: str) -> None:
    server.charon.reload(replace(server.config, ike=words))
    server.charon.initiate()
    listed = server.charon.sas()
    assert re.search(r"state=ESTABLISHED.*child-sas {.*state=INSTALLED", listed), listed
    server.charon.terminate()
    assert server.gateway.events("established")[-1]["suite"] == f"{words}/{ESP}"
