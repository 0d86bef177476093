"""Logging in to strongSwan's gateway with every EAP method that its Debian packages serve by themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import GATEWAY_ID, CommandError, Service, ping, write_private
from helpers.authority import DAY_S, NOW, SERVER, Authority, dns, mail
from helpers.peers import CHARON_POOLS, PROFILE
from helpers.strongswan import LOAD, Charon, CharonConfig

pytestmark = [pytest.mark.interop, pytest.mark.netns]

EAP = "hmac eap-identity eap-mschapv2 eap-md5 eap-tls eap-ttls"
LATE = NOW + 3000 * DAY_S  # charon looks at the true time


@dataclass(frozen=True, slots=True, kw_only=True)
class EapCharonConfig(CharonConfig):
    """A gateway with a certificate that lets `bob` in by `method`."""

    method: str
    alone: bool = False  # EAP proves the gateway, too (RFC 5998)

    def settings(self) -> str:
        text = CharonConfig.settings(self).replace(LOAD, f"{LOAD} {EAP}")
        return text.replace("plugins {", "plugins {\n    eap-ttls {\n phase2_method = mschapv2\n }", 1)

    def connection(self) -> str:
        text = CharonConfig.connection(self).partition("secrets {")[0]
        ours = f"eap-{self.method}" if self.alone else "pubkey"
        text = text.replace("auth = psk", f"auth = {ours}\n certs = gateway.pem", 1)
        asked = f"auth = eap-{self.method}\n eap_id = %any\n id = %any"
        text = text.replace(f"auth = psk\n      id = {self.remote_id}", asked)
        return f'{text}secrets {{\n eap-bob {{\n id = bob\n secret = "{self.psk}"\n }}\n}}\n'


@dataclass(frozen=True)
class World:
    net: Internet
    charon: Charon
    password: str
    service: Service
    folder: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("bob")
    password = secrets.token_urlsafe(12)
    with Lab() as lab:
        net, root = Internet(lab), Authority()
        gateway = root.issue("gateway", sans=[dns(GATEWAY_ID)], ekus=[SERVER], not_after=LATE)
        user = root.issue("bob", sans=[mail("bob@lab")], not_after=LATE)
        theirs = lab.directory / f"{net.gateway.name}-strongswan"
        for name, data in (
            ("x509/gateway.pem", gateway.pem().partition(b"-----BEGIN PRIVATE")[0]),
            ("x509ca/root.pem", root.pem),
            ("private/gateway.pem", gateway.key_pem()),
        ):
            (theirs / name).parent.mkdir(parents=True)
            write_private(theirs / name, data)
        write_private(folder / "root.pem", root.pem)
        write_private(folder / "user.pem", user.pem().partition(b"-----BEGIN PRIVATE")[0])
        write_private(folder / "user.key", user.key_pem())
        write_private(folder / "password", password.encode())
        write_private(folder / "wrong", b"wrong")
        # all that charon has inside TTLS
        said = f'name = "{PROFILE}"\nserver = "gateway"\n[authentication]\nttls_inner = "eap"\n'
        write_private(folder / "profile.toml", said.encode())
        charon = Charon(net.gateway, gateway_for(password, "mschapv2"))
        yield World(net, charon, password, Service(net.client), folder)


def gateway_for(password: str, method: str, *, alone: bool = False) -> EapCharonConfig:
    return EapCharonConfig(
        psk=password, local_id=GATEWAY_ID, remote_id="bob", method=method, alone=alone,
        local_address=Internet.GATEWAY[0], pools=CHARON_POOLS, dns=Internet.SERVER,
    )  # fmt: skip


def create(world: World, method: str, *more: str, password: str = "password", alone: bool = False) -> None:
    config = gateway_for(world.password, method, alone=alone)
    world.charon.reload(config)
    world.service.ginnel(
        "create", PROFILE, "--replace", "--file", str(world.folder / "profile.toml"),
        "--server", Internet.GATEWAY[0], "--remote-id", GATEWAY_ID, "--ca", str(world.folder / "root.pem"),
        "--ike-proposal", config.ike, "--esp-proposal", config.esp, "--method", "eap", *more,
        *(("--username", "bob", "--password-file", str(world.folder / password)) if password else ()),
    )  # fmt: skip


def connect(world: World) -> None:
    world.service.ginnel("up", PROFILE, "--timeout", "20")
    try:
        assert ping(world.net.client, Internet.SERVER[0], 5).lost == 0
    finally:
        world.service.ginnel("down", PROFILE)


@pytest.mark.parametrize("method", ["mschapv2", "md5", "ttls"])
def test_a_password(world: World, method: str) -> None:
    create(world, method, "--eap", method)
    connect(world)


@pytest.mark.parametrize("method", ["mschapv2", "ttls"])
def test_a_wrong_password_is_asked_for_anew(world: World, method: str) -> None:
    create(world, method, "--eap", method, password="wrong")
    world.service.ginnel("up", PROFILE, "--timeout", "20", "--password-file", str(world.folder / "password"))
    world.service.ginnel("down", PROFILE)


def test_a_wrong_password_is_named(world: World) -> None:
    create(world, "md5", "--eap", "md5", password="wrong")
    with pytest.raises(CommandError) as refused:
        world.service.ginnel("up", PROFILE, "--timeout", "20")
    assert refused.value.code == "wrong_password"


def test_a_certificate(world: World) -> None:
    user = ("--certificate", str(world.folder / "user.pem"), "--key", str(world.folder / "user.key"))
    create(world, "tls", "--eap", "tls", "--eap-identity", "bob@lab", *user, password="")
    connect(world)


def test_the_tunnelled_methods_prove_a_gateway_alone(world: World) -> None:
    create(world, "ttls", "--eap", "ttls", "--eap-only", alone=True)
    connect(world)


def test_a_method_that_is_not_configured_is_named(world: World) -> None:
    create(world, "md5", "--eap", "mschapv2")
    with pytest.raises(CommandError) as refused:
        world.service.ginnel("up", PROFILE, "--timeout", "20")
    assert refused.value.code == "eap_method_unsupported"
