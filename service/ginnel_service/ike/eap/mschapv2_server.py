"""EAP-MSCHAPv2: the server's side. Unknown users and wrong passwords look alike from outside."""

from __future__ import annotations

import hmac

from ..config import RandomBytes
from ..errors import InvalidSyntax
from . import mschap
from .config import EapServerConfig
from .mschapv2 import (
    CHALLENGE,
    CHALLENGE_LENGTH,
    FAILURE,
    HEADER_LENGTH,
    RESPONSE,
    SUCCESS,
    WRONG_PASSWORD,
    Exchange,
    packet,
)
from .outcome import printable
from .server_method import ServerMethod, ServerStep, Verdict

_VALUE_LENGTH = 49


class MschapV2Server(ServerMethod):
    def __init__(self, config: EapServerConfig, random: RandomBytes) -> None:
        self._config = config
        self._random = random
        self._challenge = random(CHALLENGE_LENGTH)
        self._identifier = random(1)[0]
        self._tries = config.password_tries
        self._passed: Verdict | None = None

    def start(self) -> bytes:
        body = bytes([CHALLENGE_LENGTH]) + self._challenge + self._config.name
        return packet(CHALLENGE, self._identifier, body)

    def receive(self, data: bytes) -> ServerStep:
        operation = data[0] if data else 0
        if self._passed is not None:
            if operation == SUCCESS:
                return self._passed
            return Verdict(detail="the peer did not believe our MSCHAPv2 success")
        if operation == FAILURE:
            return Verdict(detail="the peer gave up")
        if operation != RESPONSE:
            raise InvalidSyntax(f"MSCHAPv2 operation {operation} out of turn")
        body = data[HEADER_LENGTH:]
        if len(body) < 1 + _VALUE_LENGTH or body[0] != _VALUE_LENGTH:
            raise InvalidSyntax("an MSCHAPv2 response that is not 49 octets long")
        return self._check(body[1:50], body[50:])

    def _check(self, value: bytes, name: bytes) -> ServerStep:
        secret = self._config.lookup(name)
        # a stand-in takes as long as a password
        password = secret if secret is not None else self._random(16).hex().encode()
        hashed = mschap.nt_hash(password.decode("utf-8", "replace"))
        theirs, response = value[:CHALLENGE_LENGTH], value[24:48]
        wanted = mschap.nt_response(self._challenge, theirs, name, hashed)
        if not hmac.compare_digest(wanted, response) or secret is None:
            return self._refuse(name)
        exchange = Exchange(hashed, self._challenge, theirs, response)
        self._passed = Verdict(mschap.msk(hashed, response), name)
        return packet(SUCCESS, self._identifier, b"S=" + exchange.proof(name) + b" M=Welcome")

    def _refuse(self, name: bytes) -> ServerStep:
        self._tries -= 1
        if self._tries <= 0:
            # EAP-Failure says it all: Windows does not answer an MSCHAPv2 failure without retry
            return Verdict(detail=f"wrong user name or password for {printable(name)}")
        self._challenge = self._random(CHALLENGE_LENGTH)
        self._identifier = (self._identifier + 1) % 256
        text = f"E={WRONG_PASSWORD} R=1 C={self._challenge.hex().upper()} V=3 M=Authentication failed"
        return packet(FAILURE, self._identifier, text.encode())
