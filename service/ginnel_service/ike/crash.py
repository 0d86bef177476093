"""Quick crash detection (RFC 6290), and the hints of RFC 7296 section 1.5 that go outside any IKE SA.

The token of an IKE SA is HMAC-SHA256(secret, SPIi | SPIr): whoever kept the secret makes it again after all
else was lost. A token leaves in the clear only when neither of its SPIs is in use, which `Responder` sees to.
"""

from __future__ import annotations

import hmac
from typing import Final

from .codes import ExchangeType, NotifyType, PayloadType, ProtocolId
from .message import HEADER_LENGTH, Header, Message, serialise_message
from .payloads.notify import NotifyPayload

SECRET_OCTETS: Final = 32
#: "Tokens MUST be at least 16 octets long, and no more than 128" (RFC 6290 section 5).
TOKEN_OCTETS: Final = range(16, 129)
#: "the token taker MUST support at least four QCD_TOKEN notifications in a single packet" (section 4.5).
MAX_TOKENS: Final = 4
#: An SK payload with its generic header, an IV and a check value at least.
_LEAST_PROTECTED: Final = HEADER_LENGTH + 4 + 24
_NO_SPI: Final = bytes(8)


class TokenMaker:
    """Makes the tokens of one gateway from its one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def notify(self, spi_i: bytes, spi_r: bytes) -> NotifyPayload:
        """The token of an IKE SA; "Protocol ID (1 octet) MUST be 1" (section 4.1)."""
        token = hmac.digest(self._secret, spi_i + spi_r, "sha256")
        return NotifyPayload(NotifyType.QUICK_CRASH_DETECTION, token, protocol=ProtocolId.IKE)


def token_of(message: Message) -> bytes:
    """The token that a protected message gives, or nothing."""
    given = message.notify(NotifyType.QUICK_CRASH_DETECTION)
    return given.data if given is not None and len(given.data) in TOKEN_OCTETS else b""


def proves_crash(message: Message, token: bytes) -> bool:
    """Whether an unprotected message shows `token`, which only who lost the IKE SA would send."""
    shown = [
        notify.data
        for notify in message.all(NotifyPayload)
        if notify.notify == NotifyType.QUICK_CRASH_DETECTION
    ]
    return bool(token) and any(hmac.compare_digest(each, token) for each in shown[:MAX_TOKENS])


def asks_for_unknown(header: Header, length: int) -> bool:
    """Whether a datagram of `length` octets, of no IKE SA that we know, is a protected request."""
    protected = header.next_payload in {PayloadType.SK, PayloadType.SKF}
    return protected and not header.is_response and header.length == length >= _LEAST_PROTECTED


def answer_unknown(header: Header, maker: TokenMaker | None) -> bytes:
    """INVALID_IKE_SPI, with the token if we make them: SPIs, Message ID and exchange are the request's."""
    said = [NotifyPayload(NotifyType.INVALID_IKE_SPI)]
    if maker is not None:
        said.append(maker.notify(header.spi_i, header.spi_r))
    spis = header.spi_i, header.spi_r
    return serialise_message(
        Message(*spis, header.exchange, header.message_id, not header.from_initiator, True, tuple(said))
    )


def unknown_esp(spi: bytes) -> bytes:
    """The hint for who sends ESP that we have no SA for; "using zero values [...] acceptable"."""
    notify = NotifyPayload(NotifyType.INVALID_SPI, spi)
    return serialise_message(Message(_NO_SPI, _NO_SPI, ExchangeType.INFORMATIONAL, 0, True, False, (notify,)))


def is_hint(header: Header) -> bool:
    """Whether a message is one of those that stand outside any IKE SA and get no answer."""
    return (
        header.spi_i == header.spi_r == _NO_SPI
        and header.exchange == ExchangeType.INFORMATIONAL
        and header.from_initiator
        and not header.is_response
    )
