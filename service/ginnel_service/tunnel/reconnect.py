"""When a connection that ended is tried again. Pure: no clock, no randomness of its own.

Causes are of four kinds. Some pass by themselves. Some say that the gateway, or we, could not prove who is
who: that may pass, too, where an administrator or a directory is slow, but is asked for more gently. Some are
about what the person said, and wait for the person. The rest wait until somebody changes something.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

#: The defaults of RFC 5685 section 7.
MAX_REDIRECTS: Final = 5
REDIRECT_PERIOD_S: Final = 300.0

BASE_S: Final = 5.0
USER_BASE_S: Final = 10.0
#: In a row, before a password that led to a connection counts as wrong: more would lock the account.
TRUSTED_TRIES: Final = 3

#: The gateway did not accept us, and does not say that what the person said was wrong.
USER_AUTHENTICATION: Final = frozenset({"authentication_failed", "eap_refused"})
#: The gateway's proof was not good enough.
SERVER_AUTHENTICATION: Final = frozenset(
    {
        "identity_mismatch",
        "eap_tls_failed",
        "server_certificate",
        "certificate_expired",
        "certificate_not_yet_valid",
        "certificate_untrusted",
        "certificate_broken",
        "certificate_missing",
        "certificate_purpose",
        "certificate_weak",
        "certificate_identity",
        "revocation_unknown",
    }
)
#: What the person said is wrong, or nobody said anything.
NEEDS_PERSON: Final = frozenset(
    {"wrong_password", "password_expired", "account_disabled", "prompt_unanswered"}
)
#: Who looks after the machine's DNS may be away for a moment, at boot or as it is updated.
OF_THE_MACHINE: Final = frozenset({"dns_refused"})
#: Causes that another attempt cannot cure: somebody has to change something first.
PERMANENT: Final = frozenset(
    {
        "eap_method_unsupported",
        "certificate_revoked",
        "sha1_only",
        "ppk_required",
        "no_proposal_chosen",
        "ts_unacceptable",
        "profile_invalid",
        "tun_not_permitted",
        "network_refused",
        "internal_error",
    }
)


class Next(Enum):
    """What follows an attempt."""

    RETRY = "retry"
    ASK = "ask"  # the person, before the gateway hears anything again
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Waits grow from the cause's own by `factor` to `limit_s`; `jitter` spreads a gateway's clients."""

    factor: float = 2.0
    limit_s: float = 120.0
    jitter: float = 0.2
    settled_s: float = 60.0  # a connection that held so long starts the waits afresh

    def delay_s(self, attempt: int, chance: float, code: str = "") -> float:
        """The wait before attempt number `attempt` (0 is the first retry); `chance` is uniform in [0, 1)."""
        base_s = USER_BASE_S if code in USER_AUTHENTICATION else BASE_S
        # The exponent is bounded too: a float overflows after a thousand attempts.
        wait = min(self.limit_s, base_s * self.factor ** min(attempt, 64))
        return wait * (1 + self.jitter * (2 * chance - 1))


class Patience:
    """Of one connection between `up` and `down`: how often it was tried, and whether it is again.

    With `stubborn` also what never came up is tried again: nobody waits to be told.
    """

    def __init__(
        self,
        back_off: BackOff | None = None,
        *,
        enabled: bool = True,
        tries: int = 0,
        stubborn: bool = False,
        asks: bool = False,
    ) -> None:
        """`tries` in a row, 0 for ever; `asks`: a person can say another password."""
        self._back_off = back_off or BackOff()
        self._enabled = enabled
        self._tries = tries
        self._stubborn = stubborn
        self._asks = asks
        self._worked = False
        self._count = 0
        self._refusals = 0

    def connected(self, held_s: float) -> None:
        """The last attempt led to a connection, which held so long."""
        self._worked = True
        self._refusals = 0
        if held_s >= self._back_off.settled_s:
            self._count = 0

    def after(self, code: str) -> Next:
        """What follows an attempt that ended with `code`; "" where the gateway closed the connection."""
        if not self._enabled or not (self._worked or self._stubborn) or code in PERMANENT:
            return Next.STOP
        if code in NEEDS_PERSON:
            return Next.ASK if self._asks else Next.STOP
        if code in USER_AUTHENTICATION:
            self._refusals += 1
            if self._asks and self._refusals >= (TRUSTED_TRIES if self._worked else 1):
                return Next.ASK
        if self._tries and self._count >= self._tries:
            return Next.STOP
        return Next.RETRY

    def trusts_password(self, code: str) -> bool:
        """Whether a password that led to a connection is said again although an attempt ended with `code`."""
        return self._worked and code in USER_AUTHENTICATION and self._refusals < TRUSTED_TRIES

    def wait_s(self, code: str, chance: float) -> float:
        """Before the next attempt, which counts from now on."""
        self._count += 1
        return self._back_off.delay_s(self._count - 1, chance, code)

    def uncounted(self) -> None:
        """The last attempt had no network to succeed in."""
        self._count = max(0, self._count - 1)

    def answered(self) -> None:
        """The person said something new."""
        self._count = self._refusals = 0


class Redirects:
    """How often gateways may send us elsewhere: "no more than MAX_REDIRECTS within a short time period"
    (RFC 5685 section 7)."""

    def __init__(self) -> None:
        self._at: list[float] = []

    def allows(self, now: float) -> bool:
        """Whether to follow one more, at `now`, which counts from then on."""
        self._at = [at for at in self._at if now - at < REDIRECT_PERIOD_S]
        if len(self._at) >= MAX_REDIRECTS:
            return False
        self._at.append(now)
        return True


def may_resume(code: str) -> bool:
    """Whether a session that ended with `code` is worth coming back to, and so must not be deleted."""
    return code not in (
        PERMANENT | OF_THE_MACHINE | NEEDS_PERSON | USER_AUTHENTICATION | SERVER_AUTHENTICATION
    )
