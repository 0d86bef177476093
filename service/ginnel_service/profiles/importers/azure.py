"""The VPN client package of Azure's gateways: `VpnSettings.xml`, alone or in its zip archive.

The archive holds clients for several systems; only its folder `Generic` is read.
"""

from __future__ import annotations

import binascii
import io
import re
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from ..certificates import UnusableError, load_certificates, pem_of
from ..model import printable
from .draft import Draft
from .keyring import Keyring
from .preview import MAX_OCTETS, MAX_VALUES, ImportRefused, Preview

_MAX_ENTRIES: Final = 256
_SETTINGS: Final = "vpnsettings.xml"
_ROOT: Final = re.compile(r"vpnserverroot\.cer(?:_\d+)?|radius.*\.cer", re.IGNORECASE)
#: How users of the gateway prove themselves, in its words.
_METHODS: Final = {
    "EAPTLS": ("tls",),
    "CERTIFICATE": ("tls",),
    "EAPMSCHAPV2": ("mschapv2",),
    "RADIUS": ("mschapv2",),
    "EAPPEAP": ("peap",),
    "PEAP": ("peap",),
}


def read_zip(data: bytes, keyring: Keyring) -> Preview:
    """Raises ImportRefused."""
    try:
        settings, roots = _unpacked(data)
    except ImportRefused:
        raise
    except (
        *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError),
        *(ValueError, NotImplementedError, RuntimeError, IndexError, KeyError, OverflowError),
    ) as error:
        cause = f"the archive cannot be read ({type(error).__name__})"
        raise ImportRefused("import_malformed", format="azure", cause=cause) from None
    return read(settings, keyring, roots=roots)


def read(
    data: bytes,
    keyring: Keyring,
    *,
    roots: Mapping[str, bytes] | None = None,
) -> Preview:
    """`roots` are the certificates that stood beside the settings. Raises ImportRefused."""
    top = _parsed(data)
    draft = Draft(keyring)
    texts: dict[str, str] = {}
    for element in top:
        name = element.tag.rpartition("}")[2]
        if name in texts:
            raise ImportRefused("import_duplicate_key", key=printable(name[:64]))
        texts[name] = " ".join(" ".join(element.itertext()).split())
    kinds = texts.pop("VpnType", "IkeV2").lower()
    if "ikev2" not in kinds:
        if "openvpn" in kinds:
            raise ImportRefused("import_openvpn")
        raise ImportRefused("import_other_vpn", kind=printable(kinds[:64]))
    server = texts.pop("VpnServer", "")
    draft.put("server", server, "VpnServer")
    if networks := _words(texts.pop("Routes", "")):
        draft.put("network.subnets", networks, "Routes")
    for key, field in (("CustomDnsServers", "dns.servers"), ("CustomDnsSearchSuffixes", "dns.search")):
        if words := _words(texts.pop(key, "")):
            draft.put(field, [word.strip(".") for word in words], key)
    _authenticate(texts.pop("Auth", "EAPTLS"), draft)
    _trust(texts.pop("CaCert", ""), roots or {}, draft)
    for key, text in texts.items():
        if text:
            draft.skip("unknown_key", key)
    title = server.partition(".")[0] or "azure"
    return Preview(format="azure", title=title, candidates=(draft.done(title),))


def _authenticate(text: str, draft: Draft) -> None:
    draft.put("authentication.method", "eap", "Auth")
    methods = _METHODS.get(re.sub(r"[^A-Z0-9]", "", text.upper()))
    if methods:
        draft.put("authentication.eap", methods, "Auth")
    elif text:
        draft.skip("unusable_value", "Auth", cause="is no way to authenticate that we have")


def _trust(encoded: str, roots: Mapping[str, bytes], draft: Draft) -> None:
    found = dict(roots)
    if encoded:
        try:
            found["CaCert"] = b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            draft.skip("unusable_value", "CaCert", cause="is no base64")
    for source, data in found.items():
        try:
            for certificate in load_certificates(pem_of(data)):
                draft.root(certificate, source)
        except UnusableError as error:
            draft.skip("unusable_value", source, cause=str(error))


def _words(text: str) -> list[str]:
    return re.split(r"[\s,;]+", text.strip(" ,;\t\r\n")) if text.strip(" ,;\t\r\n") else []


def _parsed(data: bytes) -> Element:
    try:
        top: Element = defusedxml.ElementTree.fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        # Those of what is forbidden are of many lines
        cause = str(error).partition("\n")[0][:200] if isinstance(error, ParseError) else type(error).__name__
        raise ImportRefused("import_malformed", format="azure", cause=printable(cause)) from None
    if top.tag.rpartition("}")[2] != "VpnProfile":
        raise ImportRefused("import_unknown_format")
    for number, _ in enumerate(top.iter()):
        if number > MAX_VALUES:
            raise ImportRefused("import_malformed", format="azure", cause="it holds too many values")
    return top


def _unpacked(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _MAX_ENTRIES:
            raise ImportRefused("import_malformed", format="azure", cause="the archive holds too many files")
        settings = b""
        roots: dict[str, bytes] = {}
        for entry in entries:
            folder, _, base = entry.filename.replace("\\", "/").rpartition("/")
            if folder.rpartition("/")[2].lower() not in ("generic", ""):
                continue
            if base.lower() == _SETTINGS and not settings:
                settings = _bounded(archive, entry)
            elif _ROOT.fullmatch(base) and len(roots) < 8:
                roots[printable(base)] = _bounded(archive, entry)
    if not settings:
        raise ImportRefused("import_nothing", format="azure")
    return settings, roots


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's octets, whatever its header says of their number."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ImportRefused(
            "import_malformed", format="azure", cause="the archive is compressed in another way"
        )
    with archive.open(entry) as file:
        found = file.read(MAX_OCTETS + 1)
    if len(found) > MAX_OCTETS:
        raise ImportRefused("import_too_large", limit=MAX_OCTETS)
    return found
