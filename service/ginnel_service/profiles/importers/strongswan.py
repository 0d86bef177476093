"""What strongSwan's files have in common: proposals, times, identities, methods."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import Final

from cryptography import x509

from ..certificates import UnusableError, load_certificates, open_key, pem_of
from ..checks import is_address, is_host
from .draft import Draft, is_authority
from .preview import ImportRefused

_CIPHERS: Final = (
    r"aes(?:128|192|256)?(?:ctr|ccm(?:8|12|16|64|96|128)|gcm(?:8|12|16|64|96|128))?|chacha20poly1305|null"
)
_INTEGRITY: Final = r"sha(?:256|384|512|1|2_256|2_384|2_512)?|aesxcbc|aescmac"
_GROUPS: Final = (
    r"(?:x|curve)25519|(?:x|curve)448|ecp(?:256|384|521)|modp(?:1024|1536|2048|3072|4096|6144|8192)"
)
_CIPHER: Final = re.compile(_CIPHERS)
#: The keywords of which we have the algorithm; a test holds this against IKE's own table.
KNOWN: Final = re.compile(
    rf"{_CIPHERS}|{_INTEGRITY}|prf(?:sha(?:256|384|512|1)|aesxcbc|aescmac)|{_GROUPS}"
    rf"|mlkem(?:768|1024)|ke[1-7]_(?:{_GROUPS}|mlkem(?:768|1024)|none)|esn|noesn"
)
_WHOLE: Final = frozenset({"default", "compatible", "post_quantum"})
_TIME: Final = re.compile(r"(\d{1,9})\s*([smhd]?)")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_EAP: Final = ("mschapv2", "tls", "ttls", "peap", "gtc", "md5")
#: Methods that EAP chooses among by itself.
_ANY_EAP: Final = ("eap", "eap-identity", "eap-dynamic", "eap-radius")
_PUBKEY: Final = re.compile(r"(?:pubkey|cert|rsa|rsasig|ecdsa|ecdsasig|ed25519|ed448)(?:[-/].*)?|ike:.*")


def put_proposals(draft: Draft, field: str, text: str, source: str) -> None:
    """Keywords, several proposals with commas between; words that we do not know are left out, and said."""
    if not text:
        return
    kept: list[str] = []
    dropped: list[str] = []
    for proposal in text.lower().replace("!", "").split(","):
        words = proposal.strip().split("-")
        if words == ["default"] or words[0] in _WHOLE:
            kept.append(words[0])
            continue
        unknown = [word for word in words if not KNOWN.fullmatch(word)]
        dropped += unknown
        known = [word for word in words if word not in unknown]
        # What is left of an IKE proposal has to have a cipher, and a group where it had one.
        group = any(re.fullmatch(_GROUPS, word) for word in known)
        if any(_CIPHER.fullmatch(word) for word in known) and (group or not field.startswith("ike")):
            kept.append("-".join(known))
        else:
            dropped += known
    if dropped:
        draft.skip("weak_algorithm", source, words=", ".join(dict.fromkeys(word for word in dropped if word)))
    if kept and kept != ["default"]:
        draft.put(field, tuple(dict.fromkeys(kept)), source)


def seconds(text: str) -> float | None:
    """`30`, `30s`, `5m`, `3h`, `1d`; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    return None if found is None else float(int(found[1]) * _UNITS[found[2]])


def put_time(draft: Draft, field: str, text: str, source: str) -> None:
    if not text:
        return
    found = seconds(text)
    if found is None:
        draft.skip("unusable_value", source, cause="is no time such as 30s, 5m or 3h")
    else:
        draft.put(field, found, source)


def identity(text: str) -> str:
    """strongSwan's spelling of an identity in ours: a type in front, or an @ against resolving, goes."""
    kind, colon, rest = text.partition(":")
    if colon and kind in ("fqdn", "dns", "email", "rfc822", "userfqdn", "ipv4", "ipv6", "dn", "asn1dn"):
        return rest
    if colon and kind == "keyid":
        return "@#" + (rest[2:] if rest[:2] == "0x" else rest.encode().hex())
    if text[:1] == "@" and is_host(text[1:]) and not is_address(text[1:]):
        return text[1:]
    if text[:1] == "%" and text != "%any" and len(text) > 1:
        return text[1:]  # "the certificate has to bear it", which holds of every identity here
    return text


