"""Our EAP peer against hostapd's EAP server: both have to derive the same MSK."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from ginnel_service.ike.eap.config import EapConfig, EapMethod
from ginnel_service.ike.eap.outcome import Ask, Failed, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet, Type
from ginnel_service.ike.eap.peer import Outcome, Peer
from ginnel_service.ike.eap.tls_config import TlsConfig, TlsVersion
from helpers import radius
from ike.eap.certificates import authority, server_certificate, tls, user_certificate
from ike.eap.ends import utc

pytestmark = [pytest.mark.interop]
BOTH = pytest.mark.parametrize("version", ["1.2", "1.3"])
PASSWORD = "correct horse"
USERS = f"""\
"bob@lab" TLS
"anonymous-ttls" TTLS
"anonymous-peap" PEAP
"mschapv2" MSCHAPV2 "{PASSWORD}"
"gtc" GTC "{PASSWORD}"
"md5" MD5 "{PASSWORD}"
"bob" MSCHAPV2,TTLS-MSCHAPV2,TTLS-PAP,GTC "{PASSWORD}" [2]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    missing = radius.why_missing()
    if missing is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"must not skip in CI: {missing}", pytrace=False)
        pytest.skip(missing)
    directory: Path = tmp_path_factory.mktemp("hostapd")
    with radius.hostapd(directory, USERS, authority("root"), server_certificate()) as port:
        yield port


def configuration(version: TlsVersion, octets: int = 1024) -> TlsConfig:
    return tls(user_certificate(), low=version, high=version, octets=octets)


def log_in(port: int, config: EapConfig) -> tuple[Outcome, bytes | None]:
    """What our peer concluded, and the key that the server gave to its RADIUS client."""
    peer = Peer(config, os.urandom, utc)
    client = radius.Radius(port, config.username if config.identity is None else config.identity)
    packet = Packet(Code.REQUEST, 0, Type.IDENTITY).serialise()
    try:
        for _ in range(100):
            outcome = peer.receive(packet)
            if isinstance(outcome, Ask):
                outcome = peer.answer(None)
            if not isinstance(outcome, Reply):
                return outcome, client.keys
            packet = client.exchange(outcome.packet)
    finally:
        client.close()
    raise AssertionError("EAP does not end")


def test_mschapv2(port: int) -> None:
    ours, key = log_in(port, EapConfig(username="mschapv2", password=PASSWORD))
    assert isinstance(ours, Succeeded)
    assert ours.msk is not None
    assert key == ours.msk[:32]


def test_mschapv2_with_a_wrong_password(port: int) -> None:
    ours, key = log_in(port, EapConfig(username="mschapv2", password="wrong"))
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"
    assert key is None


@pytest.mark.parametrize("method", [EapMethod.GTC, EapMethod.MD5])
def test_methods_without_a_key(port: int, method: EapMethod) -> None:
    ours, _ = log_in(port, EapConfig(username=method.value, password=PASSWORD, methods=(method,)))
    assert ours == Succeeded(None)


def test_a_method_that_is_not_configured_is_named(port: int) -> None:
    config = EapConfig(username="mschapv2", methods=(EapMethod.TLS,), tls=configuration("1.3"))
    ours, _ = log_in(port, config)
    assert isinstance(ours, Failed)
    assert ours.detail == "the gateway wants EAP-MSCHAPV2; configured: EAP-TLS"


@pytest.mark.parametrize("octets", [1024, 100])
@BOTH
def test_tls(port: int, version: TlsVersion, octets: int) -> None:
    config = EapConfig(username="bob@lab", methods=(EapMethod.TLS,), tls=configuration(version, octets))
    ours, key = log_in(port, config)
    assert isinstance(ours, Succeeded), ours
    assert key == ours.msk


@pytest.mark.parametrize("inner", ["pap", "mschapv2", "eap"])
@BOTH
def test_ttls(port: int, version: TlsVersion, inner: Literal["pap", "mschapv2", "eap"]) -> None:
    for password, accepted in ((PASSWORD, True), ("wrong", False)):
        config = EapConfig(
            username="bob",
            password=password,
            identity="anonymous-ttls",
            methods=(EapMethod.TTLS,),
            tls=configuration(version),
            ttls_inner=inner,
        )
        ours, key = log_in(port, config)
        if accepted:
            assert isinstance(ours, Succeeded), ours
            assert key == ours.msk
        else:
            assert isinstance(ours, Failed)
            assert ours.code == "wrong_password"


@pytest.mark.parametrize("inner", [EapMethod.MSCHAPV2, EapMethod.GTC])
def test_peap_with_cryptobinding(port: int, inner: EapMethod) -> None:
    # TLS 1.2 alone: hostapd 2.10 exports 64 octets for TLS 1.3's binding, RFC 9427 section 2.4 wants 128
    ours, key = log_in(port, peap("1.2", PASSWORD, inner))
    assert isinstance(ours, Succeeded), ours
    assert key == ours.msk


@BOTH
def test_peap_with_a_wrong_password(port: int, version: TlsVersion) -> None:
    ours, _ = log_in(port, peap(version, "wrong", EapMethod.MSCHAPV2))
    assert isinstance(ours, Failed)
    assert ours.code == "wrong_password"


def peap(version: TlsVersion, password: str, inner: EapMethod) -> EapConfig:
    return EapConfig(
        username="bob",
        password=password,
        identity="anonymous-peap",
        methods=(EapMethod.PEAP,),
        tls=configuration(version),
        inner_methods=(inner,),
    )
