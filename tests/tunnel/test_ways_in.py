"""`ginnel` and `ginnel gateway` with certificates and with passwords, as a person would use them.

   client              router              gateway
[ ginneld ]---------[          ]---------[ gateway, and the CRL's web server ]
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from ginnel_service.cli.exits import Exit
from ginnel_service.clock import utc_s
from ginnel_service.demo.lab import Host, Internet, Lab
from ginnel_service.demo.rig import (
    GATEWAY_ID,
    CommandError,
    Gateway,
    GatewayOptions,
    Service,
    eventually,
    ping,
    write_private,
)
from helpers.authority import Authority, Issued, dns, mail

pytestmark = pytest.mark.netns

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
DAY_S = 86400.0
CRL_PORT = 8080
CRL_URL = f"http://{Internet.GATEWAY[0]}:{CRL_PORT}/crl"
ALICE = "alice@example.org"


class Office:
    """A gateway with every way in, and the files that its users have."""

    def __init__(self, lab: Lab, *, timing: dict[str, float] | None = None) -> None:
        self.net = Internet(lab)
        self.folder = lab.directory / "office"
        self.folder.mkdir(mode=0o700)
        now = utc_s()
        self.dates = (now - DAY_S, now + DAY_S)
        self.root = Authority(
            "Office Root", crl_urls=[CRL_URL], not_before=self.dates[0], not_after=self.dates[1]
        )
        self.server = self.issue("gw", sans=[dns(GATEWAY_ID)], ekus=[SERVER], crl_urls=[CRL_URL])
        self.alice = self.issue("alice", sans=[mail(ALICE)], ekus=[CLIENT])
        self.psk, self.password = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.save("ca.pem", self.root.pem)
        self.save("gateway.pem", self.server.pem())
        self.save("alice.p12", self.alice.pkcs12("rosebud"))
        self.save("rosebud", b"rosebud\n")
        self.save("password", self.password.encode())
        self.gateway = Gateway(
            self.net.gateway,
            self.psk,
            GatewayOptions(
                timing=timing or {},
                more={
                    "certificates": {
                        "certificate": str(self.folder / "gateway.pem"),
                        "ca": [str(self.folder / "ca.pem")],
                    },
                    "eap": {"methods": ["mschapv2", "tls"]},
                    "users": [
                        {"id": "lab@example.org", "psk": self.psk},
                        {"id": "carol", "password": self.password},
                    ],
                },
            ),
        )
        self.service = Service(self.net.client)

    def issue(self, name: str, **more: Any) -> Issued:
        return self.root.issue(name, not_before=self.dates[0], not_after=self.dates[1], **more)

    def crl(self, *revoked: Issued) -> bytes:
        certificates = [each.certificate for each in revoked]
        return self.root.crl(certificates, this_update=utc_s() - 60, next_update=utc_s() + DAY_S)

    def save(self, name: str, data: bytes) -> None:
        write_private(self.folder / name, data)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def create(self, *arguments: str, stdin: str | None = None) -> None:
        common = ("--server", Internet.GATEWAY[0], "--remote-id", GATEWAY_ID, "--replace")
        self.service.ginnel("create", "office", *common, *arguments, stdin=stdin)

    def works(self) -> None:
        assert ping(self.net.client, Internet.SERVER[0], 5).lost == 0
        self.service.ginnel("down", "office")

    def refused(self, *arguments: str, stdin: str | None = None) -> tuple[str, int]:
        with pytest.raises(CommandError) as caught:
            self.service.ginnel("up", "office", *arguments, stdin=stdin)
        return caught.value.code, caught.value.status


def serve_crl(host: Host, folder: Path, crl: bytes) -> None:
    (folder / "web").mkdir(exist_ok=True)
    (folder / "web" / "crl").write_bytes(crl)
    web = host.python("-m", "http.server", str(CRL_PORT), "--directory", str(folder / "web"), label="crl")
    look = f"import socket; socket.create_connection(('{Internet.GATEWAY[0]}', {CRL_PORT}), 1)"
    eventually(
        lambda: host.run([sys.executable, "-c", look], check=False).returncode == 0, "the CRL", alive=[web]
    )


def test_users_come_in_by_key_by_certificate_and_by_password(lab: Lab) -> None:
    office = Office(lab)
    ca = ("--ca", office.file("ca.pem"))
    pkcs12 = ("--pkcs12", office.file("alice.p12"), "--key-password-file", office.file("rosebud"))
    office.create("--id", "lab@example.org", "--psk-stdin", stdin=office.psk)
    office.service.ginnel("up", "office")
    office.works()
    office.create(*pkcs12, "--id", ALICE, *ca)
    assert office.service.ginnel("up", "office")["peer"] == GATEWAY_ID
    office.works()
    office.create(*pkcs12, "--eap", "tls", *ca)
    office.service.ginnel("up", "office")
    office.works()
    office.create("--username", "carol", "--password-file", office.file("password"), *ca)
    office.service.ginnel("up", "office")
    office.works()
    for secret in (office.psk, office.password, "rosebud"):
        assert secret not in lab.report(10_000)


def test_a_password_is_asked_for_and_remembered_when_it_works(lab: Lab) -> None:
    office = Office(lab)
    office.create("--username", "carol", "--ca", office.file("ca.pem"))
    ginnel = office.service.ginnel
    ginnel("up", "office", "--no-wait")
    eventually(lambda: bool(ginnel("prompt")["prompts"]), "a prompt")
    (asked,) = ginnel("prompt")["prompts"]
    assert (asked["kind"], asked["username"]) == ("password", "carol")
    ginnel("prompt", "office", "--answer-file", "-", "--remember", stdin=office.password)
    ginnel("up", "office")
    office.works()
    ginnel("up", "office")
    office.works()
    office.create("--username", "carol", "--ca", office.file("ca.pem"))
    ginnel("up", "office", "--no-wait")
    eventually(lambda: bool(ginnel("prompt")["prompts"]), "a prompt")
    ginnel("prompt", "office", "--refuse")
    office.service.wait_for("office", lambda status: status["state"] == "failed", "the refusal")
    assert office.service.status("office")["error"]["code"] == "prompt_unanswered"
    assert office.password not in lab.report(10_000)


def test_a_question_that_a_killed_service_asked_is_asked_by_the_next(lab: Lab) -> None:
    """While a kill switch holds what was asked for, and until the person has answered."""
    office = Office(lab)
    ginnel = office.service.ginnel
    office.create("--username", "carol", "--ca", office.file("ca.pem"), "--kill-switch", "connecting")
    ginnel("up", "office", "--no-wait")
    eventually(lambda: bool(ginnel("prompt")["prompts"]), "a prompt")
    waits = office.net.client.python(
        *("-m", "ginnel_service.cli.main", "up", "office"),
        env={"GINNEL_SOCKET": str(office.service.socket)},
        label="waits",
    )
    eventually(lambda: "asks for" in waits.tail(), "somebody who waits", alive=[waits])
    office.service.process.kill()
    assert waits.popen.wait(10) == Exit.FAILED
    assert "The service closed the connection." in waits.tail()
    office.service.start()
    eventually(lambda: bool(ginnel("prompt")["prompts"]), "the prompt again")
    assert ginnel("killswitch")["blocking"]
    ginnel("prompt", "office", "--answer-file", "-", stdin=office.password)
    office.service.wait_for("office", lambda status: status["state"] == "up", "the connection")
    office.works()
    assert office.password not in lab.report(10_000)


def test_whoever_is_not_whom_they_say_gets_a_clear_answer(lab: Lab) -> None:
    office = Office(lab)
    ca = ("--ca", office.file("ca.pem"))
    office.save("other.pem", Authority("Other Root").pem)
    office.create(
        "--username", "carol", "--password-file", office.file("password"), "--ca", office.file("other.pem")
    )
    assert office.refused() == ("certificate_untrusted", 7)
    office.create("--username", "carol", "--password-file", office.file("password"))
    assert office.refused() == ("certificate_untrusted", 7)  # the system knows nothing of the office
    office.create("--username", "carol", *ca)
    assert office.refused("--password-file", "-", stdin="wrong") == ("wrong_password", 7)
    office.create("--username", "carol", "--remote-id", "other.example.org", *ca)
    assert office.refused("--password-file", "-", stdin=office.password) == ("authentication_failed", 7)


def test_a_revoked_gateway_is_refused_and_a_strict_profile_needs_the_list(lab: Lab) -> None:
    office = Office(lab)
    user = ("--username", "carol", "--password-file", office.file("password"), "--ca", office.file("ca.pem"))
    office.create(*user, "--strict-revocation")
    assert office.refused() == ("revocation_unknown", 7)
    office.create(*user)
    office.service.ginnel("up", "office")
    office.works()
    serve_crl(office.net.gateway, office.folder, office.crl())
    office.create(*user, "--strict-revocation")
    office.service.ginnel("up", "office")
    office.works()
    (office.folder / "web" / "crl").write_bytes(office.crl(office.server))
    office.service.process.stop()  # it remembers the list for a while
    office.service.start()
    assert office.refused() == ("certificate_revoked", 7)
