"""Certificates for TLS inside EAP, made once: a root, a server, a user, and a stranger's root."""

from __future__ import annotations

import functools

from ginnel_service.ike.auth.credentials import Credential, LocalKey
from ginnel_service.ike.auth.policy import TrustPolicy
from ginnel_service.ike.eap.tls_config import TlsConfig, TlsVersion
from ginnel_service.ike.payloads.identity import Identity
from helpers.authority import CLIENT, DAY_S, NOW, SERVER, Authority, Issued, dns, mail

SERVER_NAME = "eap.example"
#: Other software looks at the true time.
_LATE = NOW + 3000 * DAY_S


@functools.cache
def authority(name: str) -> Authority:
    return Authority(name)


@functools.cache
def server_certificate(root: str = "root") -> Issued:
    return authority(root).issue("gateway", sans=[dns(SERVER_NAME)], ekus=[SERVER], not_after=_LATE)


@functools.cache
def user_certificate(root: str = "root") -> Issued:
    return authority(root).issue("Bob", sans=[mail("bob@lab")], ekus=[CLIENT], not_after=_LATE)


def tls(
    held: Issued | None,
    *,
    root: str = "root",
    name: str = SERVER_NAME,
    octets: int = 1024,
    low: TlsVersion = "1.2",
    high: TlsVersion = "1.3",
) -> TlsConfig:
    return TlsConfig(
        trust=TrustPolicy(roots=(authority(root).certificate,)),
        server_names=(Identity.parse_text("other.example"), Identity.parse_text(name)),
        credential=Credential(held.chain, LocalKey(held.key)) if held else None,
        min_version=low,
        max_version=high,
        fragment_octets=octets,
    )
