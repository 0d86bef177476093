"""Users of a gateway whom FreeRADIUS knows: how they come in, on which terms, and what is accounted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, CommandError, eventually, ping, write_private
from helpers import freeradius
from helpers.authority import chain_pem
from helpers.household import Household
from helpers.offices import client_config
from helpers.strongswan import Charon
from ike.eap.certificates import SERVER_NAME, authority, server_certificate, user_certificate

pytestmark = [pytest.mark.interop, pytest.mark.netns]

PASSWORD = "correct horse"
USERS = f"""\
bob Cleartext-Password := "{PASSWORD}"
    Framed-IP-Address = 10.99.0.77,
    Class = 0x73746166

carol Cleartext-Password := "{PASSWORD}"
    Framed-Pool = "staff"

dave Cleartext-Password := "{PASSWORD}"
    Framed-IP-Address = 203.0.113.7

erin Cleartext-Password := "{PASSWORD}"

bob@lab

"""
RADIUS = """
[pools]
staff = ["10.88.0.0/24"]

[radius]
timeout_s = 0.5
accounting = true
interim_s = 1
servers = [
  { address = "127.0.0.1", port = 1, secret_file = "radius.secret" },
  { address = "127.0.0.1", port = 1812, secret_file = "radius.secret" },
]
"""


class Directory(Household):
    """With FreeRADIUS on the gateway's own host, the second one to be asked: the first is silent."""

    def __init__(self, lab: Lab) -> None:
        folder = lab.directory / "office"
        folder.mkdir(mode=0o700)
        write_private(folder / "radius.secret", freeradius.SECRET.encode() + b"\n")
        self.radius = lab.directory / "radius"
        self.arguments = freeradius.configure(
            self.radius, USERS, authority("root"), server_certificate()
        )  # fmt: skip
        super().__init__(lab, RADIUS, methods="[]")
        self.serve()
        self.root = lab.directory / "root.pem"
        self.root.write_bytes(authority("root").pem)

    def serve(self) -> None:
        """Start FreeRADIUS."""
        env = freeradius.environment()
        self.server = self.net.gateway.popen(self.arguments, label="freeradius", env=env)
        eventually(lambda: "Ready to process" in self.server.said(), "FreeRADIUS", alive=[self.server])

    def profile(self, name: str, user: str, *arguments: str, password: str = PASSWORD) -> None:
        """A profile of the client, which trusts the gateway's authority and the RADIUS server's."""
        file = self.lab.directory / f"{name}.toml"
        said = {
            "name": name,
            "server": Internet.GATEWAY[0],
            "remote": {"id": GATEWAY_ID},
            "authentication": {"server_names": [SERVER_NAME]},
        }
        file.write_bytes(tomli_w.dumps(said).encode())
        secret = self.lab.directory / "password"
        write_private(secret, password.encode())
        self.client().ginnel(
            *("create", name, "--file", str(file), "--username", user, "--replace"),
            *("--ca", str(self.gateway.folder / "ca.pem"), "--ca", str(self.root)),
            *("--password-file", str(secret), *arguments),
        )

    @property
    def accounts(self) -> str:
        file: Path = self.radius / "accounts"
        return file.read_text() if file.exists() else ""

    def told(self, before: str, status: str) -> list[dict[str, str]]:
        """The accounts of that status beyond those of `before`, of the session that began last."""
        new = self.accounts[len(before) :].split("\n\n")
        found = [dict(re.findall(r"^\t(\S+) = (.*)$", each, re.MULTILINE)) for each in new]
        begun = [each["Acct-Session-Id"] for each in found if each.get("Acct-Status-Type") == "Start"]
        mine = [each for each in found if each.get("Acct-Session-Id") in begun[-1:]]
        return [each for each in mine if each["Acct-Status-Type"] == status]


@pytest.fixture(scope="module")
def directory() -> Iterator[Directory]:
    freeradius.skip_without(freeradius.why_missing())
    with Lab() as lab:
        yield Directory(lab)


@pytest.mark.parametrize("method", ["mschapv2", "peap", "ttls"])
def test_a_user_of_the_directory_comes_in_with_the_address_it_says(directory: Directory, method: str) -> None:
    directory.profile("office", "bob", "--eap", method)
    service = directory.client()
    service.ginnel("up", "office", "--timeout", "30")
    try:
        (peer,) = directory.gateway.status()["peers"]
        assert peer["user"] == "bob"
        assert "10.99.0.77" in peer["addresses"]
        assert ping(directory.net.client, Internet.SERVER[0], 3).lost == 0
    finally:
        service.ginnel("down", "office")


