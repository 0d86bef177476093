"""The tickets that a gateway gives (RFC 5723): sealed states of its IKE SAs, which it then need not keep.

A ticket is version | key id | IV | AES-256-GCM over the state. Its keys live in memory only, so that nothing
on a disk opens what was recorded; after a restart every ticket is refused, which costs its owner one round
trip. Times are seconds of the steady clock that the responder is given.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .codes import NotifyType
from .config import RandomBytes
from .errors import PeerError
from .events import IkeSuite
from .payloads.identity import Identity
from .payloads.notify import NotifyPayload
from .wire import Reader

if TYPE_CHECKING:
    from .sa import IkeSa
    from .session import Session

VERSION: Final = 1
KEY_ID_OCTETS: Final = 4
IV_OCTETS: Final = 12  # also the ticket's name
#: A key seals for so long and opens for twice as long; no ticket is good for longer than this.
KEY_LIFETIME_S: Final = 24 * 3600.0
#: A ticket that would be good for less is not worth its octets.
LEAST_S: Final = 10.0
MAX_OCTETS: Final = 1024  # it has to fit one datagram with all else
#: Good tickets of one session. It asks for the next at half the life of one, and after each rekey.
GIVEN_MAX: Final = 16
#: Tickets that were used or taken back, remembered until they expire; beyond that the oldest is forgotten.
SPENT_MAX: Final = 20_000
_HEAD: Final = 1 + KEY_ID_OCTETS
_NUMBERS: Final = struct.Struct("!ddBHHHHHB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who a session's peer is and how that was shown: what its tickets stand for."""

    id_i: Identity
    id_r: Identity
    who: Identity  # the name that was proven, which EAP may make another than IDi
    eap: bool
    ppk: bool
    authenticated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumable:
    """What an accepted ticket held; `name` tells it from any other."""

    name: bytes
    grant: Grant
    suite: IkeSuite
    sk_d: bytes = field(repr=False)
    expires: float


