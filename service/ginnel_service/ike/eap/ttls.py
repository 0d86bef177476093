"""EAP-TTLS version 0 (RFC 5281, with TLS 1.3 by RFC 9427): PAP, MSCHAPv2 or EAP inside."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from ..config import RandomBytes
from ..errors import InvalidSyntax
from ..events import Prompt
from . import mschap
from .avps import (
    EAP_MESSAGE,
    MICROSOFT,
    MS_CHAP2_RESPONSE,
    MS_CHAP2_SUCCESS,
    MS_CHAP_CHALLENGE,
    MS_CHAP_ERROR,
    REPLY_MESSAGE,
    USER_NAME,
    USER_PASSWORD,
    Avp,
    parse_avps,
)
from .method import Account, Step
from .mschapv2 import Exchange, failed, parse_failure
from .outcome import Ask, Failed, Reply, Succeeded, printable
from .packet import Code, Packet, Type
from .tls import TlsMethod
from .tls_config import TlsConfig
from .tls_tunnel import Tunnel

if TYPE_CHECKING:
    from .peer import Outcome, Peer

_PASSWORD_BLOCK = 16
_CHALLENGE_OCTETS = 16
_REFUSED = Failed("wrong_password", "the gateway does not accept the user name or the password")


def _chap_error(value: bytes) -> Failed:
    """An MS-CHAP-Error: an identifier and RFC 2759's text, which some servers shorten to a word."""
    try:
        return failed(parse_failure(value[1:]))
    except InvalidSyntax:
        return _REFUSED


class Ttls(TlsMethod):
    """The peer speaks first inside: what `inner` says. `eap` makes the peer of an inner EAP conversation."""

    type = Type.TTLS
    label = b"ttls keying material"

    def __init__(
        self,
        config: TlsConfig,
        utc: Callable[[], float],
        account: Account,
        inner: Literal["pap", "mschapv2", "eap"],
        random: RandomBytes,
        eap: Callable[[], Peer],
    ) -> None:
        super().__init__(config, utc)
        self._account = account
        self._inner = inner
        self._random = random
        self._eap = eap() if inner == "eap" else None
        self._started = False
        self._sent: Exchange | None = None
        self._ident = 0

    def inside(self, tunnel: Tunnel, plain: bytes) -> Step:
        if plain:
            return self._take(parse_avps(plain))
        if self._started:
            return b""
        self._started = True
        if self._eap is not None:
            # EAP inside begins with the peer's identity, unasked (section 11.2.1)
            return self._eap_step(self._eap.receive(Packet(Code.REQUEST, 0, Type.IDENTITY).serialise()))
        if self._account.password is None:
            return Ask(Prompt("password", "", self._account.username))
        return self._log_in(tunnel, self._account.password)

    def answered(self, text: str) -> Step:
        if self._eap is not None:
            return self._eap_step(self._eap.answer(text))
        assert self._tunnel is not None
        if len(text) > mschap.MAX_PASSWORD_CHARACTERS:
            return Ask(Prompt("password", "the password is too long", self._account.username))
        self._account.password = text
        return self._log_in(self._tunnel, text)

    def _log_in(self, tunnel: Tunnel, password: str) -> bytes:
        name = self._account.username.encode("utf-8", "replace")
        if self._inner == "pap":
            self.done = True  # the gateway says the rest by Success or Failure (section 11.2.5)
            self.blame = _REFUSED
            secret = password.encode("utf-8", "replace")
            secret += bytes(-len(secret) % _PASSWORD_BLOCK)
            return Avp(USER_NAME, name).serialise() + Avp(USER_PASSWORD, secret).serialise()
        # the challenge comes out of TLS itself (section 11.1)
        material = tunnel.export(b"ttls challenge", _CHALLENGE_OCTETS + 1)
        challenge, self._ident = material[:_CHALLENGE_OCTETS], material[_CHALLENGE_OCTETS]
        ours, hashed = self._random(_CHALLENGE_OCTETS), mschap.nt_hash(password)
        response = mschap.nt_response(challenge, ours, name, hashed)
        self._sent = Exchange(hashed, challenge, ours, response)
        value = bytes([self._ident, 0]) + ours + bytes(8) + response
        avps = (
            Avp(USER_NAME, name),
            Avp(MS_CHAP_CHALLENGE, challenge, MICROSOFT),
            Avp(MS_CHAP2_RESPONSE, value, MICROSOFT),
        )
        return b"".join(avp.serialise() for avp in avps)

    def _take(self, avps: list[Avp]) -> Step:
        messages = b"".join(avp.value for avp in avps if (avp.vendor, avp.code) == (0, EAP_MESSAGE))
        if messages and self._eap is not None:
            return self._eap_step(self._eap.receive(messages))
        for avp in avps:
            kind = avp.vendor, avp.code
            if kind == (MICROSOFT, MS_CHAP2_SUCCESS) and self._sent is not None:
                return self._proved(avp.value, self._sent)
            if kind == (MICROSOFT, MS_CHAP_ERROR) and self._sent is not None:
                self.blame = _chap_error(avp.value)
            elif kind == (0, REPLY_MESSAGE):
                self.blame = Failed("eap_refused", f"the gateway says: {printable(avp.value)}")
            elif avp.mandatory:
                raise InvalidSyntax(f"AVP {avp.code} of vendor {avp.vendor} inside TTLS")
        return b""

    def _proved(self, value: bytes, sent: Exchange) -> Step:
        name = self._account.username.encode("utf-8", "replace")
        if value[:1] != bytes([self._ident]) or not hmac.compare_digest(
            value[1:43], b"S=" + sent.proof(name)
        ):
            return Failed("authentication_failed", "the gateway does not know the password: it may be false")
        self.done = True
        return b""

    def _eap_step(self, outcome: Outcome) -> Step:
        assert self._eap is not None
        self.done = self._eap.done
        self.blame = self._eap.blame
        if isinstance(outcome, Reply):
            return Avp(EAP_MESSAGE, outcome.packet).serialise()
        if isinstance(outcome, Succeeded):
            return b""
        return outcome
