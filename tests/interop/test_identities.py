"""Pre-shared keys under names of every type, and post-quantum keys (RFC 8784), with strongSwan."""

from __future__ import annotations

from typing import Any

import pytest

from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID
from helpers.offices import FromCharon, ToCharon, new_secret

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PSK, PPK = new_secret(), new_secret()
#: A client's and a gateway's: IPv4, IPv6, FQDN, mail address, distinguished name and key id.
NAMES = (
    ("192.0.2.10", "C=CH, O=Ginnel Test, CN=gateway"),
    ("2001:db8:1::10", "gateway@example.org"),
    ("laptop.example.org", "198.51.100.2"),
    ("alice@example.org", "@#6761746577617900ff"),
    ("C=CH, ST=Zurich, O=Ginnel Test, OU=Lab, CN=Alice, E=alice@example.org", "2001:db8:2::2"),
    ("@#616c69636500ff", "gateway.example.org"),
)


@pytest.mark.parametrize(("client", "gateway"), NAMES)
def test_our_client_is_known_by(to_charon: ToCharon, client: str, gateway: str) -> None:
    to_charon.configure(psk=PSK, local_id=gateway, remote_id=client)
    to_charon.profile("--psk-stdin", stdin=PSK, local={"id": client}, remote={"id": gateway})
    assert to_charon.connects()["peer"] == gateway


@pytest.mark.parametrize(("client", "gateway"), NAMES)
def test_our_gateway_knows(from_charon: FromCharon, client: str, gateway: str) -> None:
    from_charon.serve(identity=gateway, users=[{"id": client, "psk": PSK}])
    assert from_charon.connects(psk=PSK, local_id=client, remote_id=gateway)["peer"] == client


def keys(ppk: str = "", *, required: bool = False, name: str = "quantum") -> dict[str, Any]:
    """charon with a pre-shared key and, unless `ppk` is empty, a post-quantum one."""
    more: dict[str, str] = {"ppk_required": "yes" if required else "no"}
    secrets = {}
    if ppk:
        more["ppk_id"] = name
        secrets["ppk-one"] = {"id-1": name, "secret": ppk}
    return {"psk": PSK, "more": more, "secrets": secrets}


@pytest.mark.parametrize(
    ("theirs", "ours", "code"),
    [
        (keys(PPK, required=True), (PPK, True), ""),
        (keys(PPK), (PPK, False), ""),
        (keys(), (PPK, False), ""),
        (keys(), (PPK, True), "ppk_required"),
        (keys(PPK, required=True), ("", False), "authentication_failed"),
        (keys(PPK, name="other"), (PPK, False), "authentication_failed"),
        (keys("another"), (PPK, True), "authentication_failed"),
    ],
    ids=["required", "optional", "it-has-none", "we-insist", "it-insists", "other-name", "other-key"],
)
def test_our_client_mixes_in_a_post_quantum_key(
    to_charon: ToCharon, theirs: dict[str, Any], ours: tuple[str, bool], code: str
) -> None:
    to_charon.configure(local_id=GATEWAY_ID, remote_id=CLIENT_ID, **theirs)
    ppk, required = ours
    file = to_charon.folder / "ppk"
    file.write_text(ppk)
    arguments = ("--ppk-id", "quantum", "--ppk-file", str(file)) if ppk else ()
    ike = {"proposals": ["aes128gcm16-prfsha256-x25519"], "ppk": {"required": required}}
    to_charon.profile("--psk-stdin", *arguments, stdin=PSK, local={"id": CLIENT_ID}, ike=ike)
    if code:
        assert to_charon.refused() == code
    else:
        to_charon.connects(pings=2)


def test_our_gateway_mixes_in_a_post_quantum_key(from_charon: FromCharon) -> None:
    at: dict[str, Any] = {"local_id": CLIENT_ID, "remote_id": GATEWAY_ID}
    user = {"id": CLIENT_ID, "psk": PSK, "ppk_id": "quantum", "ppk": PPK}
    from_charon.serve(users=[user])
    from_charon.connects(pings=2, **keys(PPK, required=True), **at)
    from_charon.connects(pings=2, **keys(PPK), **at)
    for theirs in (keys(), keys("another")):
        assert from_charon.refused(**theirs, **at)["code"] == "authentication_failed"
    from_charon.serve(users=[{**user, "ppk_required": False}])
    for theirs in (keys(PPK, required=True), keys(), keys(PPK, name="other")):
        from_charon.connects(**theirs, **at)
    from_charon.serve(users=[{"id": CLIENT_ID, "psk": PSK}])
    from_charon.connects(**keys(PPK), **at)
    done = from_charon.initiates(**keys(PPK, required=True), **at)
    assert "PPK required" in done or "but we don't" in done, done
