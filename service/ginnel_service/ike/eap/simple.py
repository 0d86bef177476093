"""Methods of one message and no key: GTC (RFC 3748 section 5.6) and MD5-Challenge (section 5.4)."""

from __future__ import annotations

import hashlib

from ..errors import InvalidSyntax
from ..events import Prompt
from .method import Account, Method, Step
from .outcome import Ask, Failed, printable
from .packet import Type

_REFUSED = Failed("wrong_password", "the gateway does not accept the user name, the password or the code")


class Gtc(Method):
    """A token's code, or a plain password: the stored one answers the first request, the person the others.

    `done` after the first answer, for the gateway alone knows how many requests there are.
    """

    type = Type.GTC

    def __init__(self, account: Account, *, one_time: bool) -> None:
        super().__init__()
        self._account = account
        self._asks = one_time  # for a code, not for a password
        self._takes_password = False

    def receive(self, data: bytes, identifier: int) -> Step:
        password = self._account.password
        if not self._asks and password is not None:
            return self._send(password)
        message = printable(data)
        self._takes_password = not self._asks
        kind = "password" if self._takes_password and "passw" in message.lower() else "otp"
        return Ask(Prompt("password" if kind == "password" else "otp", message, self._account.username))

    def answer(self, text: str) -> Step:
        return self._send(text)

    def _send(self, text: str) -> bytes:
        self._asks = True
        self.done = True
        self.blame = _REFUSED
        return text.encode("utf-8", "replace")


class Md5(Method):
    type = Type.MD5

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._challenge = b""
        self._identifier = 0

    def receive(self, data: bytes, identifier: int) -> Step:
        if not data or not 0 < data[0] < len(data):
            raise InvalidSyntax("an MD5 challenge without a value")
        self._challenge, self._identifier = data[1 : 1 + data[0]], identifier
        if self._account.password is None:
            return Ask(Prompt("password", "", self._account.username))
        return self.answer(self._account.password)

    def answer(self, text: str) -> Step:
        self._account.password = text
        self.done = True
        self.blame = _REFUSED
        secret = text.encode("utf-8", "replace")
        hashed = hashlib.md5(bytes([self._identifier]) + secret + self._challenge, usedforsecurity=False)
        username = self._account.username.encode("utf-8", "replace")
        return bytes([hashed.digest_size]) + hashed.digest() + username
