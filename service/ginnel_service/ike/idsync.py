"""Message ID synchronisation (RFC 6311): a cluster's other member takes over and asks where we are.

Only answered: we are no cluster. IPSEC_REPLAY_COUNTER_SYNC is neither announced nor answered.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from .codes import ExchangeType, NotifyType
from .errors import InvalidSyntax
from .message import Header, Message
from .payloads.notify import NotifyPayload
from .window import LAST_ID

if TYPE_CHECKING:
    from .sa import IkeSa

_DATA = struct.Struct("!4sII")  # nonce, next ID that the sender will use, next ID that it expects


def may_be(header: Header) -> bool:
    """Whether a request stands outside of the window, for all that its header says."""
    return header.message_id == 0 and header.exchange == ExchangeType.INFORMATIONAL


def answer(sa: IkeSa, message: Message) -> NotifyPayload | None:
    """Move the windows of `sa` forward as the request asks; None when it asks nothing.

    Raises InvalidSyntax for what is malformed or was said before: no answer. A request of ours that is
    outstanding has to begin anew.
    """
    notify = message.notify(NotifyType.IKEV2_MESSAGE_ID_SYNC)
    if notify is None:
        return None
    if len(notify.data) != _DATA.size:
        raise InvalidSyntax("IKEV2_MESSAGE_ID_SYNC of a wrong length")
    nonce, sends, expects = _DATA.unpack(notify.data)
    # "MUST silently drop any received synchronization message if M1 is lower than or equal to the highest
    # value it has seen from the cluster. This includes any previous received synchronization messages"
    if sends < sa.responses.expected_id or sends <= sa.responses.synced_id:
        raise InvalidSyntax("an old IKEV2_MESSAGE_ID_SYNC")
    if sa.requests.next_id > LAST_ID:
        raise InvalidSyntax("an IKEV2_MESSAGE_ID_SYNC to who has no Message ID left")
    sa.responses.synchronise(sends)
    # "P2 MUST be the higher of the received P1 value, and one more than the highest sender value used"
    sa.requests.next_id = max(expects, sa.requests.next_id)
    data = _DATA.pack(nonce, sa.requests.next_id, sa.responses.expected_id)
    return NotifyPayload(NotifyType.IKEV2_MESSAGE_ID_SYNC, data)
