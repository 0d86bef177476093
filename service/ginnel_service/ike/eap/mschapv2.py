"""EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2, RFC 2759): the peer's side."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from ..config import RandomBytes
from ..errors import InvalidSyntax
from ..events import Prompt
from . import mschap
from .method import Account, Method, Step
from .outcome import Ask, Failed, printable
from .packet import Type

CHALLENGE, RESPONSE, SUCCESS, FAILURE, CHANGE_PASSWORD = 1, 2, 3, 4, 7
HEADER_LENGTH = 4
CHALLENGE_LENGTH = 16
_QUESTIONS = 3  # of one kind, before we let the gateway's failure stand

WRONG_PASSWORD, EXPIRED, NOT_CHANGED = 691, 648, 709
#: RFC 2759 section 6: what an error means to a person.
_ERRORS = {
    646: ("account_disabled", "the account may not connect at this time"),
    647: ("account_disabled", "the account is disabled"),
    EXPIRED: ("password_expired", "the password expired"),
    649: ("account_disabled", "the account has no permission to connect"),
    WRONG_PASSWORD: ("wrong_password", "the user name or the password is wrong"),
    NOT_CHANGED: ("password_expired", "the new password was not accepted"),
}
_FAILURE = re.compile(
    rb"E=(?P<error>\d{1,10})(?: R=(?P<retry>[01]))?(?: C=(?P<challenge>[0-9A-Fa-f]{32}))?(?: V=\d{1,10})?"
    rb"(?: M=(?P<message>.*))?",
    re.DOTALL,
)


class FailureMessage(NamedTuple):
    error: int
    retry: bool
    challenge: bytes | None
    message: str


def parse_failure(text: bytes) -> FailureMessage:
    """The text of a Failure packet (RFC 2759 section 6). Raises InvalidSyntax."""
    found = _FAILURE.match(text)
    if found is None:
        raise InvalidSyntax("an MSCHAPv2 failure without an error code")
    challenge = found["challenge"]
    return FailureMessage(
        int(found["error"]),
        found["retry"] == b"1",
        bytes.fromhex(challenge.decode()) if challenge else None,
        printable(found["message"] or b""),
    )


def failed(failure: FailureMessage) -> Failed:
    """What an error code means."""
    code, words = _ERRORS.get(failure.error, ("eap_refused", "the gateway refused MSCHAPv2"))
    said = f", the gateway says: {failure.message}" if failure.message else ""
    return Failed(code, f"{words} (error {failure.error}{said})")


def packet(operation: int, identifier: int, body: bytes) -> bytes:
    """Type data of EAP-MSCHAPv2: OpCode, MS-CHAPv2-ID, MS-Length, and the rest."""
    return bytes([operation, identifier]) + (HEADER_LENGTH + len(body)).to_bytes(2, "big") + body


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the authenticator response and the keys are made of."""

    hashed: bytes = field(repr=False)  # as good as the password
    server_challenge: bytes
    peer_challenge: bytes
    response: bytes

    def proof(self, username: bytes) -> bytes:
        return mschap.authenticator_response(
            self.hashed, self.response, self.peer_challenge, self.server_challenge, username
        )


class MschapV2(Method):
    type = Type.MSCHAPV2

    def __init__(self, account: Account, random: RandomBytes) -> None:
        super().__init__()
        self._account = account
        self._random = random
        self._challenge = b""
        self._identifier = 0  # of the MSCHAPv2 packet that we answer
        self._sent: Exchange | None = None
        self._asked = {"password": 0, "new_password": 0}
        self._asking = ""
        self._over = False

    def receive(self, data: bytes, identifier: int) -> Step:
        if len(data) < HEADER_LENGTH:
            raise InvalidSyntax(f"an MSCHAPv2 packet of {len(data)} octets")
        if self.done or self._over:
            raise InvalidSyntax("MSCHAPv2 goes on after its end")
        operation, self._identifier, body = data[0], data[1], data[HEADER_LENGTH:]
        if operation == CHALLENGE and self._sent is None:
            return self._challenged(body)
        if operation == SUCCESS and self._sent is not None:
            return self._succeeded(body, self._sent)
        if operation == FAILURE and self._sent is not None:
            return self._refused(parse_failure(body))
        raise InvalidSyntax(f"MSCHAPv2 operation {operation} out of turn")

    def answer(self, text: str) -> Step:
        if len(text) > mschap.MAX_PASSWORD_CHARACTERS:
            return self._ask(self._asking, "the password is too long")
        if self._asking == "new_password":
            return self._change(text)
        self._account.password = text
        return self._respond()

    def _challenged(self, body: bytes) -> Step:
        if len(body) < 1 + CHALLENGE_LENGTH or body[0] != CHALLENGE_LENGTH:
            raise InvalidSyntax("an MSCHAPv2 challenge that is not 16 octets long")
        self._challenge = body[1 : 1 + CHALLENGE_LENGTH]
        if self._account.password is None:
            return self._ask("password", "")
        return self._respond()

    def _respond(self) -> bytes:
        exchange, value = self._prove(self._account.password or "")
        self._sent = exchange
        body = bytes([len(value)]) + value + self._username()
        return packet(RESPONSE, self._identifier, body)

    def _prove(self, password: str) -> tuple[Exchange, bytes]:
        """The 49 octets of a response (RFC 2759 section 4): challenge, 8 reserved, NT-Response, flags."""
        hashed = mschap.nt_hash(password)
        ours = self._random(CHALLENGE_LENGTH)
        response = mschap.nt_response(self._challenge, ours, self._username(), hashed)
        return Exchange(hashed, self._challenge, ours, response), ours + bytes(8) + response + b"\0"

    def _succeeded(self, body: bytes, sent: Exchange) -> Step:
        # "The authenticating peer MUST verify the authenticator response" (RFC 2759 section 5)
        said = body[2:42] if body[:2] == b"S=" else b""
        if not hmac.compare_digest(said.upper(), sent.proof(self._username())):
            return Failed("authentication_failed", "the gateway does not know the password: it may be false")
        self.done = True
        self.blame = None
        self.msk = mschap.msk(sent.hashed, sent.response)
        return bytes([SUCCESS])

    def _refused(self, failure: FailureMessage) -> Step:
        self.blame = failed(failure)
        if failure.challenge is not None:
            self._challenge = failure.challenge
        changing = failure.error == EXPIRED or (failure.error == NOT_CHANGED and failure.retry)
        kind = "new_password" if changing else "password"
        again = changing or (failure.error == WRONG_PASSWORD and failure.retry)
        if again and self._asked[kind] < _QUESTIONS:
            # "the Identifier of the received Failure packet [...] plus 1" (RFC 2759 section 7)
            self._identifier = (self._identifier + 1) % 256
            return self._ask(kind, failure.message)
        self._over = True
        return bytes([FAILURE])

    def _ask(self, kind: str, message: str) -> Ask:
        self._asking = kind
        self._asked[kind] += 1
        words = self._account.username
        return Ask(Prompt("new_password" if kind == "new_password" else "password", message, words))

    def _change(self, new: str) -> bytes:
        """Change-Password (RFC 2759 section 7)."""
        old_hash, new_hash = mschap.nt_hash(self._account.password or ""), mschap.nt_hash(new)
        self._sent, value = self._prove(new)
        self._account.password = new
        block = mschap.encrypted_password(new, old_hash, self._random(512))
        body = block + mschap.encrypted_hash(old_hash, new_hash) + value[:-1] + bytes(2)
        return packet(CHANGE_PASSWORD, self._identifier, body)

    def _username(self) -> bytes:
        return self._account.username.encode("utf-8", "replace")
