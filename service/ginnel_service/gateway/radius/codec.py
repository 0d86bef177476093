"""RADIUS packets for EAP and accounting: what is sent, and what is believed of what comes back.

pyrad has the codec, the authenticators and the hiding of keys; this says which attributes there are. Every
Access-Request bears a Message-Authenticator, and without one no answer to it counts (RFC 3579 section 3.2;
CVE-2024-3596: MD5 alone lets a man in the middle make an accept of a reject). Nothing that arrives raises.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from pyrad.packet import AcctPacket, AuthPacket

from ...ike.eap.outcome import Accepted, Rejected, Reply, Terms

MAX_PACKET: Final = 4096  # RFC 2865 section 3
MAX_VALUE: Final = 253
MAX_EAP: Final = 3072  # of what a peer sends: the rest of the packet has to fit as well
MSK_OCTETS: Final = 64
_MICROSOFT: Final = (311).to_bytes(4, "big")
_SEND_KEY, _RECV_KEY = 16, 17  # RFC 2548 sections 2.4.2, 2.4.3
#: Framed-IP-Address: "the user chooses", "the NAS chooses" (RFC 2865 section 5.8).
_ANY_ADDRESS: Final = {b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe"}
#: pyrad raises plain Exceptions, too.
_GARBAGE: Final = (Exception,)


class Code(IntEnum):
    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCOUNTING_REQUEST = 4
    ACCOUNTING_RESPONSE = 5
    ACCESS_CHALLENGE = 11


class Attribute(IntEnum):
    USER_NAME = 1
    SERVICE_TYPE = 6
    FRAMED_PROTOCOL = 7
    FRAMED_IP_ADDRESS = 8
    FRAMED_MTU = 12
    REPLY_MESSAGE = 18
    STATE = 24
    CLASS = 25
    VENDOR_SPECIFIC = 26
    SESSION_TIMEOUT = 27
    CALLED_STATION_ID = 30
    CALLING_STATION_ID = 31
    NAS_IDENTIFIER = 32
    PROXY_STATE = 33
    ACCT_STATUS_TYPE = 40
    ACCT_DELAY_TIME = 41
    ACCT_INPUT_OCTETS = 42
    ACCT_OUTPUT_OCTETS = 43
    ACCT_SESSION_ID = 44
    ACCT_SESSION_TIME = 46
    ACCT_TERMINATE_CAUSE = 49
    ACCT_INPUT_GIGAWORDS = 52
    ACCT_OUTPUT_GIGAWORDS = 53
    EVENT_TIMESTAMP = 55
    NAS_PORT_TYPE = 61
    EAP_MESSAGE = 79
    MESSAGE_AUTHENTICATOR = 80
    ACCT_INTERIM_INTERVAL = 85
    FRAMED_POOL = 88
    FRAMED_IPV6_ADDRESS = 168


Attributes = Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says to an Access-Request: for the peer, and for our next request."""

    outcome: Reply | Accepted | Rejected
    state: tuple[bytes, ...] = field(default=(), repr=False)
    classes: tuple[bytes, ...] = ()
    user: bytes = b""  # under which an accepted session is accounted
    interim_s: int = 0


def number(value: int) -> bytes:
    return value.to_bytes(4, "big")


