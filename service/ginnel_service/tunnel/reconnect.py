"""When a lost connection is tried again. Pure: no clock, no randomness of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: The defaults of RFC 5685 section 7.
MAX_REDIRECTS: Final = 5
REDIRECT_PERIOD_S: Final = 300.0

#: Causes that another attempt cannot cure: a person has to change something first.
PERMANENT: Final = frozenset(
    {
        "authentication_failed",
        "identity_mismatch",
        "wrong_password",
        "password_expired",
        "account_disabled",
        "eap_refused",
        "eap_method_unsupported",
        "eap_tls_failed",
        "prompt_unanswered",
        "server_certificate",
        "certificate_expired",
        "certificate_not_yet_valid",
        "certificate_untrusted",
        "certificate_revoked",
        "certificate_broken",
        "certificate_missing",
        "certificate_purpose",
        "certificate_weak",
        "certificate_identity",
        "sha1_only",
        "ppk_required",
        "no_proposal_chosen",
        "ts_unacceptable",
        "profile_invalid",
        "tun_not_permitted",
        "network_refused",
        "dns_refused",
        "internal_error",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Waits grow from `base_s` by `factor` to `limit_s`; `jitter` spreads many clients of one gateway."""

    base_s: float = 5.0
    factor: float = 2.0
    limit_s: float = 120.0
    jitter: float = 0.2
    settled_s: float = 60.0  # a connection that held so long starts the waits afresh

    def delay_s(self, attempt: int, chance: float) -> float:
        """The wait before attempt number `attempt` (0 is the first retry); `chance` is uniform in [0, 1)."""
        # The exponent is bounded too: a float overflows after a thousand attempts.
        wait = min(self.limit_s, self.base_s * self.factor ** min(attempt, 64))
        return wait * (1 + self.jitter * (2 * chance - 1))


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


def may_retry(code: str, *, was_connected: bool) -> bool:
    """Whether a connection that ended with `code` is tried again: only one that worked before."""
    return was_connected and code not in PERMANENT