def test_a_user_with_a_certificate_comes_in(directory: Directory) -> None:
    chain, key = directory.lab.directory / "bob.pem", directory.lab.directory / "bob.key"
    chain.write_bytes(chain_pem(user_certificate().chain))
    write_private(key, user_certificate().key_pem())
    directory.profile("office", "bob@lab", "--eap", "tls", "--certificate", str(chain), "--key", str(key))
    service = directory.client()
    service.ginnel("up", "office", "--timeout", "30")
    service.ginnel("down", "office")
    assert directory.gateway.events("established")[-1]["peer"] == "bob@lab"


def test_a_pool_that_the_directory_names_gives_the_address(directory: Directory) -> None:
    directory.profile("office", "carol", "--eap", "mschapv2")
    service = directory.client()
    service.ginnel("up", "office", "--timeout", "30")
    try:
        (peer,) = directory.gateway.status()["peers"]
        assert any(address.startswith("10.88.0.") for address in peer["addresses"])
        assert ping(directory.net.client, Internet.SERVER[0], 3).lost == 0
    finally:
        service.ginnel("down", "office")


def test_an_address_that_the_gateway_does_not_have_is_not_replaced_by_another(directory: Directory) -> None:
    directory.profile("office", "dave", "--eap", "mschapv2")
    service = directory.client()
    with pytest.raises(CommandError) as caught:
        service.ginnel("up", "office", "--timeout", "20")
    service.ginnel("down", "office")
    assert caught.value.code == "internal_address_failure"


def test_a_session_is_accounted_from_its_start_to_its_end(directory: Directory) -> None:
    before = directory.accounts
    directory.profile("office", "bob", "--eap", "mschapv2")
    service = directory.client()
    service.ginnel("up", "office", "--timeout", "30")
    assert ping(directory.net.client, Internet.SERVER[0], 10).lost == 0
    service.ginnel("down", "office")
    eventually(lambda: bool(directory.told(before, "Stop")), "the last account")
    ends = (*directory.told(before, "Start"), *directory.told(before, "Stop"))
    for account in ends:
        assert (account["User-Name"], account["Class"]) == ('"bob"', "0x73746166")
        assert account["Framed-IP-Address"] == "10.99.0.77"
    assert int(ends[-1]["Acct-Input-Octets"]) >= 10 * 84  # pings of 84 octets


def test_what_a_session_moved_is_told_while_it_lasts(directory: Directory) -> None:
    before = directory.accounts
    directory.profile("office", "bob", "--eap", "mschapv2")
    service = directory.client()
    service.ginnel("up", "office", "--timeout", "30")

    def told() -> list[dict[str, str]]:
        return directory.told(before, "Interim-Update")

    try:
        assert ping(directory.net.client, Internet.SERVER[0], 5).lost == 0
        eventually(
            lambda: len(found := told()) >= 2 and int(found[-1]["Acct-Input-Octets"]) >= 5 * 84,
            "a second account, with the pings of 84 octets", alive=[directory.server],
        )  # fmt: skip
    finally:
        service.ginnel("down", "office")
    accounts = told()
    assert accounts[0]["User-Name"] == '"bob"'
    assert int(accounts[0]["Acct-Session-Time"]) < int(accounts[-1]["Acct-Session-Time"])


def test_whom_the_directory_refuses_stays_outside(directory: Directory) -> None:
    directory.profile("office", "erin", "--eap", "ttls", password="wrong")
    service = directory.client()
    with pytest.raises(CommandError):
        service.ginnel("up", "office", "--timeout", "5")
    service.ginnel("down", "office")
    assert directory.gateway.status()["peers"] == []


def test_a_directory_that_is_silent_lets_nobody_in(directory: Directory) -> None:
    directory.server.stop()
    directory.profile("office", "erin", "--eap", "mschapv2")
    service = directory.client()
    with pytest.raises(CommandError):
        service.ginnel("up", "office", "--timeout", "20")
    service.ginnel("down", "office")
    assert directory.gateway.events("refused")[-1]["detail"].endswith("no authentication server answers")
    directory.serve()


def test_strongswan_logs_in_to_the_directory(directory: Directory) -> None:
    charon = Charon(directory.net.client, client_config(psk="none"))
    charon.put({"x509ca/ca.pem": (directory.gateway.folder / "ca.pem").read_bytes()})
    local = ({"auth": "eap-mschapv2", "eap_id": "bob", "id": "bob"},)
    remote = ({"auth": "pubkey", "id": GATEWAY_ID},)
    secrets = {"eap-bob": {"id": "bob", "secret": PASSWORD}}
    before = len(directory.gateway.events("established"))
    charon.reload(client_config(local=local, remote=remote, secrets=secrets))
    charon.initiate()
    assert directory.gateway.wait_for("established", count=before + 1)[-1]["peer"] == "bob"
    charon.terminate()


def test_no_secret_of_the_directory_reaches_a_log(directory: Directory) -> None:
    logs = [each.log.read_text() for each in directory.lab.processes if "freeradius" not in each.label]
    assert not any(secret in text for text in logs for secret in (PASSWORD, freeradius.SECRET))
