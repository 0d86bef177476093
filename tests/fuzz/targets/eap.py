"""Invariant: whatever a gateway, a user, or the other end of a TLS tunnel says in EAP, nothing but a
PeerError leaves a method, and not even that leaves a conversation: it goes on, or ends with a reason that is
printable. A server accepts only who knows a password or has a certificate, and a peer believes success only
after a method.

The first octet picks who listens, the second how it is configured. Each step is a packet: octets as they are,
or a code, a type and data under the right identifier, or what the true other end says to the last answer.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Literal

from fuzz.script import Script
from ginnel_service.ike.eap import avps, peap
from ginnel_service.ike.eap.config import EapConfig, EapMethod, EapServerConfig
from ginnel_service.ike.eap.method import Account
from ginnel_service.ike.eap.outcome import Accepted, Ask, Failed, Rejected, Reply, Succeeded
from ginnel_service.ike.eap.packet import Code, Packet
from ginnel_service.ike.eap.peer import Outcome, Peer
from ginnel_service.ike.eap.server import Server
from ginnel_service.ike.eap.tls_config import TlsConfig, TlsVersion
from ginnel_service.ike.eap.ttls import Ttls
from ginnel_service.ike.errors import InvalidSyntax, PeerError
from ike.eap.certificates import server_certificate, tls, user_certificate
from ike.eap.ends import USERS, seeded, utc

MAX_STEPS = 16
METHODS = tuple(EapMethod)
CODES = (Code.REQUEST, Code.RESPONSE, Code.SUCCESS, Code.FAILURE, 0)
INNER: tuple[Literal["pap", "mschapv2", "eap"], ...] = ("pap", "mschapv2", "eap")
ANSWERS = (None, "", "correct horse", "battery staple", "x" * 300)


def feed(octets: bytes) -> None:
    script = Script(octets)
    script.pick((_peer, _server, _inside))(script)


@functools.cache
def _tls(choice: int) -> tuple[TlsConfig, TlsConfig]:
    """The peer's and the server's, of TLS 1.3 or of 1.2 only."""
    high: TlsVersion = "1.2" if choice & 8 else "1.3"
    return tls(user_certificate(), high=high), tls(server_certificate(), high=high)


def _config(choice: int) -> EapConfig:
    return EapConfig(
        username="bob",
        password=None if choice & 1 else "correct horse",
        methods=METHODS,
        tls=_tls(choice & 8)[0],
        one_time=bool(choice & 2),
        ttls_inner=INNER[choice % 3],
    )


def _server_config(choice: int) -> EapServerConfig:
    methods = (EapMethod.TLS, EapMethod.MSCHAPV2) if choice & 4 else (EapMethod.MSCHAPV2, EapMethod.TLS)
    return EapServerConfig(methods=methods, lookup=USERS.get, tls=_tls(choice & 8)[1])


def _packet(script: Script, identifier: int, honest: bytes) -> bytes:
    match script.octet() % 3:
        case 0:
            return script.chunk()
        case 1:
            code, kind, data = script.pick(CODES), script.octet(), script.chunk()
            return Packet(code, identifier, kind, data).serialise()  # type: ignore[arg-type]
        case _:
            at = int.from_bytes(script.chunk()[:2], "big")
            put = script.chunk()
            return honest[:at] + put + honest[at + len(put) :]


def _peer(script: Script) -> None:
    choice = script.octet()
    peer, other = Peer(_config(choice), seeded(), utc), Server(_server_config(choice), seeded(2), utc)
    honest, identifier = other.start(), 0
    for _ in range(MAX_STEPS):
        if not script.more:
            break
        identifier = (identifier + 1) % 256
        outcome: Outcome = peer.receive(_packet(script, identifier, honest))
        for _ in range(4):
            if isinstance(outcome, Ask):
                assert outcome.prompt.message.isprintable()
                outcome = peer.answer(script.pick(ANSWERS))
        match outcome:
            case Failed(_, detail):
                assert detail.isprintable()
                assert peer.receive(honest) is outcome
                return
            case Succeeded():
                assert peer.done
                return
            case Reply(packet):
                assert int.from_bytes(packet[2:4], "big") == len(packet)
                answer = other.receive(packet)
                honest = answer.packet


def _server(script: Script) -> None:
    choice = script.octet()
    server, other = Server(_server_config(choice), seeded(2), utc), Peer(_config(choice), seeded(), utc)
    asked = server.start()
    for _ in range(MAX_STEPS):
        if not script.more:
            break
        said = other.receive(asked)
        honest = said.packet if isinstance(said, Reply) else b""
        outcome = server.receive(_packet(script, asked[1], honest))
        if isinstance(outcome, Rejected):
            assert outcome.detail.isprintable()
            assert server.receive(honest) is outcome
            return
        if isinstance(outcome, Accepted):
            assert outcome.identity in (b"bob", b"bob@lab")
            return
        asked = outcome.packet


class _Tunnel:
    """Stands where TLS was: what is fed is what came out of it."""

    version = "1.3"

    def export(self, label: bytes, count: int, context: bytes | None = None) -> bytes:
        return bytes(range(count))


def _inside(script: Script) -> None:
    """What comes out of a tunnel whose other end is hostile: TTLS and PEAP."""
    choice = script.octet()
    ours, _ = _tls(0)
    inner = Peer(_config(choice), seeded(), utc)
    account = Account("bob", "correct horse")
    method = (
        peap.Peap(ours, utc, inner)
        if choice & 0x80
        else Ttls(ours, utc, account, INNER[choice % 3], seeded(), lambda: inner)
    )
    method.msk = bytes(64)
    tunnel = _Tunnel()
    with contextlib.suppress(PeerError):
        method.inside(tunnel, b"")  # type: ignore[arg-type]
        for _ in range(MAX_STEPS):
            if not script.more:
                break
            step = method.inside(tunnel, script.chunk())  # type: ignore[arg-type]
            if isinstance(step, Failed):
                assert step.detail.isprintable()
                return
            if isinstance(step, Ask):
                method.answered(script.pick(ANSWERS[1:]) or "")
            elif isinstance(step, bytes):
                with contextlib.suppress(InvalidSyntax):
                    avps.parse_avps(step)
