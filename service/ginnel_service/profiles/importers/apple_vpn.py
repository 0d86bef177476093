"""Apple's VPN payload of type IKEv2 as a profile (developer.apple.com, "VPN.IKEv2")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509

from .. import apple
from .draft import Draft, common_names
from .preview import Candidate, ImportRefused
from .reading import Reader

#: Others that a VPN payload may be of.
_OTHER: Final = {"L2TP": "import_l2tp", "IPSEC": "import_ikev1"}
_EVERYTHING: Final = ("0.0.0.0/0", "::/0")
_ADMINISTRATIVE: Final = ("PayloadType", "PayloadVersion", "PayloadUUID", "PayloadDescription")

Roots = Sequence[tuple[x509.Certificate, str, str]]


@dataclass(frozen=True, slots=True)
class Identity:
    """A PKCS#12 payload."""

    data: bytes = field(repr=False)
    password: str = field(repr=False)
    where: str


def other_kind(payload: Mapping[str, Any]) -> ImportRefused | None:
    """Why a VPN payload is none of ours."""
    kind = str(payload.get("VPNType", ""))
    if kind.upper() == "IKEV2":
        return None
    if code := _OTHER.get(kind.upper()):
        return ImportRefused(code)
    return ImportRefused("import_other_vpn", kind=str(payload.get("VPNSubType") or kind)[:64])


def read(
    payload: Reader,
    draft: Draft,
    identities: Mapping[str, Identity],
    enrolments: Mapping[str, str],
    roots: Roots,
) -> Candidate:
    """Raises ImportRefused for a certificate that a device would fetch by itself."""
    title = payload.text("UserDefinedName") or payload.text("PayloadDisplayName")
    origin = payload.text("PayloadIdentifier") or payload.text("PayloadUUID")
    ike = payload.table("IKEv2")
    server = ike.put_text("RemoteAddress", "server")
    remote_id = ike.text("RemoteIdentifier")
    if remote_id and remote_id != server:
        draft.put("remote.id", remote_id, ike.where("RemoteIdentifier"))
    elif remote_id:
        draft.also("server", ike.where("RemoteIdentifier"))
    ike.put_text("LocalIdentifier", "local.id")
    _authentication(ike, draft, identities, enrolments)
    _gateway(ike, draft, roots, remote_id or server)
    _proposals(ike, draft)
    _behaviour(ike, draft)
    _dns(payload.table("DNS"), draft)
    ipv4 = payload.table("IPv4")
    if (everything := ipv4.flag("OverridePrimary")) is not None:
        if everything:
            draft.put("network.subnets", _EVERYTHING, ipv4.where("OverridePrimary"))
        else:
            draft.skip("gateway_routes", ipv4.where("OverridePrimary"))
    proxies = payload.table("Proxies")
    proxies.skip("proxy", *proxies.names)
    payload.drop("VPNType", "VPNSubType", "PayloadDisplayName", "PayloadOrganization", *_ADMINISTRATIVE)
    for reader in (ike, ipv4, payload):
        reader.close()
    return draft.done(title or server, origin=f"mobileconfig:{origin}" if origin else "")


def _authentication(
    ike: Reader, draft: Draft, identities: Mapping[str, Identity], enrolments: Mapping[str, str]
) -> None:
    """`None` with EAP is EAP, `None` without is a pre-shared key; a certificate with EAP is EAP-TLS."""
    where = ike.where("AuthenticationMethod")
    method, eap = ike.text("AuthenticationMethod") or "None", bool(ike.flag("ExtendedAuthEnabled"))
    if method not in ("None", "SharedSecret", "Certificate"):
        draft.skip("unusable_value", where, cause="is no method of this kind of payload")
        method = "None"
    uuid = ike.text("PayloadCertificateUUID")
    if uuid in enrolments:
        raise ImportRefused("import_enrolment", kind=enrolments[uuid])
    if uuid in identities:
        identity = identities[uuid]
        draft.pkcs12(identity.data, identity.password or None, identity.where)
    elif uuid:
        draft.skip("missing_file", ike.where("PayloadCertificateUUID"), file=uuid)
    password = ike.put_secret("AuthPassword", "password")
    if eap:
        draft.put("authentication.method", "eap", ike.where("ExtendedAuthEnabled"))
        username = ike.put_text("AuthName", "authentication.username")
        if uuid and not password:
            draft.put("authentication.eap", ("tls",), ike.where("PayloadCertificateUUID"))
        elif not username and method == "Certificate" and uuid:
            draft.put("authentication.eap", ("tls",), where)
        if method == "SharedSecret":
            draft.put("remote.method", "psk", where)
            ike.put_secret("SharedSecret", "psk")
    else:
        ike.drop("AuthName")
        if method == "Certificate":
            draft.put("authentication.method", "certificate", where)
        else:
            draft.put("authentication.method", "psk", where)
            ike.put_secret("SharedSecret", "psk")
    kind = ike.text("CertificateType")
    if kind == "RSA-PSS":
        draft.put("authentication.rsa_pss", True, ike.where("CertificateType"))
    _tls(ike, draft)
    ppk, name = ike.octets("PPK"), ike.text("PPKIdentifier")
    mandatory = ike.flag("PPKMandatory")
    if ppk and name:
        draft.secret("ppk", ppk, ike.where("PPK"))
        draft.put("ike.ppk.id", name, ike.where("PPKIdentifier"))
        draft.put("ike.ppk.required", mandatory is not False, ike.where("PPKMandatory"))


