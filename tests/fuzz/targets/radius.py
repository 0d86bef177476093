"""Invariant: whatever a RADIUS server says, or whoever speaks in its place, nothing is raised; what has no
right authenticator is no answer, and what has one leads the relay on or to an end whose reason is printable.
A user gets in by an Access-Accept alone.

A script of answers: attributes under a code, signed as the server would, or octets as they are.
"""

from __future__ import annotations

import hashlib
import hmac

from fuzz.script import Script
from ginnel_service.gateway.radius.codec import Attribute, Code, Request, eap_attributes
from ginnel_service.ike.eap.outcome import Accepted, Rejected, Reply
from ginnel_service.ike.eap.packet import Code as EapCode
from ginnel_service.ike.eap.packet import Packet, Type
from ginnel_service.ike.eap.relay import Relay
from ginnel_service.ike.events import Consult
from ike.eap.ends import seeded

SECRET = b"a secret of the fuzzer's own"
MAX_STEPS = 8
_MAC = bytes([Attribute.MESSAGE_AUTHENTICATOR, 18])


def feed(octets: bytes) -> None:
    script, relay = Script(octets), Relay(seeded())
    asked = relay.receive(_said(relay.start(), Type.IDENTITY, b"bob"))
    for _ in range(MAX_STEPS):
        if not script.more:
            return
        assert isinstance(asked, Consult)
        request = Request(Code.ACCESS_REQUEST, SECRET, eap_attributes(asked.packet))
        if script.octet() % 2:
            assert request.judge(script.chunk(), asked.user) is None
            continue
        code, body = script.octet(), script.chunk()[:3000]
        answer = request.judge(answered(request.octets, code, body), asked.user)
        said = relay.answered(answer.outcome if answer is not None else None)
        if isinstance(said, Accepted):
            assert code == Code.ACCESS_ACCEPT
            assert said.msk is None or len(said.msk) >= 64
            return
        if isinstance(said, Rejected):
            assert said.detail.isprintable()
            return
        assert isinstance(said, Reply)
        asked = relay.receive(_said(said.packet, Type.MSCHAPV2, b"answer"))


def _said(request: bytes, kind: int, data: bytes) -> bytes:
    return Packet(EapCode.RESPONSE, request[1], kind, data).serialise()


def answered(request: bytes, code: int, attributes: bytes) -> bytes:
    """What a server that knows the secret says (RFC 3579 section 3.2); `attributes` may be any octets."""
    length = (20 + 18 + len(attributes)).to_bytes(2, "big")
    head, authenticator = bytes([code, request[1]]) + length, request[4:20]
    mac = hmac.digest(SECRET, head + authenticator + _MAC + bytes(16) + attributes, hashlib.md5)
    body = _MAC + mac + attributes
    return head + hashlib.md5(head + authenticator + body + SECRET).digest() + body
