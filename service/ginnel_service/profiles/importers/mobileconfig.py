"""Apple's configuration profiles: which payloads there are, and what each of them is for.

A file may hold several VPN payloads; each becomes a candidate with the certificates that stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cryptography import x509

from ..certificates import UnusableError, load_certificates, pem_of
from . import apple_vpn, plist
from .draft import Draft, shorten
from .keyring import Keyring
from .preview import MAX_CANDIDATES, Candidate, ImportRefused, Preview, Signer, kind_of
from .reading import Reader

_VPN: Final = "com.apple.vpn.managed"
_PKCS12: Final = "com.apple.security.pkcs12"
_CERTIFICATES: Final = ("com.apple.security.root", "com.apple.security.pkcs1", "com.apple.security.pem")
_ENROLMENT: Final = {"com.apple.security.acme": "ACME", "com.apple.security.scep": "SCEP"}
_DNS: Final = "com.apple.dnsSettings.managed"
#: Of every payload, for programs that administer devices.
ADMINISTRATIVE: Final = (
    *("PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName"),
    *("PayloadDescription", "PayloadOrganization", "PayloadEnabled", "PayloadRemovalDisallowed"),
    *("PayloadScope", "PayloadExpirationDate", "RemovalDate", "DurationUntilRemoval", "ConsentText"),
    *("HasRemovalPasscode", "IsEncrypted", "TargetDeviceType", "PayloadRemovalPassword"),
)
_MAX_PAYLOADS: Final = 256


@dataclass(slots=True)
class Payloads:
    """What stands beside the VPN payloads."""

    identities: dict[str, Reader] = field(default_factory=dict)  # PKCS#12 by PayloadUUID
    roots: list[Reader] = field(default_factory=list)
    enrolments: dict[str, str] = field(default_factory=dict)  # kind by PayloadUUID
    others: list[tuple[str, str]] = field(default_factory=list)  # where, and of which type


def read(data: bytes, keyring: Keyring, *, signer: Signer | None = None) -> Preview:
    """Raises ImportRefused."""
    top = plist.parse(data)
    if "EncryptedPayloadContent" in top:
        raise ImportRefused("import_encrypted")
    content = top.get("PayloadContent")
    # Some tools write the payload without the profile around it.
    payloads = [top] if top.get("PayloadType") == _VPN else content
    if not isinstance(payloads, list) or len(payloads) > _MAX_PAYLOADS:
        raise ImportRefused("import_nothing", format="mobileconfig")
    whole = Draft()
    vpns: list[tuple[str, dict[str, Any]]] = []
    beside = Payloads()
    for number, payload in enumerate(payloads):
        where = f"PayloadContent[{number}]"
        if not isinstance(payload, dict):
            whole.skip("unusable_value", where, cause="is no table")
        elif payload.get("PayloadType") == _VPN:
            vpns.append((where, payload))
        else:
            _sort(payload, where, whole, beside)
    candidates, refused = _candidates(vpns, beside, keyring, whole)
    if not candidates:
        raise refused or _nothing(beside)
    outer = Reader(top, "", whole)
    texts = {
        key: outer.text(key) for key in ("PayloadDisplayName", "PayloadOrganization", "PayloadDescription")
    }
    outer.drop("PayloadContent", *ADMINISTRATIVE)
    if payloads is content:
        outer.close()
    for where, kind in beside.others:
        whole.skip("other_payload", where, kind=kind)
    return Preview(
        format="mobileconfig",
        title=shorten(texts["PayloadDisplayName"]),
        organization=shorten(texts["PayloadOrganization"]),
        description=shorten(texts["PayloadDescription"]),
        consent=_consent(top.get("ConsentText")),
        signer=signer,
        candidates=tuple(candidates),
        unused=whole.notes,
    )


def _sort(payload: dict[str, Any], where: str, whole: Draft, beside: Payloads) -> None:
    kind, uuid = str(payload.get("PayloadType", "")), str(payload.get("PayloadUUID", ""))
    if kind == _PKCS12:
        beside.identities[uuid] = Reader(payload, where, whole)
    elif kind in _CERTIFICATES:
        beside.roots.append(Reader(payload, where, whole))
    elif kind in _ENROLMENT:
        beside.enrolments[uuid] = _ENROLMENT[kind]
    else:
        beside.others.append((where, kind))


def _candidates(
    vpns: list[tuple[str, dict[str, Any]]],
    beside: Payloads,
    keyring: Keyring,
    whole: Draft,
) -> tuple[list[Candidate], ImportRefused | None]:
    """Those of IKEv2; where one is refused although others are not, the file's notes say so."""
    roots = _roots(beside)
    identities = _identities(beside)
    found: list[Candidate] = []
    refused: ImportRefused | None = None
    for where, payload in vpns[:MAX_CANDIDATES]:
        draft = Draft(keyring)
        try:
            reader = Reader(payload, where, draft)
            if other := apple_vpn.other_kind(payload):
                raise other
            for certificate, source, name in roots:
                draft.root(certificate, source, name)
            found.append(apple_vpn.read(reader, draft, identities, beside.enrolments, roots))
        except ImportRefused as error:
            refused = error
            whole.skip("other_connection", where, kind=kind_of(error))
    if len(vpns) > MAX_CANDIDATES:
        whole.skip("too_many", "PayloadContent")
    for uuid, kind in beside.enrolments.items():
        whole.skip("enrolment", uuid, kind=kind)
    return found, refused


def _roots(beside: Payloads) -> list[tuple[x509.Certificate, str, str]]:
    """Every certificate of its own payload, where it stood, and what the file calls it."""
    found = []
    for reader in beside.roots:
        where, name = reader.where("PayloadContent"), reader.text("PayloadDisplayName")
        data = reader.octets("PayloadContent")
        try:
            found += [(each, where, name) for each in load_certificates(pem_of(data))]
        except UnusableError as error:
            reader.draft.skip("unusable_value", where, cause=str(error))
        reader.drop("PayloadCertificateFileName", *ADMINISTRATIVE)
        reader.close()
    return found


def _identities(beside: Payloads) -> dict[str, apple_vpn.Identity]:
    found = {}
    for uuid, reader in beside.identities.items():
        where = reader.where("PayloadContent")
        found[uuid] = apple_vpn.Identity(reader.octets("PayloadContent"), reader.raw_text("Password"), where)
        reader.drop("PayloadCertificateFileName", "AllowAllAppsAccess", "KeyIsExtractable", *ADMINISTRATIVE)
        reader.close()
    return found


def _nothing(beside: Payloads) -> ImportRefused:
    kinds = [kind for _, kind in beside.others]
    if _DNS in kinds:
        return ImportRefused("import_dns_only")
    if beside.roots and not kinds:
        return ImportRefused("import_certificate_only")
    return ImportRefused("import_nothing", format="mobileconfig")


def _consent(value: object) -> str:
    """One of the languages in which the file asks."""
    if isinstance(value, dict):
        value = value.get("default") or value.get("en") or next(iter(value.values()), "")
    return shorten(value) if isinstance(value, str) else ""
