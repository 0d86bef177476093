"""Two standing arrangements with strongSwan, in which each test configures both sides anew.

   client              router              gateway               server
[ ginneld ]---------[          ]---------[ charon         ]---------[   ]      ToCharon
[ charon  ]---------[          ]---------[ ginnel gateway ]---------[   ]      FromCharon
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tomli_w

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
from helpers.peers import CHARON_POOLS, X25519
from helpers.pki import Entity
from helpers.strongswan import Charon, CharonConfig

NAME = "office"
PLUGINS = (
    "curl revocation constraints md5 eap-identity eap-mschapv2 eap-md5 eap-tls eap-ttls eap-gtc xauth-generic"
)
TUNING = {
    "cookie_threshold": 5,
    "plugins": {"eap-ttls": {"phase2_method": "mschapv2"}, "eap-gtc": {"backend": "generic"}},
}


def gateway_config(**more: Any) -> CharonConfig:
    """charon as the gateway, which knows itself as GATEWAY_ID and asks for whatever `more` says."""
    return _config(
        more, local_id=GATEWAY_ID, remote_id="%any", local_address=Internet.GATEWAY[0], pools=CHARON_POOLS
    )


def client_config(**more: Any) -> CharonConfig:
    """charon as a client that asks for an address of each family."""
    return _config(
        more, local_id="%any", remote_id=GATEWAY_ID, remote_address=Internet.GATEWAY[0],
        virtual=("0.0.0.0", "::"), local_ts=("dynamic",), remote_ts=("0.0.0.0/0", "::/0"),
    )  # fmt: skip


def _config(more: dict[str, Any], **defaults: Any) -> CharonConfig:
    tuning = {**TUNING, **more.get("tuning", {})}
    return CharonConfig(**{"plugins": f"attr {PLUGINS}", **defaults, **more, "tuning": tuning})


class ToCharon:
    """Our client with one profile, strongSwan's gateway with one connection."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.keys = lab.directory / "keys"  # a line for each IKE SA and ESP SA (see helpers.wireshark)
        self.net = Internet(lab)
        self.folder = lab.directory / "files"
        self.folder.mkdir(mode=0o700)
        self.charon = Charon(self.net.gateway, gateway_config(psk="none"))
        self.service = Service(self.net.client, "--export-keys", str(self.keys))

    def trust(self, *entities: Entity) -> None:
        """charon believes what these issue, beside all from before."""
        self.charon.put({f"x509ca/{each.name}.pem": each.certificate for each in entities})

    def configure(self, **config: Any) -> None:
        """What the gateway asks and proves from now on; see `gateway_config`."""
        self.charon.reload(gateway_config(**config))

    def profile(self, *arguments: str, stdin: str | None = None, **tables: Any) -> None:
        """A profile of `tables`, with what `ginnel create` makes of `arguments`."""
        said = {
            "name": NAME,
            "server": Internet.GATEWAY[0],
            **{"remote": {"id": GATEWAY_ID}, "ike": {"proposals": [X25519.ike]}},
            **{"esp": {"proposals": [X25519.esp]}, "timing": {"retransmit_tries": 3}, **tables},
        }
        file = self.folder / "profile.toml"
        write_private(file, tomli_w.dumps(said).encode())
        self.service.ginnel("create", NAME, "--replace", "--file", str(file), *arguments, stdin=stdin)

    def by(self, entity: Entity) -> tuple[str, ...]:
        """Arguments of `profile`: prove ourselves by this certificate."""
        chain = self.folder / f"{entity.name}.chain.pem"
        chain.write_bytes(entity.chain)
        return ("--certificate", str(chain), "--key", str(entity.key))

    def password(self, text: str) -> tuple[str, ...]:
        """Arguments of `profile`: keep this password."""
        write_private(self.folder / "password", text.encode())
        return ("--password-file", str(self.folder / "password"))

    def connects(self, *arguments: str, pings: int = 0) -> dict[str, Any]:
        """Whether the profile leads to a tunnel, which goes again. Returns what `ginnel up` says."""
        try:
            told = self.service.ginnel("up", NAME, "--timeout", "20", *arguments)
            assert not pings or ping(self.net.client, Internet.SERVER[0], pings).lost == 0
            return told
        finally:
            self.service.ginnel("down", NAME)

    def refused(self, *arguments: str, stdin: str | None = None) -> str:
        """How the profile fails to lead to a tunnel."""
        with pytest.raises(CommandError) as caught:
            self.service.ginnel("up", NAME, "--timeout", "20", *arguments, stdin=stdin)
        self.service.ginnel("down", NAME)
        return caught.value.code


