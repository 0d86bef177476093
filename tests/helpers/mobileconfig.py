"""What Apple's configuration profiles are made of."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from helpers.authority import Issued


def payload(kind: str, name: str, number: int) -> dict[str, Any]:
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"org.example.{name}",
        "PayloadUUID": f"00000000-0000-4000-8000-{number:012}",
        "PayloadDisplayName": name,
    }


def root(der: bytes, number: int) -> dict[str, Any]:
    return {
        **payload("com.apple.security.root", "office-ca", number),
        "PayloadContent": der,
        "PayloadCertificateFileName": "ca.cer",
    }


def top(*content: dict[str, Any]) -> dict[str, Any]:
    return {
        **payload("Configuration", "office", 0),
        "PayloadOrganization": "Example Inc.",
        "PayloadDescription": "How to reach the office",
        "ConsentText": {"default": "Be kind."},
        "PayloadContent": list(content),
    }


def signed(data: bytes, signer: Issued) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())  # type: ignore[arg-type]
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
