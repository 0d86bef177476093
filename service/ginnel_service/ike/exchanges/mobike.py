"""The INFORMATIONAL exchanges of MOBIKE (RFC 4555 sections 3.5 to 3.9), both sides of each."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from .. import natt
from ..codes import ExchangeType, NotifyType
from ..errors import InvalidSyntax, SessionError
from ..events import Path
from ..message import Message
from ..payloads import Payload
from ..payloads.notify import NotifyPayload
from .base import Exchange, first_error

if TYPE_CHECKING:
    from ..sa import IkeSa
    from ..session import Session

COOKIE_OCTETS: Final = 16
#: "MUST be between 8 and 64 octets in length (inclusive)" (section 4.2.5)
COOKIE_LENGTHS: Final = range(8, 65)


class UpdateAddresses(Exchange):
    """The initiator says where it is, by the addresses that the message itself bears (section 3.5)."""

    type = ExchangeType.INFORMATIONAL
    brisk = True

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        mobility = session.mobility
        if not mobility.update_due:
            return None
        mobility.update_due = False
        self.sent_on = session.path
        self.cookie = session.random(COOKIE_OCTETS)
        return (
            NotifyPayload(NotifyType.UPDATE_SA_ADDRESSES),
            *mobility.detection(),
            NotifyPayload(NotifyType.COOKIE2, self.cookie),
            *mobility.address_notifies(),
        )

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        mobility = session.mobility
        if not _cookie_is_back(session, sa, message, self.cookie, now):
            return
        if mobility.update_due or session.path != self.sent_on:
            return  # the addresses changed again: this answer tells of the past
        error = first_error(message)
        if error is not None and error.notify == NotifyType.UNEXPECTED_NAT_DETECTED:
            mobility.nat_in_the_way(self.sent_on, now)
        elif error is not None:
            mobility.refused(self.sent_on, now)
        else:
            notifies = message.all(NotifyPayload)
            found, nat_local, nat_remote = natt.detect(notifies, sa.spi_i, sa.spi_r, session.path)
            if found:
                _compare(session, sa, message, now, expected=True)
                mobility.updated(nat_local=nat_local, nat_remote=nat_remote)

    def renewed(self, session: Session) -> Exchange | None:
        session.mobility.update_due = True
        return UpdateAddresses()


class ReturnRoutability(Exchange):
    """The responder asks along a new path, with a cookie that nobody can guess, whether the peer is there."""

    type = ExchangeType.INFORMATIONAL
    brisk = True

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...] | None:
        self.path = session.mobility.unproven
        if self.path is None:
            return None
        self.cookie = session.random(COOKIE_OCTETS)
        return (NotifyPayload(NotifyType.COOKIE2, self.cookie),)

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        assert self.path is not None
        if _cookie_is_back(session, sa, message, self.cookie, now):
            session.mobility.checked(self.path, session.talk.arrival, now)

    def renewed(self, session: Session) -> Exchange | None:
        return ReturnRoutability()


class AnnounceAddresses(Exchange):
    """A new list of our addresses beside the one that the message leaves from (section 3.6)."""

    type = ExchangeType.INFORMATIONAL

    def request(self, session: Session, sa: IkeSa, now: float) -> tuple[Payload, ...]:
        return session.mobility.address_notifies()

    def response(self, session: Session, sa: IkeSa, message: Message, now: float) -> None:
        pass

    def renewed(self, session: Session) -> Exchange | None:
        return AnnounceAddresses()


def handle(session: Session, sa: IkeSa, message: Message, now: float) -> tuple[Payload, ...]:
    """The MOBIKE part of the answer to any INFORMATIONAL request. Raises InvalidSyntax."""
    mobility, arrival = session.mobility, session.talk.arrival
    if not mobility.agreed:
        return ()
    answer: list[Payload] = []
    cookie = message.notify(NotifyType.COOKIE2)
    if cookie is not None:
        if len(cookie.data) not in COOKIE_LENGTHS:
            raise InvalidSyntax("COOKIE2 of a wrong length")
        answer.append(NotifyPayload(NotifyType.COOKIE2, cookie.data))  # "MUST copy" (section 3.7)
    forbidden = message.notify(NotifyType.NO_NATS_ALLOWED)
    if forbidden is not None and forbidden.data != _no_nats(arrival):
        # "MUST NOT use the contents [...] for any other purpose" (section 3.9)
        return (NotifyPayload(NotifyType.UNEXPECTED_NAT_DETECTED), *answer)
    update = message.notify(NotifyType.UPDATE_SA_ADDRESSES) is not None and session.is_responder
    if (
        update and not arrival.encapsulated and not arrival.stream
    ):  # our ESP needs the port that it shares with IKE
        return (NotifyPayload(NotifyType.UNACCEPTABLE_ADDRESSES), *answer)
    found, nat_local, nat_remote = natt.detect(message.all(NotifyPayload), sa.spi_i, sa.spi_r, arrival)
    if found:  # "the responder MUST also include them in the response" (section 3.8)
        answer += natt.detection_notifies(
            sa.spi_i,
            sa.spi_r,
            arrival,
            force=session.config.force_encapsulation,
            random=session.random,
        )
    mobility.take_addresses(message)
    if update:
        if found:
            session.nat_local, session.nat_remote = nat_local, nat_remote
        mobility.peer_updated(arrival, now)
    return tuple(answer)


def _cookie_is_back(session: Session, sa: IkeSa, message: Message, cookie: bytes, now: float) -> bool:
    """ "If the values do not match, the IKE_SA MUST be closed" (section 3.7)."""
    found = message.notify(NotifyType.COOKIE2)
    if found is not None and hmac.compare_digest(found.data, cookie):
        return True
    error = SessionError("invalid_peer_message", "the peer did not return COOKIE2")
    session.fail_with_delete(sa, error, now)
    return False


def compare_mapping(session: Session, sa: IkeSa, message: Message, now: float) -> None:
    """Whether the peer still sees us where it did (section 3.8)."""
    _compare(session, sa, message, now, expected=False)


def _compare(session: Session, sa: IkeSa, message: Message, now: float, *, expected: bool) -> None:
    seen = message.notify(NotifyType.NAT_DETECTION_DESTINATION_IP)
    if seen is not None:
        unmapped = natt.detection_hash(sa.spi_i, sa.spi_r, session.talk.arrival.local)
        session.mobility.seen_as(seen.data, unmapped, now, expected=expected)


def _no_nats(arrival: Path) -> bytes:
    """The NO_NATS_ALLOWED data of a message that came unchanged (section 4.2.6)."""
    ends = (arrival.remote, arrival.local)
    addresses = b"".join(ip_address(end.host.split("%", 1)[0]).packed for end in ends)
    return addresses + b"".join(end.port.to_bytes(2, "big") for end in ends)