def put_method(draft: Draft, text: str, source: str, *, second: bool = False) -> None:
    """How we prove ourselves. Raises ImportRefused for IKEv1's ways."""
    word = text.lower()
    field = "authentication.second" if second else "authentication.method"
    if word.startswith(("xauth", "hybrid")):
        raise ImportRefused("import_ikev1")
    if word in _ANY_EAP:
        draft.put(field, "eap", source)
    elif word.startswith("eap-") and word[4:] in _EAP:
        draft.put(field, "eap", source)
        draft.put("authentication.eap", (word[4:],), source)
    elif word in ("psk", "secret"):
        draft.put(field, "psk", source)
    elif _PUBKEY.fullmatch(word):
        draft.put(field, "certificate", source)
        if word.startswith(("rsa/pss", "ike:rsa/pss")):
            draft.put("authentication.rsa_pss", True, source)
    else:
        draft.skip("unusable_value", source, cause="is no way to authenticate that we have")


def put_remote_method(draft: Draft, text: str, source: str) -> None:
    word = text.lower()
    if word in ("psk", "secret"):
        draft.put("remote.method", "psk", source)
    elif _PUBKEY.fullmatch(word):
        draft.put("remote.method", "certificate", source)
    elif word.startswith("eap"):
        draft.put("authentication.eap_only", True, source)
    elif word != "any":
        draft.skip("unusable_value", source, cause="is no way to authenticate that we have")


def wants_certificate(draft: Draft) -> bool:
    """Whether a key of ours has a use: an administrator's file may hold those of several connections."""
    fields = draft.fields
    methods = fields.get("authentication.method"), fields.get("authentication.second")
    by_tls = "eap" in methods and "tls" in fields.get("authentication.eap", ("tls",))
    return "certificate" in methods or by_tls


def given(draft: Draft, name: str, source: str) -> bytes:
    """A file that another names, out of those that came with it; none, with a note, where it did not."""
    base = name.replace("\\", "/").rpartition("/")[2]
    if base not in draft.keyring.files:
        draft.skip("missing_file", source, file=base)
        return b""
    return draft.keyring.files[base]


def put_certificate(draft: Draft, name: str, source: str) -> None:
    """Our certificate; its key comes on its own."""
    if data := given(draft, name, source):
        try:
            draft.own(pem_of(data), b"", source)
        except UnusableError as error:
            draft.skip("unusable_value", source, cause=str(error))


def put_roots(draft: Draft, name: str, source: str, *, pin: bool = False) -> None:
    if data := given(draft, name, source):
        try:
            found: tuple[x509.Certificate, ...] = load_certificates(pem_of(data))
        except UnusableError as error:
            draft.skip("unusable_value", source, cause=str(error))
            return
        for certificate in found:
            if pin and not is_authority(certificate):
                draft.pin(certificate, source)
            else:
                draft.root(certificate, source)


def put_key(draft: Draft, name: str, password: str | None, source: str) -> None:
    if data := given(draft, name, source):
        try:
            draft.secret("private_key", open_key(data, password or draft.keyring.password), source)
        except UnusableError as error:
            draft.locked = password is None and draft.keyring.password is None
            draft.skip("unusable_value", source, cause=str(error))


def put_families(draft: Draft, wanted: tuple[str, ...], source: str) -> None:
    """Which addresses are asked for; none at all is what no desktop does."""
    if wanted and all(each in ("0.0.0.0", "%config4") for each in wanted):  # noqa: S104
        draft.put("network.ipv6", False, source)
    elif wanted and all(each in ("::", "%config6") for each in wanted):
        draft.put("network.ipv4", False, source)
    elif wanted:
        draft.put("network.ipv4", True, source)


def put_action(draft: Draft, action: str, source: str) -> None:
    """When the connection begins by itself."""
    if action in ("start", "route", "trap", "trap|start", "start|trap"):
        draft.put("start.at", "boot", source)


def octets(text: str) -> bytes:
    """A shared secret: `0x` before hexadecimal, `0s` before base64, else as it is (swanctl.conf(5))."""
    try:
        if text[:2].lower() == "0x":
            return bytes.fromhex(text[2:].replace("_", ""))
        if text[:2] == "0s":
            return b64decode(text[2:], validate=True)
    except (ValueError, binascii.Error):
        return b""
    return text.encode()
