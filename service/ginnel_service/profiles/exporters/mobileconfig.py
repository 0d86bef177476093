"""Apple's configuration profiles (developer.apple.com, "VPN.IKEv2"): XML property lists, `.mobileconfig`."""

from __future__ import annotations

import plistlib
from secrets import token_urlsafe
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from .. import apple
from ..certificates import UnusableError, load_certificates, pack_pkcs12
from ..model import Dns, Esp, Ike, OnDemandRule, Profile
from ..secrets import Secrets
from .identity import stable_uuid

Table = dict[str, Any]
_EVERYTHING = {"0.0.0.0/0", "::/0"}


def export_mobileconfig(profile: Profile, secrets: Secrets | None = None) -> bytes:
    """The profile as `.mobileconfig`, not signed; a private key as PKCS#12 with its password beside it.

    Raises UnusableError for a pre-shared key that is no text.
    """
    secrets = secrets or Secrets()
    roots = [_root(profile, name) for name in profile.remote.ca]
    identity = _pkcs12(profile, secrets)
    content = [_vpn(profile, secrets, identity), *roots, *([identity] if identity else [])]
    top = {
        **_payload(profile, "Configuration", "top"),
        "PayloadDisplayName": profile.name,
        "PayloadContent": content,
        "PayloadRemovalDisallowed": False,
    }
    return plistlib.dumps(top, sort_keys=False)


def _payload(profile: Profile, kind: str, part: str) -> Table:
    """What stands in every payload."""
    uuid = stable_uuid(profile, "mobileconfig", part)
    identifier = f"ginnel.{stable_uuid(profile, 'mobileconfig', 'top')}"
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier if part == "top" else f"{identifier}.{part}",
        "PayloadUUID": uuid.upper(),
    }


def _root(profile: Profile, name: str) -> Table:
    certificate = load_certificates(profile.certificates[name])[0]
    return {
        **_payload(profile, "com.apple.security.root", f"root-{name}"),
        "PayloadDisplayName": name,
        "PayloadContent": certificate.public_bytes(Encoding.DER),
    }


def _pkcs12(profile: Profile, secrets: Secrets) -> Table | None:
    name = profile.authentication.certificate
    if not (name and secrets.private_key):
        return None
    password = token_urlsafe(12)
    packed = pack_pkcs12(profile.certificates[name], secrets.private_key, password)
    return {
        **_payload(profile, "com.apple.security.pkcs12", "identity"),
        "PayloadDisplayName": name,
        "PayloadContent": packed,
        "Password": password,
    }


def _vpn(profile: Profile, secrets: Secrets, identity: Table | None) -> Table:
    everything = set(profile.network.subnets) == _EVERYTHING
    made = {
        **_payload(profile, "com.apple.vpn.managed", "vpn"),
        "UserDefinedName": profile.name,
        "VPNType": "IKEv2",
        "IPv4": {"OverridePrimary": int(everything)},
        "IKEv2": {
            "RemoteAddress": profile.server,
            "RemoteIdentifier": profile.remote_identity or profile.server,
            "LocalIdentifier": profile.local.id,
            **_authentication(profile, secrets, identity),
            **_parameters(profile.ike, profile.esp),
            **_behaviour(profile),
        },
    }
    if profile.dns != Dns():
        made["DNS"] = _dns(profile.dns)
    if profile.origin.startswith("mobileconfig:"):
        made["PayloadIdentifier"] = profile.origin.removeprefix("mobileconfig:")
    return made


def _authentication(profile: Profile, secrets: Secrets, identity: Table | None) -> Table:
    authentication, made = profile.authentication, Table()
    rounds = authentication.rounds
    if profile.remote_method == "psk":
        made["AuthenticationMethod"] = "SharedSecret"
    else:
        made["AuthenticationMethod"] = "Certificate" if "certificate" in rounds else "None"
    if "eap" in rounds:
        made["ExtendedAuthEnabled"] = 1
        if authentication.username:
            made["AuthName"] = authentication.username
        if secrets.password:
            made["AuthPassword"] = secrets.password
        made["TLSMinimumVersion"], made["TLSMaximumVersion"] = authentication.tls_min, authentication.tls_max
        if authentication.server_names:
            made["ServerCertificateCommonName"] = authentication.server_names[0]
    if secrets.psk:
        made["SharedSecret"] = _text(secrets.psk)
    if identity is not None:
        made["PayloadCertificateUUID"] = identity["PayloadUUID"]
    if authentication.rsa_pss:
        made["CertificateType"] = "RSA-PSS"
    if profile.ike.ppk.id and secrets.ppk:
        made["PPK"], made["PPKIdentifier"] = secrets.ppk, profile.ike.ppk.id
        made["PPKMandatory"] = int(profile.ike.ppk.required)
    return made


