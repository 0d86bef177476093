"""Invariant: whatever a file or a client of the socket holds, its reader gives a value or raises its own
documented error, and nothing else; what a person is told about it is printable and quotes no secret.

The first octet picks the reader: a profile, a gateway's file, proposals, an identity, the socket's lines.
"""

from __future__ import annotations

import contextlib

from ginnel_service.gateway import config as gateway
from ginnel_service.gateway.errors import GatewayError
from ginnel_service.ike.codes import ProtocolId
from ginnel_service.ike.errors import LocalError
from ginnel_service.ike.payloads.identity import Identity
from ginnel_service.ike.proposals import keywords, parse
from ginnel_service.ipc.framing import Splitter, TooLargeError
from ginnel_service.profiles.model import ProfileError, parse_profile, serialise_profile
from ginnel_service.profiles.validation import validate

LINE_OCTETS = 64


def feed(octets: bytes) -> None:
    reader = READERS[octets[0] % len(READERS)] if octets else READERS[0]
    reader(octets[1:])


def _profile(octets: bytes) -> None:
    refused: ProfileError | None = None
    try:
        profile = parse_profile(octets)
    except ProfileError as error:
        refused = error
    if refused is not None:
        assert refused.code in ("profile_corrupt", "profile_invalid")
        assert refused.cause.isprintable()
        return
    problems = validate(profile)
    assert all(f"{p.field} {p.message} {p.remedy}".isprintable() for p in problems)
    if not problems:
        assert parse_profile(serialise_profile(profile)) == profile


def _gateway(octets: bytes) -> None:
    refused: GatewayError | None = None
    try:
        gateway.parse(octets)
    except GatewayError as error:
        refused = error
    assert refused is None or refused.code == "config_invalid"


def _proposal(octets: bytes) -> None:
    text = octets[1:].decode("latin-1")
    protocol = (ProtocolId.IKE, ProtocolId.ESP)[octets[:1] > b"\x7f"]
    with contextlib.suppress(LocalError):
        proposal = parse(text, protocol)
        assert parse(keywords(proposal), protocol) == proposal


def _identity(octets: bytes) -> None:
    with contextlib.suppress(LocalError, UnicodeDecodeError):
        identity = Identity.parse_text(octets.decode())
        assert str(identity).isprintable()


def _lines(octets: bytes) -> None:
    """Cut anywhere, a stream gives the same lines."""
    whole, pieces = Splitter(LINE_OCTETS), Splitter(LINE_OCTETS)
    size = 1 + (octets[0] if octets else 0) % 32
    stream = octets[1:]
    try:
        expected: list[bytes] | None = whole.feed(stream)
    except TooLargeError:
        expected = None
    found: list[bytes] | None = []
    try:
        for at in range(0, len(stream), size):
            assert found is not None
            found += pieces.feed(stream[at : at + size])
    except TooLargeError:
        found = None
    assert found == expected
    assert all(len(line) <= LINE_OCTETS for line in found or ())


READERS = (_profile, _gateway, _proposal, _identity, _lines)
