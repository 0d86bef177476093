"""Certificates with strongSwan in both roles: keys, ways to sign, names, intermediates, constraints."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest
from cryptography import x509

from ginnel_service.demo.lab import Internet
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, write_private
from helpers.authority import CLIENT, DAY_S, NOW, SERVER, Authority, chain_pem, dns, ip, mail
from helpers.offices import FromCharon, ToCharon
from helpers.pki import Entity, Pki, subject

pytestmark = [pytest.mark.interop, pytest.mark.netns]

KINDS = ("rsa2048", "rsa3072", "ecdsa256", "ecdsa384", "ecdsa521", "ed25519")
CLASSIC = {"signature_authentication": "no"}  # as a peer without RFC 7427
PSS = {"rsa_pss": "yes"}
LATE = NOW + 3000 * DAY_S  # charon looks at the true time


@dataclass(frozen=True)
class Certificates:
    """A gateway and a user of every kind of key, under an intermediate."""

    root: Entity
    inner: Entity
    gateways: dict[str, Entity]
    users: dict[str, Entity]


@pytest.fixture(scope="module")
def made(pki: Pki, to_charon: ToCharon, from_charon: FromCharon) -> Certificates:
    root = pki.root("root", "rsa3072")
    inner = pki.issue(root, "inner", "ecdsa384", ca=True)
    gateways, users = {}, {}
    for kind in KINDS:
        names, server = [GATEWAY_ID], ["serverAuth"]
        gateways[kind] = pki.issue(inner, f"gateway-{kind}", kind, sans=names, flags=server)
        users[kind] = pki.issue(inner, f"user-{kind}", kind, sans=[CLIENT_ID], flags=["clientAuth"])
    for office in (to_charon, from_charon):
        office.charon.forget()
        office.trust(root)
    for kind in KINDS:
        to_charon.charon.put(gateways[kind].in_charon())
        from_charon.charon.put(users[kind].in_charon())
    return Certificates(root, inner, gateways, users)


@dataclass(frozen=True)
class Case:
    """The kinds of the gateway's key and of the user's, and what charon is told beyond them."""

    gateway: str
    user: str
    gateway_signs: str = "pubkey"  # so charon says how it signs, or what it asks of us
    user_signs: str = "pubkey"
    tuning: Any = ()
    pss: bool = False  # we prefer it

    def __str__(self) -> str:
        words = (self.gateway, self.user, *(["classic"] if self.tuning == CLASSIC else []))
        return "-".join((*words, *(["pss"] if self.pss else [])))

    def charon_gateway(self, own: Entity, asked: str = "%any", name: str = GATEWAY_ID) -> dict[str, Any]:
        return {
            "local": ({"auth": self.gateway_signs, "certs": f"{own.name}.pem", "id": name},),
            "remote": ({"auth": self.user_signs, "id": asked},),
            "tuning": dict(self.tuning),
        }

    def charon_client(self, own: Entity) -> dict[str, Any]:
        return {
            "local": ({"auth": self.user_signs, "certs": f"{own.name}.pem", "id": CLIENT_ID},),
            "remote": ({"auth": self.gateway_signs, "id": GATEWAY_ID},),
            "tuning": dict(self.tuning),
        }


CASES = (
    Case("rsa2048", "ed25519"),
    Case("ecdsa256", "rsa3072", user_signs="ike:rsa-sha256"),
    Case(
        "rsa3072",
        "rsa2048",
        gateway_signs="ike:rsa/pss-sha384",
        user_signs="ike:rsa/pss-sha256",
        tuning=PSS,
        pss=True,
    ),
    Case("ecdsa384", "ecdsa521", gateway_signs="ike:ecdsa-sha384", user_signs="ike:ecdsa-sha512"),
    Case("ed25519", "ecdsa384", user_signs="ike:ecdsa-sha384"),
    Case("ecdsa521", "ecdsa256", tuning=CLASSIC),
    Case("ecdsa256", "ecdsa384", tuning=CLASSIC),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_our_client_and_strongswan_prove_themselves(
    to_charon: ToCharon, made: Certificates, case: Case
) -> None:
    own = made.gateways[case.gateway]
    to_charon.configure(**case.charon_gateway(own))
    to_charon.profile(
        *to_charon.by(made.users[case.user]), "--ca", str(made.root.file),
        authentication={"rsa_pss": case.pss}, local={"id": CLIENT_ID},
    )  # fmt: skip
    assert to_charon.connects(pings=2)["peer"] == GATEWAY_ID


@pytest.mark.parametrize("case", CASES, ids=str)
def test_strongswan_and_our_gateway_prove_themselves(
    from_charon: FromCharon, made: Certificates, case: Case
) -> None:
    own = made.users[case.user]
    from_charon.serve(
        own=made.gateways[case.gateway], cas=[made.root], certificates={"rsa_pss": case.pss}
    )  # fmt: skip
    told = from_charon.connects(pings=2, **case.charon_client(own))
    assert told["peer"] == CLIENT_ID


def test_names_of_every_kind_are_found_in_certificates(to_charon: ToCharon, made: Certificates) -> None:
    case = Case("rsa2048", "ecdsa256")
    own = made.gateways["rsa2048"]
    for user, ours, asked in (
        ("ecdsa256", "", subject("user-ecdsa256")),
        ("ecdsa256", "", "C=CH, O=Ginnel Test, CN=*"),
        ("ed25519", CLIENT_ID, "*@example"),
    ):
        to_charon.configure(**case.charon_gateway(own, asked, subject(own.name)))
        to_charon.profile(
            *to_charon.by(made.users[user]), "--ca", str(made.root.file),
            remote={"id": subject(own.name)}, local={"id": ours},
        )  # fmt: skip
        assert to_charon.connects()["peer"] == subject(own.name)


def test_rsa_with_sha1_is_refused_unless_the_profile_allows_it(
    to_charon: ToCharon, made: Certificates
) -> None:
    """charon without RFC 7427 has RSA with SHA-1 alone, as many old gateways (method 1)."""
    case = Case("rsa2048", "rsa2048", tuning=CLASSIC)
    to_charon.configure(**case.charon_gateway(made.gateways["rsa2048"]))
    user = (*to_charon.by(made.users["rsa2048"]), "--ca", str(made.root.file), "--id", CLIENT_ID)
    to_charon.profile(*user)
    assert to_charon.refused() == "sha1_only"
    to_charon.profile(*user, "--allow-sha1")
    to_charon.connects()


def test_strongswan_with_sha1_is_refused_by_our_gateway(from_charon: FromCharon, made: Certificates) -> None:
    case = Case("ecdsa256", "rsa2048", tuning=CLASSIC)
    from_charon.serve(own=made.gateways["ecdsa256"], cas=[made.root])
    told = from_charon.refused(**case.charon_client(made.users["rsa2048"]))
    assert told["code"] == "sha1_only"


def test_a_constraint_that_we_do_not_meet_is_a_clear_refusal(to_charon: ToCharon, made: Certificates) -> None:
    case = Case("ecdsa256", "rsa2048", user_signs="ike:rsa/pss-sha512")
    to_charon.configure(**case.charon_gateway(made.gateways["ecdsa256"]))
    to_charon.profile(*to_charon.by(made.users["rsa2048"]), "--ca", str(made.root.file), "--id", CLIENT_ID)
    assert to_charon.refused() == "authentication_failed"


def test_a_server_in_the_manner_of_algo(to_charon: ToCharon) -> None:
    """P-384 throughout, an address as name, and critical name constraints in the authority."""
    allowed = [
        x509.IPAddress(ip_network("198.51.100.2/32")), x509.RFC822Name("algo.example"), dns("algo.example")
    ]  # fmt: skip
    forbidden = [x509.IPAddress(ip_network("::/0")), dns("example.org")]
    root = Authority(
        "Algo", kind="p384", path_length=0, not_after=LATE,
        constraints=x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=forbidden),
    )  # fmt: skip
    server, address = Internet.GATEWAY[0], "phone@algo.example"
    good = root.issue("server", sans=[ip(server)], kind="p384", ekus=[SERVER], not_after=LATE)
    beyond = root.issue(
        "beyond", sans=[ip(server), dns("vpn.example.org")], kind="p384", ekus=[SERVER], not_after=LATE
    )  # fmt: skip
    user = root.issue("phone", sans=[mail(address)], kind="p384", ekus=[CLIENT], not_after=LATE)
    # charon 5.9 cannot read constraints on addresses
    plain = Authority("Algo", key=root.key, not_after=LATE)
    files = {"x509ca/algo.pem": plain.pem}
    for name, issued in (("good", good), ("beyond", beyond)):
        files |= {
            f"x509/algo-{name}.pem": chain_pem(issued.chain),
            f"private/algo-{name}.pem": issued.key_pem(),
        }
    to_charon.charon.put(files)
    for name, data in (
        ("algo.pem", root.pem),
        ("user.pem", chain_pem(user.chain)),
        ("user.key", user.key_pem()),
    ):
        write_private(to_charon.folder / name, data)
    ike, esp = "aes256gcm16-prfsha512-ecp384", "aes256gcm16-ecp384"
    for name, code in (("good", ""), ("beyond", "certificate_broken")):
        to_charon.configure(
            ike=ike, esp=esp,
            local=({"auth": "pubkey", "certs": f"algo-{name}.pem", "id": server},),
            remote=({"auth": "ike:ecdsa-sha384", "id": "%any"},),
        )  # fmt: skip
        to_charon.profile(
            "--ca", str(to_charon.folder / "algo.pem"), "--certificate", str(to_charon.folder / "user.pem"),
            "--key", str(to_charon.folder / "user.key"),
            remote={"id": server}, local={"id": address}, ike={"proposals": [ike]}, esp={"proposals": [esp]},
        )  # fmt: skip
        if code:
            assert to_charon.refused() == code
        else:
            assert to_charon.connects(pings=2)["ike_suite"] == ike
