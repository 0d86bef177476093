"""Both arrangements of a tunnel between Ginnel and strongSwan, ready to be tested in the same words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from ginnel_service.demo.lab import Internet, Lab
from ginnel_service.demo.rig import CLIENT_ID, GATEWAY_ID, POOLS, Gateway, GatewayOptions, Service
from helpers.strongswan import Charon, CharonConfig

PROFILE = "office"
CHARON_POOLS = ("10.99.0.0/24", "fd99::/120")  # strongSwan's largest IPv6 pool prefix that it fills in full


@dataclass(frozen=True, slots=True)
class Suite:
    """Proposals of both protocols in strongSwan's keywords."""

    ike: str
    esp: str

    def __str__(self) -> str:
        return f"{self.ike}/{self.esp}"


X25519 = Suite("aes128gcm16-prfsha256-x25519", "aes128gcm16")
SUITES = (
    X25519,
    Suite("aes256gcm16-prfsha384-ecp384", "aes256gcm16"),
    Suite("aes256-sha256-ecp256", "aes256-sha256"),
    Suite("aes128-sha256-modp2048", "aes256-sha256"),
)


def profile(outside: int, suite: Suite = X25519, **more: Any) -> dict[str, Any]:
    """A client's profile for the gateway; `outside` is 0 for IPv4 and 1 for IPv6."""
    return {
        "name": PROFILE,
        "server": Internet.GATEWAY[outside],
        "local": {"id": CLIENT_ID},
        "remote": {"id": GATEWAY_ID},
        "ike": {"proposals": [suite.ike]},
        "esp": {"proposals": [suite.esp]},
        **more,
    }


class GinnelToCharon:
    """Our initiator, strongSwan's gateway."""

    def __init__(
        self, lab: Lab, *, nat: bool = False, outside: int = 0, suite: Suite = X25519,
        service_args: tuple[str, ...] = (), profile_more: dict[str, Any] | None = None, **charon: Any,
    ) -> None:  # fmt: skip
        psk = self.psk = secrets.token_urlsafe(24)
        self.net = Internet(lab, nat=nat)
        self.charon = Charon(
            self.net.gateway,
            CharonConfig(
                psk=psk, local_id=GATEWAY_ID, remote_id=CLIENT_ID, local_address=Internet.GATEWAY[outside],
                ike=suite.ike, pools=CHARON_POOLS,
                **{"esp": suite.esp, "dns": Internet.SERVER, **charon},
            ),
        )  # fmt: skip
        self.service = Service(self.net.client, *service_args)
        self.service.create(profile(outside, suite, **(profile_more or {})), psk)

    def up(self) -> dict[str, Any]:
        return self.service.ginnel("up", PROFILE, "--timeout", "20")

    def status(self) -> dict[str, Any]:
        return self.service.status(PROFILE)


class CharonToGinnel:
    """strongSwan's initiator, our gateway."""

    def __init__(
        self, lab: Lab, *, nat: bool = False, outside: int = 0, suite: Suite = X25519,
        options: GatewayOptions | None = None, **charon: Any,
    ) -> None:  # fmt: skip
        psk = self.psk = secrets.token_urlsafe(24)
        self.net = Internet(lab, nat=nat)
        options = options or GatewayOptions()
        options.ike_proposals = [suite.ike]
        options.esp_proposals = options.esp_proposals or [suite.esp]
        options.dns = options.dns or Internet.SERVER
        self.gateway = Gateway(self.net.gateway, psk, options)
        self.charon = Charon(
            self.net.client,
            CharonConfig(
                psk=psk, local_id=CLIENT_ID, remote_id=GATEWAY_ID, remote_address=Internet.GATEWAY[outside],
                ike=suite.ike, virtual=("0.0.0.0", "::"), local_ts=("dynamic",),
                remote_ts=("0.0.0.0/0", "::/0"), **{"esp": suite.esp, **charon},
            ),
        )  # fmt: skip

    def up(self) -> None:
        self.charon.initiate()
        self.gateway.wait_for("established")


def in_pools(address: str) -> bool:
    """Whether an address, with or without its prefix length, is one that a gateway here leases."""
    plain = ip_address(address.partition("/")[0])
    return any(plain in ip_network(pool) for pool in POOLS)