class Request:
    """One request, the same octets each time that it is sent."""

    def __init__(self, code: Code, secret: bytes, attributes: Attributes) -> None:
        kind = AcctPacket if code == Code.ACCOUNTING_REQUEST else AuthPacket
        self._packet = kind(code, id=os.urandom(1)[0], secret=secret)
        if code == Code.ACCESS_REQUEST:
            self._packet.authenticator = os.urandom(16)
            self._packet.add_message_authenticator()
        for name, value in attributes:
            self._packet.setdefault(int(name), []).append(value)
        self.octets: bytes = self._packet.RequestPacket()

    def read(self, data: bytes) -> AuthPacket | None:
        """An answer to this request whose sender knows the secret, else None."""
        if len(data) > MAX_PACKET:
            return None
        try:
            reply = self._packet.CreateReply(packet=data)
            genuine = self._packet.VerifyReply(reply, enforce_ma=True)
        except _GARBAGE:
            return None
        return reply if genuine else None

    def judge(self, data: bytes, user: bytes) -> Answer | None:
        """What an answer to an Access-Request about `user` says; None for what is no answer."""
        reply = self.read(data)
        if reply is None:
            return None
        eap = b"".join(_all(reply, Attribute.EAP_MESSAGE))
        match reply.code:
            case Code.ACCESS_CHALLENGE:
                return Answer(Reply(eap), tuple(_all(reply, Attribute.STATE)))
            case Code.ACCESS_REJECT:
                return Answer(Rejected(eap, "the RADIUS server refused the user"))
            case Code.ACCESS_ACCEPT:
                return self._accepted(reply, eap, user)
        return None

    def _accepted(self, reply: AuthPacket, eap: bytes, claimed: bytes) -> Answer:
        named = _all(reply, Attribute.USER_NAME)
        user = named[0] if named and named[0] else claimed
        try:
            msk = self._msk(reply)
        except _GARBAGE:
            return Answer(Rejected(b"", "the RADIUS server's keys cannot be read"))
        timeouts = _numbers(reply, Attribute.SESSION_TIMEOUT)
        pools = _all(reply, Attribute.FRAMED_POOL)
        terms = Terms(
            addresses=tuple(_addresses(reply)),
            pool=pools[0].decode("utf-8", "replace") if pools else "",
            lifetime_s=float(timeouts[0]) if timeouts else 0.0,
        )
        interims = _numbers(reply, Attribute.ACCT_INTERIM_INTERVAL)
        return Answer(
            Accepted(eap, msk, user, terms),
            classes=tuple(_all(reply, Attribute.CLASS)),
            user=user,
            interim_s=interims[0] if interims else 0,
        )

    def _msk(self, reply: AuthPacket) -> bytes | None:
        """MS-MPPE-Recv-Key, then MS-MPPE-Send-Key (RFC 3579 section 3.16); None without both."""
        found: dict[int, bytes] = {}
        reply.request_authenticator = self._packet.authenticator
        for value in _all(reply, Attribute.VENDOR_SPECIFIC):
            vendor, rest = value[:4], value[4:]
            if vendor != _MICROSOFT or len(rest) < 2:
                continue
            kind, length = rest[0], rest[1]
            if kind in (_SEND_KEY, _RECV_KEY):
                found[kind] = reply.SaltDecrypt(rest[2:length])
        if len(found) != 2 or not all(found.values()):
            return None
        # EAP-MSCHAPv2's are shorter; zeros fill up what RFC 3748 section 7.10 wants of a key.
        return (found[_RECV_KEY] + found[_SEND_KEY]).ljust(MSK_OCTETS, b"\0")


def eap_attributes(eap: bytes) -> list[tuple[int, bytes]]:
    """EAP-Message attributes (RFC 3579 section 3.1)."""
    pieces = [eap[at : at + MAX_VALUE] for at in range(0, len(eap), MAX_VALUE)]
    return [(Attribute.EAP_MESSAGE, piece) for piece in pieces]


def _all(reply: AuthPacket, name: Attribute) -> list[bytes]:
    return list(reply.get(int(name), []))


def _numbers(reply: AuthPacket, name: Attribute) -> list[int]:
    return [int.from_bytes(value, "big") for value in _all(reply, name) if len(value) == 4]


def _addresses(reply: AuthPacket) -> list[IPv4Address | IPv6Address]:
    """The first of each family: a server that repeats itself, as around a tunnel, means one."""
    four = [value for value in _all(reply, Attribute.FRAMED_IP_ADDRESS) if len(value) == 4]
    six = [value for value in _all(reply, Attribute.FRAMED_IPV6_ADDRESS) if len(value) == 16]
    found: list[IPv4Address | IPv6Address] = []
    if four and four[0] not in _ANY_ADDRESS:
        found.append(IPv4Address(four[0]))
    if six:
        found.append(IPv6Address(six[0]))
    return found
