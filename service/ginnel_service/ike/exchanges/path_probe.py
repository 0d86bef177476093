"""A probe of the path's MTU (RFC 8899 section 4.1): an INFORMATIONAL request padded to a size.

The padding is a notify of private use, which "MUST be ignored" by whoever does not know it (RFC 7296
section 3.10.1), so any peer answers as it answers a liveness check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..codes import ExchangeType, NotifyType
from ..events import Path
from ..message import Message
from ..payloads import Payload
from ..payloads.notify import NotifyPayload
from .base import Exchange

if TYPE_CHECKING:
    from ..retransmit import ProbeTransmission
    from ..sa import IkeSa
    from ..session import Session

_UDP, _MARKER = 8, 4
_NOTIFY = 8  # octets of a Notify payload without its data


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> None:
    """Heed the size of a probe that the peer sent; its answer is that of any request."""
    padding = message.notify(NotifyType.PATH_PROBE)
    if padding is not None and sa.sealer is not None:
        sealed = sa.sealer.sealed_octets(_NOTIFY + len(padding.data))
        session.prober.peer_probed(_ip_octets(session) + _UDP + _MARKER + sealed, now)


def _ip_octets(session: Session) -> int:
    return 40 if ":" in session.path.remote.host else 20


class PathProbe(Exchange):
    """Asks whether an outer IP packet of `size` octets arrives; the conversation sets `transmission`."""

    type = ExchangeType.INFORMATIONAL
    transmission: ProbeTransmission

    def __init__(self, size: int) -> None:
        self.size = size
        self._asked: Path | None = None
        self._answers = 0
        self._answered_after_s = 0.0

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        assert sa.sealer is not None
        self._asked = session.path
        wanted = self.size - _ip_octets(session) - _UDP - _MARKER
        octets = max(0, wanted - sa.sealer.sealed_octets(_NOTIFY))
        while sa.sealer.sealed_octets(_NOTIFY + octets) < wanted:  # a block cipher's own padding
            octets += 1
        return (NotifyPayload(NotifyType.PATH_PROBE, bytes(octets)),)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        """Before the plain form was sent the answer proves the size; right after it, the contrary."""
        self._answers = 1
        self._answered_after_s = now - self.transmission.first_sent
        if not self._is_about(session):
            session.prober.unclear(now)
        elif not self.transmission.plain_sent:
            session.prober.answered(self.size, now)
        elif self.transmission.plain_sent == 1 and not self.transmission.cut_short:
            session.prober.lost(self.size, now)
        else:
            session.prober.unclear(now)

    def answered_again(self, session: Session, now: float) -> None:
        """More answers than plain forms: a padded one arrived after all, the path was only slow."""
        self._answers += 1
        if self._answers == self.transmission.plain_sent + 1 > 1 and self._is_about(session):
            session.talk.rtt_s = max(session.talk.rtt_s, self._answered_after_s)
            session.prober.answered(self.size, now)

    def _is_about(self, session: Session) -> bool:
        """Whether what becomes known is about the path in use, and about no other."""
        return self._asked == session.path and not self.transmission.spread
