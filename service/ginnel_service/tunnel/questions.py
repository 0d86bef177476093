"""What a person is asked beside the gateway's questions: whom to trust, and what opens a PKCS#12 file.

Both are asked while no session waits for the answer, for no gateway would wait as long as a person may take.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ..ike.config import SessionConfig
from ..ike.events import Prompt
from ..profiles.certificates import PasswordNeededError, UnusableError
from ..profiles.model import Profile
from .errors import TunnelError
from .wants import Wants

#: How often in one `up` a person may be shown another certificate, or be wrong about a password.
TRIES: Final = 3


def may_ask_trust(profile: Profile) -> bool:
    """Whether a person may trust what no root vouches for: not where the profile says whom to trust."""
    remote = profile.remote
    named = remote.ca or remote.pin
    return remote.ask_trust and not named and profile.remote_method == "certificate"


class Trust:
    """Of one connection between `up` and `down`. A certificate that was trusted stays so until then."""

    def __init__(self, wants: Wants, *, ask: bool) -> None:
        self.certificate = b""  # DER, that the person trusts
        self.remember = False  # and for good
        self.refused = False
        self._wants = wants
        self._left = TRIES if ask else 0

    def connected(self) -> None:
        """It works: a certificate that changes from now on is none to ask about."""
        self._left = 0

    def concerns(self, error: TunnelError | None) -> bool:
        """Whether a person's trust is what an attempt lacked."""
        return error is not None and bool(error.certificate) and self._left > 0

    async def ask(self, error: TunnelError, *, limit_s: float | None) -> bool:
        """Whether the certificate of `error` is trusted by now."""
        self._left -= 1
        answer = await self._wants.ask(Prompt("certificate", certificate=error.certificate), limit_s=limit_s)
        if answer != fingerprint(error.certificate):
            self._left, self.refused = 0, True
            return False
        self.certificate, self.remember = error.certificate, self._wants.keep
        return True


@dataclass(frozen=True, slots=True)
class Locked:
    """A credential whose PKCS#12 file is still locked.

    `open` makes the session's configuration with the password, away from the event loop, and raises
    UnusableError, ProfileError. `stored`: a password that was kept.
    """

    open: Callable[[str], Awaitable[SessionConfig]]
    stored: str = field(default="", repr=False)

    async def unlock(self, wants: Wants, *, limit_s: float | None) -> tuple[SessionConfig, str]:
        """The configuration, and a password that the person wants kept. Raises TunnelError."""
        try:
            return await self.open(self.stored), ""
        except PasswordNeededError:
            message = ""
        except UnusableError as error:
            raise TunnelError("pkcs12_unusable", detail=str(error)) from None
        for _ in range(TRIES):
            password = await wants.ask(Prompt("pkcs12", message), limit_s=limit_s)
            if password is None:
                raise TunnelError("prompt_unanswered")
            try:
                return await self.open(password), password if wants.keep else ""
            except PasswordNeededError as error:
                message = f"That did not work: {error}."
            except UnusableError as error:
                raise TunnelError("pkcs12_unusable", detail=str(error)) from None
        raise TunnelError("pkcs12_unusable", detail="it does not open with the passwords that were given")


def fingerprint(certificate: bytes) -> str:
    """What names a certificate to a person: SHA-256 in lower-case hexadecimal."""
    return sha256(certificate).hexdigest()
