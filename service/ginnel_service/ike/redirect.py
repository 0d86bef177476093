"""Redirect to another gateway (RFC 5685): what is announced, said and believed."""

from __future__ import annotations

from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from .auth.names import host
from .codes import NotifyType
from .config import SessionConfig
from .errors import InvalidSyntax
from .message import Message
from .payloads.notify import NotifyPayload


class GatewayType(IntEnum):
    IPV4 = 1
    IPV6 = 2
    FQDN = 3


class Redirect(NamedTuple):
    """`gateway` is a numeric address or a host name; `nonce` stands in IKE_SA_INIT alone."""

    gateway: str
    nonce: bytes = b""


def parse_gateway(text: str) -> str | None:
    """The address or host name that `text` is, or None when nobody can be sent there."""
    try:
        address = ip_address(text)
    except ValueError:
        name = host(text)
        # "127.1" and the like are addresses to a resolver
        return name if name is not None and not name.rpartition(".")[2][:1].isdigit() else None
    wrong = address.is_unspecified or address.is_multicast or address.is_loopback
    return None if wrong or getattr(address, "scope_id", None) is not None else str(address)


def serialise(redirect: Redirect) -> bytes:
    """The data of a REDIRECT or REDIRECTED_FROM notify."""
    try:
        address = ip_address(redirect.gateway)
    except ValueError:
        kind, identity = GatewayType.FQDN, redirect.gateway.encode()
    else:
        kind, identity = GatewayType.IPV4 if address.version == 4 else GatewayType.IPV6, address.packed
    return bytes([kind, len(identity)]) + identity + redirect.nonce


def parse(data: bytes) -> Redirect:
    """Raises InvalidSyntax for what names no gateway."""
    if len(data) < 2 or len(data) < 2 + data[1]:
        raise InvalidSyntax("REDIRECT is too short")
    kind, identity, nonce = data[0], data[2 : 2 + data[1]], data[2 + data[1] :]
    if kind == GatewayType.IPV4 and len(identity) == 4:
        text = str(IPv4Address(identity))
    elif kind == GatewayType.IPV6 and len(identity) == 16:
        text = str(IPv6Address(identity))
    elif kind == GatewayType.FQDN and identity.isascii():
        text = identity.decode()
    else:
        raise InvalidSyntax("REDIRECT names its gateway in no known form")
    gateway = parse_gateway(text)
    if gateway is None or (kind == GatewayType.FQDN and _is_address(gateway)):
        raise InvalidSyntax("REDIRECT to what is no gateway's address or name")
    return Redirect(gateway, nonce)


def notify(gateway: str, nonce: bytes = b"") -> NotifyPayload:
    return NotifyPayload(NotifyType.REDIRECT, serialise(Redirect(gateway, nonce)))


def announcement(config: SessionConfig) -> tuple[NotifyPayload, ...]:
    """That an initiator can be sent elsewhere, or which gateway has sent it here (sections 9.1 and 9.3)."""
    if config.redirected_from:
        data = serialise(Redirect(config.redirected_from))
        return (NotifyPayload(NotifyType.REDIRECTED_FROM, data),)
    return (NotifyPayload(NotifyType.REDIRECT_SUPPORTED),) if config.redirect else ()


def follows(message: Message) -> bool:
    """Whether the initiator of an IKE_SA_INIT request can be sent elsewhere (section 3)."""
    kinds = (NotifyType.REDIRECT_SUPPORTED, NotifyType.REDIRECTED_FROM)
    return any(message.notify(kind) is not None for kind in kinds)


def found(message: Message, config: SessionConfig, nonce: bytes = b"") -> str | None:
    """Where `message` sends us; None when it does not, or we do not go.

    `nonce` is ours, in IKE_SA_INIT: the client "MUST verify that the nonce data matches" and else "MUST
    silently discard the response" (section 3). Raises InvalidSyntax.
    """
    said = message.notify(NotifyType.REDIRECT)
    if said is None or not config.redirect:
        return None
    redirect = parse(said.data)
    if nonce and redirect.nonce != nonce:
        raise InvalidSyntax("REDIRECT with a nonce that is not ours")
    return redirect.gateway


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