def _parameters(ike: Ike, esp: Esp) -> Table:
    made = Table()
    for key, table, default in (
        ("IKESecurityAssociationParameters", ike, Ike()),
        ("ChildSecurityAssociationParameters", esp, Esp()),
    ):
        found = apple.of_keywords(table.proposals[0]) if table.proposals else {}
        low, high = apple.LIFETIME_MIN
        minutes, rest = divmod(table.lifetime_s, 60)
        if table.lifetime_s != default.lifetime_s and not rest and low <= minutes <= high:
            found["LifeTimeInMinutes"] = int(minutes)
        if found:
            made[key] = found
    if esp.proposals:
        made["EnablePFS"] = int("DiffieHellmanGroup" in made.get("ChildSecurityAssociationParameters", {}))
    if ike.proposals and "ke1_none" in ike.proposals[0].split("-"):
        made["AllowPostQuantumKeyExchangeFallback"] = 1
    return made


def _behaviour(profile: Profile) -> Table:
    timing, network = profile.timing, profile.network
    rates = {seconds: rate for rate, seconds in apple.LIVENESS_S.items()}
    asked = profile.remote.revocation
    made: Table = {
        "DisableMOBIKE": int(not profile.ike.mobike),
        "DisableRedirect": int(not profile.ike.redirect),
        "EnableCertificateRevocationCheck": int(asked.crl or asked.ocsp),
    }
    closest = min((each for each in rates if each), key=lambda each: abs(each - timing.liveness_s))
    made["DeadPeerDetectionRate"] = rates[closest if timing.liveness_s else 0.0]
    if timing.keepalive_s.is_integer():
        made["NATKeepAliveOffloadEnable"] = int(timing.keepalive_s > 0)
        made["NATKeepAliveInterval"] = int(timing.keepalive_s)
    if timing.idle_s and timing.idle_s.is_integer():
        made["DisconnectOnIdle"], made["DisconnectOnIdleTimer"] = 1, int(timing.idle_s)
    if apple.MTU[0] <= network.mtu <= apple.MTU[1]:
        made["MTU"] = network.mtu
    if profile.kill_switch.mode != "off":
        made["IncludeAllNetworks"] = 1
    if network.lan:
        made["ExcludeLocalNetworks"] = 1
    if profile.on_demand.enabled:
        made["OnDemandEnabled"] = 1
    if profile.on_demand.rules:
        made["OnDemandRules"] = [_rule(rule) for rule in profile.on_demand.rules]
    return made


def _rule(rule: OnDemandRule) -> Table:
    actions = {ours: theirs for theirs, ours in apple.ACTIONS.items()}
    interfaces = {ours: theirs for theirs, ours in apple.INTERFACES.items()}
    made: Table = {"Action": actions[rule.action]}
    if rule.interface:
        made["InterfaceTypeMatch"] = interfaces[rule.interface]
    for key, values in (
        ("SSIDMatch", rule.ssids),
        ("DNSDomainMatch", rule.dns_domains),
        ("DNSServerAddressMatch", rule.dns_servers),
    ):
        if values:
            made[key] = list(values)
    if rule.action == "evaluate":
        parameters: Table = {"Domains": list(rule.domains), "DomainAction": "ConnectIfNeeded"}
        if rule.probe:
            parameters["RequiredURLStringProbe"] = rule.probe
        made["ActionParameters"] = [parameters]
    elif rule.probe:
        made["URLStringProbe"] = rule.probe
    return made


def _dns(dns: Dns) -> Table:
    made: Table = {"ServerAddresses": list(dns.servers)}
    if dns.search:
        made["SearchDomains"] = list(dns.search)
    if dns.mode == "all":
        made["SupplementalMatchDomains"] = [""]
    elif dns.match:
        made["SupplementalMatchDomains"] = list(dns.match)
        made["SupplementalMatchDomainsNoSearch"] = 1
    return made


def _text(psk: bytes) -> str:
    try:
        return psk.decode()
    except UnicodeDecodeError:
        raise UnusableError("the pre-shared key is no text, which a .mobileconfig needs") from None
