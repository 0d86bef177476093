"""Every EAP method that strongSwan's Debian packages serve by themselves, mixed proofs, and several of them.

These packages hold no EAP-PEAP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID
from helpers.offices import FromCharon, ToCharon, new_secret
from helpers.pki import Entity, Pki

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PASSWORD, PSK = new_secret(), new_secret()
SECRETS = {
    "eap-bob": {"id": "bob", "secret": PASSWORD},
    "ike-any": {"id-1": GATEWAY_ID, "id-2": CLIENT_ID, "secret": PSK},
}
BY_KEY = {"auth": "psk", "id": CLIENT_ID}


@dataclass(frozen=True)
class Certificates:
    root: Entity
    gateway: Entity
    user: Entity


@pytest.fixture(scope="module")
def made(pki: Pki, to_charon: ToCharon, from_charon: FromCharon) -> Certificates:
    root = pki.root("eap-root")
    gateway = pki.issue(root, "eap-gateway", sans=[GATEWAY_ID], flags=["serverAuth"])
    user = pki.issue(root, "eap-user", sans=["bob@lab", CLIENT_ID], flags=["clientAuth"])
    for office in (to_charon, from_charon):
        office.charon.forget()
    to_charon.trust(root)
    to_charon.charon.put(gateway.in_charon())
    from_charon.trust(root)
    from_charon.charon.put(user.in_charon())
    return Certificates(root, gateway, user)


def eap(method: str, **more: Any) -> dict[str, Any]:
    """What charon asks of `bob`."""
    return {"auth": f"eap-{method}", "eap_id": "%any", "id": "%any", **more}


def ask(office: ToCharon, *rounds: dict[str, Any], by: str = "pubkey") -> None:
    """Let charon prove itself `by`, and ask for `rounds`."""
    certificate = {} if by == "psk" else {"certs": "eap-gateway.pem"}
    own = {"auth": by, "id": GATEWAY_ID, **certificate}
    office.configure(local=(own,), remote=rounds, secrets=SECRETS)


def bob(
    office: ToCharon, made: Certificates, *arguments: str, password: str = PASSWORD, **tables: Any
) -> None:
    """A profile of the user with a password. charon has nothing but EAP inside TTLS."""
    user = ("--username", "bob", "--ca", str(made.root.file), *office.password(password))
    authentication = {"ttls_inner": "eap", **tables.pop("authentication", {})}
    office.profile(*user, *arguments, authentication=authentication, **tables)


@pytest.mark.parametrize("method", ["mschapv2", "md5", "ttls", "gtc"])
def test_a_password(to_charon: ToCharon, made: Certificates, method: str) -> None:
    ask(to_charon, eap(method))
    bob(to_charon, made, "--eap", method)
    to_charon.connects(pings=5)


@pytest.mark.parametrize("method", ["mschapv2", "ttls"])
def test_a_wrong_password_is_asked_for_anew(to_charon: ToCharon, made: Certificates, method: str) -> None:
    ask(to_charon, eap(method))
    bob(to_charon, made, "--eap", method, password="wrong")
    right = to_charon.password(PASSWORD)
    to_charon.connects(*right)


def test_a_wrong_password_is_named(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, eap("md5"))
    bob(to_charon, made, "--eap", "md5", password="wrong")
    assert to_charon.refused() == "wrong_password"


def test_a_certificate(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, eap("tls"))
    user = (*to_charon.by(made.user), "--ca", str(made.root.file))
    to_charon.profile(*user, "--eap", "tls", "--eap-identity", "bob@lab")
    to_charon.connects(pings=5)


def test_methods_that_prove_a_gateway_alone(to_charon: ToCharon, made: Certificates) -> None:
    """RFC 5998."""
    ask(to_charon, eap("ttls"), by="eap-ttls")
    bob(to_charon, made, "--eap", "ttls", "--eap-only")
    to_charon.connects(pings=5)
    ask(to_charon, eap("tls"), by="eap-tls")
    user = (*to_charon.by(made.user), "--ca", str(made.root.file))
    to_charon.profile(*user, "--eap", "tls", "--eap-identity", "bob@lab", "--eap-only")
    to_charon.connects(pings=5)


def test_a_method_that_is_not_configured_is_named(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, eap("md5"))
    bob(to_charon, made, "--eap", "mschapv2")
    assert to_charon.refused() == "eap_method_unsupported"


# Other combinations of proofs, and several of them


def test_a_gateway_by_certificate_lets_a_key_in(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, BY_KEY)
    by_certificate = {"id": GATEWAY_ID, "method": "certificate"}
    arguments = ("--ca", str(made.root.file), "--id", CLIENT_ID, "--psk-stdin")
    to_charon.profile(*arguments, stdin=PSK, remote=by_certificate)
    to_charon.connects()


def test_a_gateway_by_key_lets_a_certificate_in(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, {"auth": "pubkey", "id": CLIENT_ID}, by="psk")
    user = (*to_charon.by(made.user), "--id", CLIENT_ID, "--psk-stdin", "--remote-method", "psk")
    to_charon.profile(*user, "--method", "certificate", stdin=PSK)
    to_charon.connects()


@pytest.mark.parametrize("method", ["mschapv2", "ttls"])
def test_a_certificate_and_then_a_password(to_charon: ToCharon, made: Certificates, method: str) -> None:
    """RFC 4739."""
    ask(to_charon, {"auth": "pubkey", "id": CLIENT_ID}, eap(method))
    user = (*to_charon.by(made.user), "--id", CLIENT_ID, "--method", "certificate", "--second", "eap")
    bob(to_charon, made, *user, "--eap", method)
    to_charon.connects(pings=5)


def test_a_key_and_then_a_password(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, BY_KEY, eap("mschapv2"), by="psk")
    bob(to_charon, made, "--id", CLIENT_ID, "--method", "psk", "--second", "eap", "--psk-stdin", stdin=PSK)
    to_charon.connects(pings=5)


def test_a_password_and_then_a_certificate(to_charon: ToCharon, made: Certificates) -> None:
    ask(to_charon, eap("mschapv2"), {"auth": "pubkey", "id": CLIENT_ID})
    user = (*to_charon.by(made.user), "--id", CLIENT_ID, "--method", "eap", "--second", "certificate")
    bob(to_charon, made, *user, "--eap", "mschapv2")
    to_charon.connects(pings=5)


# strongSwan's client


def test_our_gateway_takes_passwords_and_certificates_by_eap(
    from_charon: FromCharon, made: Certificates
) -> None:
    from_charon.serve(
        own=made.gateway, cas=[made.root], eap={"methods": ["mschapv2", "tls"]},
        users=[{"id": "bob", "password": PASSWORD}],
    )  # fmt: skip
    remote = ({"auth": "pubkey", "id": GATEWAY_ID},)
    secret = {"eap-bob": {"id": "bob", "secret": PASSWORD}}
    by_password = ({"auth": "eap-mschapv2", "eap_id": "bob", "id": CLIENT_ID},)
    told = from_charon.connects(pings=5, local=by_password, remote=remote, secrets=secret)
    assert told["peer"] == "bob"
    by_certificate = ({"auth": "eap-tls", "certs": "eap-user.pem", "id": "bob@lab"},)
    told = from_charon.connects(pings=5, local=by_certificate, remote=remote)
    assert told["peer"] == "bob@lab"
    wrong = {"eap-bob": {"id": "bob", "secret": "wrong"}}
    told = from_charon.refused(local=by_password, remote=remote, secrets=wrong)
    assert told["code"] == "authentication_failed"


def test_a_password_reaches_no_log(to_charon: ToCharon, from_charon: FromCharon) -> None:
    for office in (to_charon, from_charon):
        ours = [each for each in office.lab.processes if "charon" not in each.label]
        assert not any(secret in each.log.read_text() for each in ours for secret in (PASSWORD, PSK))