class FromCharon:
    """strongSwan's client, our gateway; `serve` says what it asks."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.net = Internet(lab)
        self.folder = lab.directory / "files"
        self.folder.mkdir(mode=0o700)
        self.charon = Charon(self.net.client, client_config(psk="none"))
        self.gateway: Gateway | None = None

    def trust(self, *entities: Entity) -> None:
        self.charon.put({f"x509ca/{each.name}.pem": each.certificate for each in entities})

    def serve(
        self, *, own: Entity | None = None, cas: Sequence[Entity] = (), **more: Any
    ) -> Gateway:  # fmt: skip
        """Start the gateway anew with these certificates, and with further tables."""
        tables = {"users": [], "ike_proposals": [X25519.ike], "esp_proposals": [X25519.esp], **more}
        certificates = dict(tables.get("certificates", {}))
        if own is not None:
            write_private(self.folder / "own.pem", own.chain + own.key.read_bytes())
            certificates["certificate"] = str(self.folder / "own.pem")
        if cas:
            certificates["ca"] = [str(each.file) for each in cas]
        if certificates:
            tables["certificates"] = certificates
        if self.gateway is not None:
            self.gateway.process.stop()
        self.gateway = Gateway(self.net.gateway, "", GatewayOptions(more=tables))
        return self.gateway

    def connects(self, *, pings: int = 0, **config: Any) -> dict[str, Any]:
        """Whether charon gets a tunnel so, which goes again. Returns what our gateway tells."""
        assert self.gateway is not None
        before = len(self.gateway.events("established"))
        self.charon.reload(client_config(**config))
        self.charon.initiate()
        told = self.gateway.wait_for("established", count=before + 1)[-1]
        try:
            assert not pings or ping(self.net.client, Internet.SERVER[0], pings).lost == 0
        finally:
            self.charon.terminate()
        return told

    def refused(self, **config: Any) -> dict[str, Any]:
        """What our gateway tells of a charon that does not get in."""
        assert self.gateway is not None
        before = len(self.gateway.events("refused"))
        assert "completed successfully" not in self.initiates(**config)
        return self.gateway.wait_for("refused", count=before + 1)[-1]

    def initiates(self, **config: Any) -> str:
        """What charon says when it tries."""
        self.charon.reload(client_config(**config))
        return self.charon.swanctl("--initiate", "--child", "net", "--timeout", "15", check=False)


class Web:
    """A folder behind HTTP in a host."""

    PORT = 8080

    def __init__(self, host: Host, folder: Path) -> None:
        self.folder, self.url = folder, f"http://{Internet.GATEWAY[0]}:{self.PORT}"
        self.folder.mkdir(exist_ok=True)
        web = host.python(
            "-m", "http.server", str(self.PORT), "--directory", str(self.folder), label="web"
        )  # fmt: skip
        wait_for_port(host, self.PORT, web)
        self.process = web

    def put(self, name: str, data: bytes) -> str:
        """Its URL."""
        (self.folder / name).write_bytes(data)
        return f"{self.url}/{name}"


def wait_for_port(host: Host, port: int, *alive: Any) -> None:
    look = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)"
    eventually(
        lambda: host.run([sys.executable, "-c", look], check=False).returncode == 0,
        f"port {port}", alive=alive,
    )  # fmt: skip


def new_secret() -> str:
    return secrets.token_urlsafe(18)