def _tls(ike: Reader, draft: Draft) -> None:
    for key, ours in (("TLSMinimumVersion", "tls_min"), ("TLSMaximumVersion", "tls_max")):
        version = ike.text(key)
        if version in ("1.2", "1.3"):
            draft.put(f"authentication.{ours}", version, ike.where(key))
        elif version:
            draft.skip("old_tls", ike.where(key), version=version)


def _gateway(ike: Reader, draft: Draft, roots: Roots, expected: str) -> None:
    """Which certificate the gateway must have."""
    issuer = ike.text("ServerCertificateIssuerCommonName")
    if issuer:
        where = ike.where("ServerCertificateIssuerCommonName")
        names = [name for root, _, _ in roots for name in common_names(root)]
        if issuer in names:
            draft.skip("always_so", where)
        else:
            draft.skip("signed_by_issuer", where, issuer=issuer)
    name = ike.text("ServerCertificateCommonName")
    if name and name != expected:
        where = ike.where("ServerCertificateCommonName")
        if draft.fields.get("authentication.method") == "eap":
            draft.put("authentication.server_names", (name,), where)
        else:
            draft.skip("server_name", where, name=name)
    elif name:
        draft.skip("always_so", ike.where("ServerCertificateCommonName"))
    check = ike.flag("EnableCertificateRevocationCheck")
    if check is not None:
        for way in ("crl", "ocsp"):
            draft.put(f"remote.revocation.{way}", check, ike.where("EnableCertificateRevocationCheck"))


def _proposals(ike: Reader, draft: Draft) -> None:
    """Those of the CHILD SA are those of the IKE SA where nothing else is said."""
    first, second = (ike.table(f"{name}SecurityAssociationParameters") for name in ("IKE", "Child"))
    pfs, fallback = bool(ike.flag("EnablePFS")), bool(ike.flag("AllowPostQuantumKeyExchangeFallback"))
    outer = _Parameters(first)
    if outer.given and (keywords := outer.keywords(ike=True, fallback=fallback)):
        draft.put("ike.proposals", (keywords,), first.path)
    inner = _Parameters(second, outer)
    if inner.given:
        if keywords := inner.keywords(ike=False, fallback=fallback, exchange=pfs):
            draft.put("esp.proposals", (keywords,), second.path if inner.own else first.path)
    elif pfs:
        draft.skip("unusable_value", ike.where("EnablePFS"), cause="has no group to go with it")
    first.put_number("LifeTimeInMinutes", "ike.lifetime_s", times=60)
    second.put_number("LifeTimeInMinutes", "esp.lifetime_s", times=60)
    first.close()
    second.close()


class _Parameters:
    """The algorithms of one table; what it does not say is as in `inherited`, or Apple's default."""

    def __init__(self, reader: Reader, inherited: _Parameters | None = None) -> None:
        self._reader = reader
        self.encryption = reader.text("EncryptionAlgorithm")
        self.integrity = reader.text("IntegrityAlgorithm")
        self.group = reader.whole("DiffieHellmanGroup")
        self.additional = _methods(reader)
        self.own = bool(self.encryption or self.integrity or self.group is not None or self.additional)
        self.given: bool = self.own or (inherited is not None and inherited.given)
        if inherited is not None and not self.own:
            self.encryption, self.integrity = inherited.encryption, inherited.integrity
            self.group, self.additional = inherited.group, inherited.additional

    def keywords(self, *, ike: bool, fallback: bool, exchange: bool = True) -> str:
        """Empty, with a note, where an algorithm has no counterpart: the built-in proposals hold then."""
        encryption = self.encryption or apple.DEFAULT_ENCRYPTION
        integrity = self.integrity or apple.DEFAULT_INTEGRITY
        group = (apple.DEFAULT_GROUP if self.group is None else self.group) if exchange else 0
        missing = [
            *([encryption] if encryption not in apple.ENCRYPTION else []),
            *([integrity] if integrity not in apple.INTEGRITY else []),
            *([f"group {group}"] if exchange and group not in apple.GROUPS else []),
            *(f"method {each}" for each in self.additional if each not in apple.POST_QUANTUM),
        ]
        if missing:
            self._reader.draft.skip("weak_algorithm", self._reader.path, words=", ".join(missing))
            return ""
        return apple.keywords(encryption, integrity, group, self.additional, ike=ike, fallback=fallback)


