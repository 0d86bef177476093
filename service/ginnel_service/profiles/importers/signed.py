"""Property lists inside a signature: CMS SignedData (RFC 5652), in DER, BER or PEM.

The signature is checked against the certificate that came with it, and no more: nobody here vouches for that
certificate. So the signer is shown, and a person decides.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from ..model import printable
from .preview import ImportRefused, Signer

_PEM = re.compile(rb"\s*-----BEGIN (?:PKCS7|CMS)-----([A-Za-z0-9+/=\s]+)-----END (?:PKCS7|CMS)-----\s*")
_SIGNED_OID: Final = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED_OIDS: Final = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("06092a864886f70d010706"))
#: Where the type of a ContentInfo stands: behind the header of its sequence.
_HEAD: Final = 24
_MAX_CERTIFICATES: Final = 32
#: SHA-1 can be forged: a signature with it says nothing.
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def is_signed(data: bytes) -> bool:
    """Whether `data` is CMS of any kind."""
    if _PEM.fullmatch(data):
        return True
    return data[:1] == b"\x30" and any(oid in data[:_HEAD] for oid in (_SIGNED_OID, *_ENVELOPED_OIDS))


def unwrap(data: bytes) -> tuple[bytes, Signer]:
    """What is signed, and by whom. Raises ImportRefused."""
    try:
        pem = _PEM.fullmatch(data)
        if pem:
            data = b64decode(b"".join(pem[1].split()), validate=True)
        if any(oid in data[:_HEAD] for oid in _ENVELOPED_OIDS):
            raise ImportRefused("import_encrypted")
        signed = cms.ContentInfo.load(data, strict=True)["content"]
        content = signed["encap_content_info"]["content"].native
        return _checked(signed, content)
    except ImportRefused:
        raise
    except Exception as error:  # asn1crypto parses late, and raises whatever its steps do
        cause = f"the signature cannot be read ({type(error).__name__})"
        raise ImportRefused("import_malformed", format="mobileconfig", cause=cause) from None


def _checked(signed: cms.SignedData, content: object) -> tuple[bytes, Signer]:
    if not isinstance(content, bytes):
        raise ImportRefused(
            "import_malformed", format="mobileconfig", cause="the signature is of another file"
        )
    infos, found = signed["signer_infos"], []
    for choice in list(signed["certificates"])[:_MAX_CERTIFICATES]:
        if choice.name == "certificate":
            found.append((choice.chosen, x509.load_der_x509_certificate(choice.chosen.dump())))
    if len(infos) == 0:
        raise ImportRefused("import_malformed", format="mobileconfig", cause="nobody signed it")
    info = infos[0]
    sid = info["sid"]
    for theirs, certificate in found:
        if sid.name == "issuer_and_serial_number":
            serial, issuer = sid.chosen["serial_number"].native, sid.chosen["issuer"].dump()
            same = theirs.serial_number == serial and theirs.issuer.dump() == issuer
        else:
            same = theirs.key_identifier == sid.chosen.native
        if same:
            return content, _signer(certificate, _verifies(info, certificate, content))
    raise ImportRefused(
        "import_malformed", format="mobileconfig", cause="the signer's certificate is missing"
    )


def _signer(certificate: x509.Certificate, verified: bool) -> Signer:
    return Signer(
        subject=printable(certificate.subject.rfc4514_string()),
        issuer=printable(certificate.issuer.rfc4514_string()),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        verified=verified,
    )


def _verifies(info: cms.SignerInfo, certificate: x509.Certificate, content: bytes) -> bool:
    """RFC 5652 sections 5.4 and 5.6."""
    algorithm = _HASHES.get(info["digest_algorithm"]["algorithm"].native)
    if algorithm is None:
        return False
    attributes = info["signed_attrs"]
    message = content
    if len(attributes):
        digest = hashes.Hash(algorithm())
        digest.update(content)
        told = [each["values"][0].native for each in attributes if each["type"].native == "message_digest"]
        if told != [digest.finalize()]:
            return False
        # "A separate encoding of the signedAttrs field is performed for message digest calculation", as a SET
        message = attributes.untag().dump(force=True)
    try:
        _verify(info, certificate, message, algorithm())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _verify(
    info: cms.SignerInfo, certificate: x509.Certificate, message: bytes, algorithm: hashes.HashAlgorithm
) -> None:
    key, signature = certificate.public_key(), info["signature"].native
    named = info["signature_algorithm"]
    if isinstance(key, rsa.RSAPublicKey):
        if named["algorithm"].native == "rsassa_pss":
            salt = named["parameters"]["salt_length"].native
            key.verify(signature, message, padding.PSS(padding.MGF1(algorithm), salt), algorithm)
        else:
            key.verify(signature, message, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, message)
    else:
        raise InvalidSignature
