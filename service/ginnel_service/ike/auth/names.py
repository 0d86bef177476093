"""Does a certificate name an identity? (RFC 4945 sections 3.1 and 5.1.3.6, RFC 9525 for wildcards.)"""

from __future__ import annotations

import re
from ipaddress import ip_address

from cryptography import x509
from cryptography.x509.oid import NameOID

from ...unreadable import UNREADABLE
from ..codes import IdType
from ..errors import InvalidSyntax
from ..payloads import dn
from ..payloads.identity import Identity
from .errors import CertificateRefused

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_NAMES = 8  # of a certificate, in a message


def matches(identity: Identity, certificate: x509.Certificate, *, allow_cn: bool) -> bool:
    """Whether `certificate` is of `identity`. Raises CertificateRefused when it cannot be read.

    The subjectAltName counts; the subject only for an identity that is a distinguished name, and its common
    name where `allow_cn` says so and the subjectAltName holds no name of any of these kinds.
    """
    try:
        return _matches(identity, certificate, allow_cn=allow_cn)
    except (*UNREADABLE, InvalidSyntax) as error:
        raise CertificateRefused("certificate_broken", f"the certificate's names: {error}") from None


def check_identity(identity: Identity, certificate: x509.Certificate, *, allow_cn: bool) -> None:
    """Raises CertificateRefused, saying who the certificate is of, unless it is of `identity`."""
    if matches(identity, certificate, allow_cn=allow_cn):
        return
    try:
        named = ", ".join(_listed(certificate)[:_MAX_NAMES]) or "nothing but its subject"
    except UNREADABLE:
        named = "what cannot be read"
    raise CertificateRefused(
        "certificate_identity",
        f"the certificate of {subject_text(certificate)} does not name {identity}: it names {named}",
    )


def as_named(identity: Identity, certificate: x509.Certificate) -> Identity:
    """`identity`, which `certificate` is of, to the letter as its subjectAltName has it.

    By its subject or its key id, a certificate is of the first name there. One person has one name then,
    whatever they chose to say. Where there is none, or a wildcard alone, `identity` is what it is.
    """
    try:
        names = _alternatives(certificate)
    except UNREADABLE:
        return identity
    if identity.type in (IdType.DER_ASN1_DN, IdType.KEY_ID):
        return names[0] if names else identity
    return next((name for name in names if _same(name, identity)), identity)


def _alternatives(certificate: x509.Certificate) -> list[Identity]:
    """Mail addresses, host names, addresses."""
    sans = alternative_names(certificate)
    if sans is None:
        return []
    mails = sans.get_values_for_type(x509.RFC822Name)
    hosts = [each for each in sans.get_values_for_type(x509.DNSName) if host(each) is not None]
    addresses = [each for each in sans.get_values_for_type(x509.IPAddress) if not hasattr(each, "netmask")]
    return [
        *(Identity(IdType.RFC822_ADDR, each.encode()) for each in mails),
        *(Identity(IdType.FQDN, each.encode()) for each in hosts),
        *(Identity.parse_text(str(each)) for each in addresses),
    ]


def _same(one: Identity, other: Identity) -> bool:
    """Whether they differ in the case of a host name, or its final dot, at the most."""
    if one.type != other.type:
        return False
    texts = _ascii(one.data), _ascii(other.data)
    match one.type:
        case IdType.FQDN:
            return host(texts[0]) == host(texts[1]) is not None
        case IdType.RFC822_ADDR:
            return _mailbox(texts[0]) == _mailbox(texts[1]) is not None
    return one == other


def subject_text(certificate: x509.Certificate) -> str:
    """The subject in printable, bounded text."""
    try:
        text = dn.decode(certificate.subject.public_bytes()) or certificate.subject.rfc4514_string()
    except UNREADABLE:
        text = ""
    text = "".join(each if each.isprintable() else "?" for each in text[:200])
    return f"'{text}'" if text else "an unnamed subject"


def alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None


def _matches(identity: Identity, certificate: x509.Certificate, *, allow_cn: bool) -> bool:
    if identity.type == IdType.DER_ASN1_DN:
        return _is_subject(identity.data, certificate)
    if identity.type == IdType.KEY_ID:
        return _is_key_id(identity.data, certificate)
    sans = alternative_names(certificate)
    dns = sans.get_values_for_type(x509.DNSName) if sans else []
    mails = sans.get_values_for_type(x509.RFC822Name) if sans else []
    addresses = sans.get_values_for_type(x509.IPAddress) if sans else []
    if dns or mails or addresses or not allow_cn:
        common: list[str] = []
    else:
        found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        common = [each.value for each in found if isinstance(each.value, str)]
    match identity.type:
        case IdType.FQDN:
            wanted = host(_ascii(identity.data))
            return wanted is not None and (
                any(_covers(pattern, wanted) for pattern in dns) or any(host(cn) == wanted for cn in common)
            )
        case IdType.RFC822_ADDR:
            box = _mailbox(_ascii(identity.data))
            return box is not None and any(_mailbox(each) == box for each in (*mails, *common))
        case IdType.IPV4_ADDR | IdType.IPV6_ADDR:
            packed = {each.packed for each in addresses if not hasattr(each, "netmask")}
            return identity.data in packed or any(_packed(cn) == identity.data for cn in common)
    return False


def _is_subject(der: bytes, certificate: x509.Certificate) -> bool:
    try:
        wanted = dn.canonical(der)
    except InvalidSyntax:
        return False
    if not wanted:  # the null name is nobody's
        return False
    if dn.canonical(certificate.subject.public_bytes()) == wanted:
        return True
    sans = alternative_names(certificate)
    names = sans.get_values_for_type(x509.DirectoryName) if sans else []
    return any(dn.canonical(each.public_bytes()) == wanted for each in names)


def _is_key_id(data: bytes, certificate: x509.Certificate) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return False
    return bool(data) and found.digest == data


def host(text: str | None) -> str | None:
    """A host name in lower case without its final dot, or None when it is none. Only A-labels are names:
    "All characters in the ID_FQDN are ASCII" (RFC 7296 section 3.5).
    """
    if text is None or len(text) > 254:
        return None
    text = text.lower().removesuffix(".")
    whole = text.isascii() and all(_LABEL.fullmatch(label) for label in text.split("."))
    return text if whole else None


def _covers(pattern: str, wanted: str) -> bool:
    """A wildcard is the whole leftmost label, stands for one label, and leaves two at least."""
    if not pattern.startswith("*."):
        return host(pattern) == wanted
    base = host(pattern[2:])
    if base is None or "." not in base or _NUMERIC.fullmatch(base.rpartition(".")[2]):
        return False
    return wanted.partition(".")[2] == base


def _mailbox(text: str | None) -> tuple[str, str] | None:
    """The local part as it is, the domain folded (RFC 5280 section 7.5)."""
    local, _, domain = (text or "").rpartition("@")
    folded = host(domain)
    return (local, folded) if local and local.isprintable() and folded else None


def _ascii(data: bytes) -> str | None:
    return data.decode() if data.isascii() else None


def _packed(text: str) -> bytes | None:
    try:
        return ip_address(text).packed
    except ValueError:
        return None


def _listed(certificate: x509.Certificate) -> list[str]:
    sans = alternative_names(certificate)
    found = [each.value for each in sans or () if not isinstance(each, x509.OtherName)]
    texts = [each.rfc4514_string() if isinstance(each, x509.Name) else str(each) for each in found]
    return ["".join(c if c.isprintable() else "?" for c in text[:100]) for text in texts]
