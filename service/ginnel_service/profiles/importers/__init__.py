"""Files that people already have, as profiles: `preview` is the one way in.

It runs with the rights of the person whose file it is, never in the service, and reads octets alone: no
path, no network, no script. Any octets give a Preview or raise ImportRefused, within limits of size, depth
and time. A root that a file holds is trusted for its profile alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..certificates import UnusableError, pem_of
from . import azure, foreign, identity_file, ipsec, mobileconfig, signed, sswan, swanctl, toml
from .keyring import Keyring
from .preview import (
    MAX_OCTETS,
    NOTES,
    REFUSALS,
    Ask,
    Candidate,
    Format,
    ImportRefused,
    Preview,
    Root,
    Signer,
    Unused,
    Used,
    complete,
)
from .update import carried, gateway_change

__all__ = [
    "MAX_OCTETS",
    "NOTES",
    "REFUSALS",
    "Ask",
    "Candidate",
    "Format",
    "ImportRefused",
    "Preview",
    "Root",
    "Signer",
    "Unused",
    "Used",
    "carried",
    "complete",
    "gateway_change",
    "preview",
]

_SWANCTL = re.compile(r"^[ \t]*(?:connections|secrets|authorities)[ \t]*(?::[^{\n]*)?\{", re.MULTILINE)
_IPSEC = re.compile(r"^(?:conn|config|ca)[ \t]+[^\s=]+[ \t\r]*(?:#.*)?$", re.MULTILINE)
_MAX_FILES = 32


def preview(
    data: bytes,
    name: str = "",
    *,
    password: str | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Preview:
    """What `data` would become; its content tells the format, and `name` is what the file is called.

    `password` opens PKCS#12 files and keys that came without one. `files` are others that this one names
    (certificates, keys, `ipsec.secrets`), by their last path element. Raises ImportRefused.
    """
    keyring = Keyring(password, dict(list((files or {}).items())[:_MAX_FILES]))
    if any(len(each) > MAX_OCTETS for each in (data, *keyring.files.values())):
        raise ImportRefused("import_too_large", limit=MAX_OCTETS)
    signer = None
    if signed.is_signed(data):
        data, signer = signed.unwrap(data)
    if data[:8] == b"bplist00" or (_looks_xml(data) and _names(data, "plist")):
        return mobileconfig.read(data, keyring, signer=signer)
    if signer is not None:
        raise ImportRefused("import_unknown_format")
    if data[:2] == b"PK":
        return azure.read_zip(data, keyring)
    if _looks_xml(data):
        return azure.read(data, keyring)
    if data[:1] == b"\x30":
        if _is_certificate(data):
            raise ImportRefused("import_certificate_only")
        return identity_file.read(data, name, keyring)
    return _text(data, keyring)


def _text(data: bytes, keyring: Keyring) -> Preview:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("import_unknown_format") from None
    if text.lstrip()[:1] == "{":
        return sswan.read(data, keyring)
    if code := foreign.kind_of(text):
        raise ImportRefused(code)
    if _SWANCTL.search(text):
        return swanctl.read(text, keyring)
    if _IPSEC.search(text):
        return ipsec.read(text, keyring)
    if text.lstrip().startswith(("-----BEGIN ", "Bag Attributes")) and _is_certificate(data):
        raise ImportRefused("import_certificate_only")
    if re.search(r"^[ \t]*\S+[ \t]*=", text, re.MULTILINE):
        return toml.read(data)
    raise ImportRefused("import_unknown_format")


def _looks_xml(data: bytes) -> bool:
    """In any of the encodings that XML may begin with (XML 1.0, appendix F)."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\0")[:1] == b"<"


def _names(data: bytes, word: str) -> bool:
    return any(f"<{word}".encode(code) in data for code in ("utf-8", "utf-16-le", "utf-16-be"))


def _is_certificate(data: bytes) -> bool:
    try:
        return bool(pem_of(data))
    except UnusableError:
        return False
