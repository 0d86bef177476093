"""The payloads of RFC 7296 section 3: each parses and serialises its body, without the generic header.

`parse` borrows the octets it reads and raises InvalidSyntax; `serialise` writes reserved fields as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .auth import AuthPayload
from .cert import CertPayload, CertReqPayload
from .config import CfgEntry, ConfigPayload
from .delete import DeletePayload
from .eap import EapPayload
from .encrypted import SkfPayload, SkPayload
from .identity import Identity, IdiPayload, IdrPayload
from .ke import KePayload
from .nonce import NoncePayload
from .notify import NotifyPayload
from .sa import Proposal, SaPayload, Transform
from .selector import RawSelector, TrafficSelector, TsiPayload, TsrPayload
from .unknown import UnknownPayload
from .vendor import VendorPayload

Payload = (
    SaPayload
    | KePayload
    | IdiPayload
    | IdrPayload
    | CertPayload
    | CertReqPayload
    | AuthPayload
    | NoncePayload
    | NotifyPayload
    | DeletePayload
    | VendorPayload
    | TsiPayload
    | TsrPayload
    | SkPayload
    | SkfPayload
    | ConfigPayload
    | EapPayload
    | UnknownPayload
)

#: Parsers of bodies by payload type; SK and SKF need the generic header too and stand in `message`.
PARSERS: Mapping[int, Callable[[memoryview], Payload]] = {
    SaPayload.type: SaPayload.parse,
    KePayload.type: KePayload.parse,
    IdiPayload.type: IdiPayload.parse,
    IdrPayload.type: IdrPayload.parse,
    CertPayload.type: CertPayload.parse,
    CertReqPayload.type: CertReqPayload.parse,
    AuthPayload.type: AuthPayload.parse,
    NoncePayload.type: NoncePayload.parse,
    NotifyPayload.type: NotifyPayload.parse,
    DeletePayload.type: DeletePayload.parse,
    VendorPayload.type: VendorPayload.parse,
    TsiPayload.type: TsiPayload.parse,
    TsrPayload.type: TsrPayload.parse,
    ConfigPayload.type: ConfigPayload.parse,
    EapPayload.type: EapPayload.parse,
}

__all__ = [
    "PARSERS",
    "AuthPayload",
    "CertPayload",
    "CertReqPayload",
    "CfgEntry",
    "ConfigPayload",
    "DeletePayload",
    "EapPayload",
    "Identity",
    "IdiPayload",
    "IdrPayload",
    "KePayload",
    "NoncePayload",
    "NotifyPayload",
    "Payload",
    "Proposal",
    "RawSelector",
    "SaPayload",
    "SkPayload",
    "SkfPayload",
    "TrafficSelector",
    "Transform",
    "TsiPayload",
    "TsrPayload",
    "UnknownPayload",
    "VendorPayload",
]