def _methods(reader: Reader) -> list[int]:
    values = reader.items("PostQuantumKeyExchangeMethods")
    return [each for each in values if isinstance(each, int) and not isinstance(each, bool)][:7]


def _behaviour(ike: Reader, draft: Draft) -> None:
    rate = ike.text("DeadPeerDetectionRate")
    if rate in apple.LIVENESS_S:
        draft.put("timing.liveness_s", apple.LIVENESS_S[rate], ike.where("DeadPeerDetectionRate"))
    elif rate:
        draft.skip("unusable_value", ike.where("DeadPeerDetectionRate"), cause="is no known rate")
    ike.put_flag("DisableMOBIKE", "ike.mobike", negate=True)
    ike.put_flag("DisableRedirect", "ike.redirect", negate=True)
    offload = ike.flag("NATKeepAliveOffloadEnable")
    ike.put_number("NATKeepAliveInterval", "timing.keepalive_s")
    if offload is False:
        draft.put("timing.keepalive_s", 0.0, ike.where("NATKeepAliveOffloadEnable"))
    ike.put_whole("MTU", "network.mtu")
    idle, seconds = ike.flag("DisconnectOnIdle"), ike.number("DisconnectOnIdleTimer")
    if idle and seconds:
        draft.put("timing.idle_s", seconds, ike.where("DisconnectOnIdleTimer"))
    if ike.flag("IncludeAllNetworks"):
        draft.put("kill_switch.mode", "connecting", ike.where("IncludeAllNetworks"))
        draft.put("network.subnets", _EVERYTHING, ike.where("IncludeAllNetworks"))
    ike.put_flag("ExcludeLocalNetworks", "network.lan")
    if ike.flag("UseConfigurationAttributeInternalIPSubnet"):
        draft.skip("gateway_routes", ike.where("UseConfigurationAttributeInternalIPSubnet"))
    if ike.flag("EnforceRoutes"):
        draft.skip("always_so", ike.where("EnforceRoutes"))
    for key in ("ExcludeAPNs", "ExcludeCellularServices", "ExcludeDeviceCommunication", "EnableFallback"):
        if ike.flag(key):
            draft.skip("elsewhere", ike.where(key))
    ike.put_flag("OnDemandEnabled", "on_demand.enabled")
    rules = [made for each in ike.tables("OnDemandRules") for made in _rules(each, draft)]
    if rules:
        draft.put("on_demand.rules", rules, ike.where("OnDemandRules"))
    ike.skip("apps", "OnDemandUserOverrideDisabled")


def _rules(rule: Reader, draft: Draft) -> list[dict[str, Any]]:
    """One rule; one for each set of domains where it is to evaluate the connection."""
    action, kind = rule.text("Action"), rule.text("InterfaceTypeMatch")
    made: dict[str, Any] = {
        "action": apple.ACTIONS.get(action, ""),
        "interface": apple.INTERFACES.get(kind, ""),
        "ssids": rule.texts("SSIDMatch"),
        "dns_domains": [each.removeprefix("*.") for each in rule.texts("DNSDomainMatch")],
        "dns_servers": rule.texts("DNSServerAddressMatch"),
        "probe": rule.text("URLStringProbe"),
    }
    parameters = rule.tables("ActionParameters")
    rule.close()
    if not made["action"] or (kind and not made["interface"]):
        # Without the condition that we do not know, the rule would hold where it should not.
        draft.skip("unusable_value", rule.path, cause="holds an action or interface of no known kind")
        return []
    if made["action"] != "evaluate":
        return [made]
    found = []
    for each in parameters:
        domains, needed = each.texts("Domains"), each.text("DomainAction")
        probe = each.text("RequiredURLStringProbe")
        each.skip("elsewhere", "RequiredDNSServers")
        each.close()
        if needed != "ConnectIfNeeded":
            draft.skip("elsewhere", each.where("DomainAction"))
        elif domains:
            found.append({**made, "domains": domains, "probe": probe or made["probe"]})
    return found


def _dns(dns: Reader, draft: Draft) -> None:
    dns.put_texts("ServerAddresses", "dns.servers")
    search = list(dns.texts("SearchDomains"))
    source = dns.where("SearchDomains")
    if domain := dns.text("DomainName"):
        search = [domain, *(each for each in search if each != domain)]
        source = dns.where("DomainName")
    where, match = dns.where("SupplementalMatchDomains"), dns.texts("SupplementalMatchDomains")
    without_search = dns.flag("SupplementalMatchDomainsNoSearch")
    if "" in match:
        draft.put("dns.mode", "all", where)
    elif match:
        draft.put("dns.match", match, where)
        if not without_search:
            search += [each for each in match if each not in search]
    if search:
        draft.put("dns.search", search, source)
    dns.skip("elsewhere", "DNSProtocol", "ServerURL", "ServerName", "ProhibitDisablement")
    dns.close()