class TicketOffice:
    """Issues tickets, opens them, and remembers which are void. `forget` ends a session without a word."""

    def __init__(self, random: RandomBytes, now: float, forget: Callable[[Session], None]) -> None:
        self._random = random
        self._forget = forget
        self._keys: dict[bytes, AESGCM] = {}  # the newest last
        self._changed = now
        self._given: dict[Session, dict[bytes, float]] = {}
        self._holders: dict[bytes, Session] = {}
        self._spent: dict[bytes, float] = {}
        self._new_key(now)

    # What a session asks

    def issue(self, session: Session, sa: IkeSa, now: float) -> NotifyPayload:
        """TICKET_LT_OPAQUE for the IKE SA on which it was asked for, or TICKET_NACK."""
        grant = session.grant
        if grant is None or sa.suite is None or sa.keys is None:
            return NotifyPayload(NotifyType.TICKET_NACK)
        config = session.config
        # "the minimum of the IKE SA lifetime [...] and its re-authentication time" (section 6.2)
        limit_s = min(config.resumption_s, config.timing.reauth_s or config.resumption_s)
        until_proof = grant.authenticated + limit_s - now
        lifetime_s = int(min(config.timing.ike_lifetime_s, until_proof, KEY_LIFETIME_S))
        if lifetime_s < LEAST_S:
            return NotifyPayload(NotifyType.TICKET_NACK)
        if self._held(session, now) >= GIVEN_MAX:
            return NotifyPayload(NotifyType.TICKET_NACK)
        name, expires = self._random(IV_OCTETS), now + lifetime_s
        opaque = self._seal(name, _serialise(grant, sa.suite, sa.keys.d, expires), now)
        if len(opaque) > MAX_OCTETS:
            return NotifyPayload(NotifyType.TICKET_NACK)
        self._given.setdefault(session, {})[name] = expires
        self._holders[name] = session
        return NotifyPayload(NotifyType.TICKET_LT_OPAQUE, lifetime_s.to_bytes(4, "big") + opaque)

    def open(self, opaque: bytes, now: float) -> Resumable | None:
        """What is in a ticket; None for one that is forged, expired, used, or of a key that is gone."""
        self._renew(now)
        key = self._keys.get(opaque[1:_HEAD])
        name = opaque[_HEAD : _HEAD + IV_OCTETS]
        if key is None or not opaque.startswith(bytes([VERSION])) or len(name) < IV_OCTETS:
            return None
        if len(opaque) > MAX_OCTETS or name in self._spent:
            return None
        try:
            found = _parse(name, key.decrypt(name, opaque[_HEAD + IV_OCTETS :], opaque[:_HEAD]))
        except (InvalidTag, PeerError):
            return None
        return found if now < found.expires else None

    def spend(self, found: Resumable) -> bool:
        """An IKE SA comes of a ticket: it is used up, unless it was before (False).

        Of the session that it was given to "the old SA SHOULD be silently deleted" (section 4.3.4).
        """
        if found.name in self._spent:
            return False
        self._void(found.name, found.expires)
        holder = self._holders.get(found.name)
        if holder is not None:
            self._forget(holder)
        return True

    def ended(self, session: Session, *, lost: bool) -> None:
        """`session` is over. Unless its peer was `lost`, its tickets are void from now on."""
        for name, expires in self._given.pop(session, {}).items():
            del self._holders[name]
            if not lost:
                self._void(name, expires)

    # Its memory

    def _held(self, session: Session, now: float) -> int:
        """How many good tickets `session` has; what expired is forgotten."""
        given = self._given.get(session, {})
        for name in [name for name, expires in given.items() if expires <= now]:
            del given[name], self._holders[name]
        return len(given)

    def _void(self, name: bytes, expires: float) -> None:
        self._spent[name] = expires
        if len(self._spent) > SPENT_MAX:
            del self._spent[next(iter(self._spent))]

    def _renew(self, now: float) -> None:
        if now - self._changed >= KEY_LIFETIME_S:
            self._new_key(now)

    def _new_key(self, now: float) -> None:
        # Two generations. One that nobody used for two lifetimes has no ticket that is still good.
        kept = list(self._keys.items())[-1:] if now - self._changed < 2 * KEY_LIFETIME_S else []
        self._spent = {name: expires for name, expires in self._spent.items() if expires > now}
        self._keys = dict([*kept, (self._random(KEY_ID_OCTETS), AESGCM(self._random(32)))])
        self._changed = now

    def _seal(self, name: bytes, state: bytes, now: float) -> bytes:
        self._renew(now)
        key_id, key = list(self._keys.items())[-1]
        head = bytes([VERSION]) + key_id
        return head + name + key.encrypt(name, state, head)


def _serialise(grant: Grant, suite: IkeSuite, sk_d: bytes, expires: float) -> bytes:
    flags = grant.eap | grant.ppk << 1
    numbers = (suite.encr, suite.key_bits, suite.integ, suite.prf, suite.ke, len(suite.more_ke))
    parts = [_NUMBERS.pack(expires, grant.authenticated, flags, *numbers)]
    parts += [method.to_bytes(2, "big") for method in suite.more_ke]
    for octets in (suite.name.encode(), sk_d):
        parts += [len(octets).to_bytes(2, "big"), octets]
    for identity in (grant.id_i, grant.id_r, grant.who):
        parts += [bytes([identity.type]), len(identity.data).to_bytes(2, "big"), identity.data]
    return b"".join(parts)


def _parse(name: bytes, state: bytes) -> Resumable:
    """Raises PeerError, which takes a key of another version of this program."""
    reader = Reader(memoryview(state))
    numbers = _NUMBERS.unpack(reader.take(_NUMBERS.size))
    expires, authenticated, flags, encr, key_bits, integ, prf, ke, more = numbers
    more_ke = tuple(reader.u16() for _ in range(more))
    suite_name = bytes(reader.take(reader.u16())).decode()
    sk_d = bytes(reader.take(reader.u16()))
    id_i, id_r, who = (Identity(reader.u8(), bytes(reader.take(reader.u16()))) for _ in range(3))
    grant = Grant(
        id_i=id_i,
        id_r=id_r,
        who=who,
        eap=bool(flags & 1),
        ppk=bool(flags & 2),
        authenticated=authenticated,
    )
    suite = IkeSuite(encr, key_bits, integ, prf, ke, suite_name, more_ke)
    return Resumable(name=name, grant=grant, suite=suite, sk_d=sk_d, expires=expires)
