"""How a session with strongSwan may begin: cookies, another group, without a child, anew after a crash."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ginnel_service.demo.lab import Host, Internet
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID
from helpers import spoofer
from helpers.offices import FromCharon, ToCharon, client_config, new_secret
from helpers.wireshark import Capture, fields

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PSK = new_secret()
COOKIE, INVALID_KE = "16390", "17"  # RFC 7296 section 3.10.1
CHARON: dict[str, Any] = {"psk": PSK, "local_id": CLIENT_ID, "remote_id": GATEWAY_ID}


def known(office: ToCharon, *, ike: str = "", **more: object) -> None:
    """A profile with the pre-shared key."""
    proposals = {"ike": {"proposals": [ike], **more}} if ike or more else {}
    office.profile("--psk-stdin", stdin=PSK, local={"id": CLIENT_ID}, **proposals)


def flood(host: Host, count: int) -> None:
    """First requests from made-up addresses."""
    host.run([sys.executable, spoofer.__file__, Internet.GATEWAY[0], str(count), "1000"])


def notifies(capture: Capture) -> list[str]:
    """What the gateway notified in IKE_SA_INIT; its address tells its own messages from the flood's."""
    rows = fields(
        capture.file, f"isakmp.exchangetype == 34 && ip.addr == {Internet.CLIENT[0]}",
        "isakmp.notify.msgtype",
    )  # fmt: skip
    return [kind for row in rows for kind in row[0].split(",")]


def test_our_client_returns_a_cookie(to_charon: ToCharon) -> None:
    to_charon.configure(psk=PSK, local_id=GATEWAY_ID, remote_id=CLIENT_ID, ike="default")
    known(to_charon)
    flood(to_charon.net.router, 50)
    with_cookies = Capture(to_charon.net.router, "client")
    to_charon.connects(pings=2)
    with_cookies.stop()
    assert COOKIE in notifies(with_cookies)


def test_our_gateway_asks_for_a_cookie(from_charon: FromCharon) -> None:
    from_charon.serve(users=[{"id": CLIENT_ID, "psk": PSK}], ike_proposals=[])
    flood(from_charon.net.router, 200)
    with_cookies = Capture(from_charon.net.router, "client")
    from_charon.connects(pings=2, **CHARON)
    with_cookies.stop()
    assert COOKIE in notifies(with_cookies)


def test_our_client_starts_again_with_the_group_that_strongswan_wants(to_charon: ToCharon) -> None:
    to_charon.configure(
        psk=PSK, local_id=GATEWAY_ID, remote_id=CLIENT_ID, ike="aes128gcm16-prfsha256-modp3072"
    )
    known(to_charon, ike="aes128gcm16-prfsha256-x25519-ecp256-modp3072")
    capture = Capture(to_charon.net.router, "client")
    assert to_charon.connects()["ike_suite"] == "aes128gcm16-prfsha256-modp3072"
    capture.stop()
    assert INVALID_KE in notifies(capture)


def test_strongswan_starts_again_with_the_group_that_our_gateway_wants(from_charon: FromCharon) -> None:
    wanted = "aes128gcm16-prfsha256-modp3072"
    from_charon.serve(users=[{"id": CLIENT_ID, "psk": PSK}], ike_proposals=[wanted])
    capture = Capture(from_charon.net.router, "client")
    told = from_charon.connects(ike="aes128gcm16-prfsha256-x25519-ecp256-modp3072", **CHARON)
    capture.stop()
    assert told["suite"].startswith(wanted)
    assert INVALID_KE in notifies(capture)


def test_our_client_makes_its_child_apart_where_strongswan_insists(to_charon: ToCharon) -> None:
    """RFC 6023."""
    to_charon.configure(psk=PSK, local_id=GATEWAY_ID, remote_id=CLIENT_ID, more={"childless": "force"})
    known(to_charon, ike="aes128gcm16-prfsha256-x25519", childless=True)
    to_charon.connects(pings=2)


def test_strongswan_makes_its_child_apart_with_our_gateway(from_charon: FromCharon) -> None:
    from_charon.serve(users=[{"id": CLIENT_ID, "psk": PSK}])
    from_charon.connects(pings=2, more={"childless": "force"}, **CHARON)


def test_our_gateway_forgets_the_session_of_a_client_that_crashed(from_charon: FromCharon) -> None:
    """INITIAL_CONTACT (RFC 7296 section 2.4)."""
    gateway = from_charon.serve(users=[{"id": CLIENT_ID, "psk": PSK}])
    config = client_config(more={"unique": "replace"}, **CHARON)
    from_charon.charon.reload(config)
    from_charon.charon.initiate()
    gateway.wait_for("established")
    from_charon.charon.process.kill()
    from_charon.charon.start()
    from_charon.charon.reload(config)
    from_charon.charon.initiate()
    gateway.wait_for("established", count=2)
    (closed,) = gateway.events("closed")
    assert closed["by"] == "peer"
    from_charon.charon.terminate()
