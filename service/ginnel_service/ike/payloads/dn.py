"""Distinguished names of identities as a line of text, in encoded order: `C=CH, O=Example, CN=vpn`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import NameOID

from ..der import OID, SEQUENCE, SET, element, elements
from ..errors import InvalidSyntax, LocalError
from ..wire import Reader

_EMAIL = {"E": NameOID.EMAIL_ADDRESS}
_STRINGS = (0x0C, 0x13, 0x14, 0x16)  # UTF8String, PrintableString, TeletexString, IA5String
#: How the string types of names are written; Teletex in practice as Latin-1.
_ENCODINGS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
#: Contents of the object identifiers under 2.5.4 and friends that names are made of.
_NAMES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x09": "STREET",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
    bytes.fromhex("0992268993f22c640101"): "UID",
    bytes.fromhex("0992268993f22c640119"): "DC",
    bytes.fromhex("2a864886f70d010901"): "E",
}


def encode(text: str) -> bytes:
    """DER of a name. Raises LocalError."""
    try:
        name = x509.Name.from_rfc4514_string(re.sub(r"(?<!\\),\s+", ",", text), _EMAIL)
        return x509.Name(reversed(name.rdns)).public_bytes()  # RFC 4514 writes the last part first
    except ValueError:
        raise LocalError(f"{text!r} is no distinguished name such as 'C=CH, O=Example, CN=vpn'") from None


def decode(der: bytes) -> str:
    """The text of a DER name, for people to read; empty when it is broken or holds unusual parts."""
    try:
        (name,) = elements(der, SEQUENCE)
        return ", ".join(
            "+".join(_attribute(pair) for pair in elements(part, SEQUENCE)) for part in elements(name, SET)
        )
    except (InvalidSyntax, ValueError, KeyError):
        return ""


def _attribute(pair: memoryview) -> str:
    reader = Reader(pair)
    kind, oid = element(reader)
    tag, value = element(reader)
    if kind != OID or tag not in _STRINGS or len(reader):
        raise InvalidSyntax("not an attribute of text")
    text = re.sub(r'([,+\\"<>;])', r"\\\1", str(value, "utf-8"))
    return f"{_NAMES[bytes(oid)]}={text}"


def canonical(der: bytes) -> tuple[tuple[tuple[bytes, str | bytes], ...], ...]:
    """What equal names have in common (RFC 5280 section 7.1). Raises InvalidSyntax.

    The order of RDNs counts, that within one does not; text is compared without its encoding, its case and
    the amount of its white space; other values octet by octet.
    """
    names = list(elements(der, SEQUENCE))
    if len(names) != 1:
        raise InvalidSyntax("not one distinguished name")
    return tuple(tuple(sorted(_pairs(part), key=repr)) for part in elements(names[0], SET))


def _pairs(part: memoryview) -> Iterator[tuple[bytes, str | bytes]]:
    for pair in elements(part, SEQUENCE):
        reader = Reader(pair)
        kind, oid = element(reader)
        tag, value = element(reader)
        if kind != OID or len(reader):
            raise InvalidSyntax("not an attribute of a name")
        yield bytes(oid), _folded(tag, value)


def _folded(tag: int, value: memoryview) -> str | bytes:
    encoding = _ENCODINGS.get(tag)
    if encoding is None:
        return bytes((tag,)) + value
    try:
        text = str(value, encoding)
    except ValueError:
        raise InvalidSyntax("text of a name is broken") from None
    if "\0" in text:
        raise InvalidSyntax("a NUL in a name")
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
