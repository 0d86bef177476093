"""strongSwan's profiles for Android (docs.strongswan.org, "VPN Profiles"): one JSON object, `.sswan`."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from ..certificates import load_certificates, pack_pkcs12
from ..model import Profile
from ..secrets import Secrets
from .identity import stable_uuid

#: MTU and keepalive that the app takes; it ignores others.
MTU_RANGE = (1280, 1500)
KEEPALIVE_RANGE = (10, 120)
_EVERYTHING = {"0.0.0.0/0", "::/0"}


def export_sswan(profile: Profile, secrets: Secrets | None = None, *, p12_password: str = "") -> bytes:
    """The profile as `.sswan`. The app asks for `p12_password`, which has no place in the file."""
    authentication = profile.authentication
    made: dict[str, Any] = {
        "uuid": stable_uuid(profile, "sswan"),
        "name": profile.name,
        "type": kind_of(profile),
        "remote": _remote(profile),
    }
    local: dict[str, Any] = {}
    if profile.local.id:
        local["id"] = profile.local.id
    if authentication.username:
        local["eap_id"] = authentication.username
    if authentication.rsa_pss:
        local["rsa-pss"] = True
    if secrets is not None and secrets.password:
        local["shared_secret"] = secrets.password
    if secrets is not None and secrets.private_key and authentication.certificate:
        packed = pack_pkcs12(
            profile.certificates[authentication.certificate], secrets.private_key, p12_password
        )
        local["p12"] = b64encode(packed).decode()
    if local:
        made["local"] = local
    for key, proposals in (("ike-proposal", profile.ike.proposals), ("esp-proposal", profile.esp.proposals)):
        if proposals:
            made[key] = proposals[0]
    if profile.dns.servers:
        made["dns-servers"] = list(profile.dns.servers)
    if MTU_RANGE[0] <= profile.network.mtu <= MTU_RANGE[1]:
        made["mtu"] = profile.network.mtu
    keepalive = profile.timing.keepalive_s
    if keepalive.is_integer() and KEEPALIVE_RANGE[0] <= keepalive <= KEEPALIVE_RANGE[1]:
        made["nat-keepalive"] = int(keepalive)
    if split := _split(profile):
        made["split-tunneling"] = split
    return json.dumps(made, indent=2).encode() + b"\n"


def kind_of(profile: Profile) -> str:
    """The app's name for how the profile proves itself. It knows no pre-shared keys: those become EAP."""
    rounds = profile.authentication.rounds
    if rounds == ("certificate", "eap"):
        return "ikev2-cert-eap"
    if rounds[0] == "certificate":
        return "ikev2-cert"
    return "ikev2-eap-tls" if profile.authentication.eap_methods == ("tls",) else "ikev2-eap"


def _remote(profile: Profile) -> dict[str, Any]:
    remote = profile.remote
    made: dict[str, Any] = {"addr": profile.server}
    if profile.port != 500:
        made["port"] = profile.port
    if remote.id:
        made["id"] = remote.id
    if name := remote.pin or (remote.ca[0] if remote.ca else ""):
        first = load_certificates(profile.certificates[name])[0]
        made["cert"] = b64encode(first.public_bytes(Encoding.DER)).decode()
    if not remote.certificate_requests:
        made["certreq"] = False
    asked = remote.revocation
    made["revocation"] = {"crl": asked.crl, "ocsp": asked.ocsp, "strict": asked.strict}
    return made


def _split(profile: Profile) -> dict[str, Any]:
    network = profile.network
    made: dict[str, Any] = {}
    if set(network.subnets) != _EVERYTHING:
        made["subnets"] = list(network.subnets)
    if network.bypass:
        made["excluded"] = list(network.bypass)
    if network.ipv4_outside == "block":
        made["block-ipv4"] = True
    if network.ipv6_outside == "block":
        made["block-ipv6"] = True
    return made
