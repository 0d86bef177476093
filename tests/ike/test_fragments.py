"""Fragments: whatever way they arrive the message is whole or absent, and what is kept stays small."""

from __future__ import annotations

import random
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ike import keys
from ginnel_service.ike.codes import Encr, ExchangeType, Integ, KeMethod, NotifyType, PayloadType, Prf
from ginnel_service.ike.errors import IntegrityFailed, InvalidSyntax, PeerError
from ginnel_service.ike.events import Endpoint, IkeSuite, Path
from ginnel_service.ike.fragments import FORGET_S, MAX_FRAGMENTS, MAX_OCTETS, Reassembly, message_octets
from ginnel_service.ike.message import Message, Outside, serialise_payloads
from ginnel_service.ike.payloads.notify import NotifyPayload
from ginnel_service.ike.payloads.vendor import VendorPayload
from ginnel_service.ike.protect import Opened, Protector, fragment_numbers, int_auth_octets, parse_inner

GCM = IkeSuite(Encr.AES_GCM_16, 256, 0, Prf.HMAC_SHA2_256, KeMethod.X25519, "")
CBC = IkeSuite(Encr.AES_CBC, 256, Integ.HMAC_SHA2_256_128, Prf.HMAC_SHA2_256, KeMethod.X25519, "")
SUITES = (GCM, CBC)
OUTSIDE = Outside(b"i" * 8, b"r" * 8, ExchangeType.IKE_AUTH, 0x08, 1)
IPV4 = Path(Endpoint("192.0.2.1", 4500), Endpoint("203.0.113.1", 4500), True)
IPV6 = Path(Endpoint("2001:db8::1", 500), Endpoint("2001:db8::2", 500), False)


def protector(suite: IkeSuite) -> Protector:
    encr = bytes(range(keys.encr_length(suite.encr, suite.key_bits)))
    integ = bytes(range(keys.integ_length(suite.integ)))
    return Protector(suite, encr, integ, random.Random(1).randbytes)


def reassemble(opener: Protector, datagrams: list[bytes], now: float = 0.0) -> list[Opened]:
    """What a receiver makes of `datagrams` in that order."""
    assembly, made = Reassembly(), []
    for datagram in datagrams:
        numbers = fragment_numbers(datagram)
        assert numbers is not None
        if assembly.lacks(1, *numbers):
            whole = assembly.add(1, opener.open_inner(datagram), now)
            made += [whole] if whole is not None else []
    return made


@pytest.mark.parametrize("suite", SUITES)
@given(data=st.data())
def test_fragments_in_any_order_and_number_make_the_message(suite: IkeSuite, data: st.DataObject) -> None:
    size = data.draw(st.integers(600, 9000))
    limit = data.draw(st.integers(message_octets(IPV4, 576), 1400))
    inner = random.Random(size).randbytes(size)
    both = protector(suite)
    cut = both.cut(OUTSIDE, PayloadType.IDI, inner, limit, more_than=1)
    assert all(len(datagram) <= limit for datagram in cut)
    order = data.draw(st.permutations([*cut, *data.draw(st.lists(st.sampled_from(cut), max_size=5))]))
    first, *rest = reassemble(both, order)
    assert (first.first, first.inner) == (PayloadType.IDI, inner)
    # duplicates after the end begin anew, which the windows prevent; they never make up a whole by themselves
    assert len(rest) <= len(order) // len(cut) - 1


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("size", [600, 1201, 4000, 65000])
def test_a_smaller_cut_has_more_fragments(suite: IkeSuite, size: int) -> None:
    both = protector(suite)
    large = both.cut(OUTSIDE, PayloadType.IDI, bytes(size), message_octets(IPV4, 1280))
    small = both.cut(OUTSIDE, PayloadType.IDI, bytes(size), message_octets(IPV4, 576), more_than=len(large))
    assert len(small) > len(large)
    assert {fragment_numbers(datagram) for datagram in small} == {
        (number, len(small)) for number in range(1, len(small) + 1)
    }
    assert max(len(datagram) for datagram in small) <= 576 - 20 - 8 - 4


def test_no_two_fragments_share_an_iv() -> None:
    both = protector(GCM)
    cuts = [both.cut(OUTSIDE, PayloadType.IDI, bytes(9000), 544) for _ in range(3)]
    ivs = [datagram[36:44] for cut in cuts for datagram in cut]
    assert len(set(ivs)) == len(ivs)


def test_only_the_first_fragment_names_a_payload_and_each_says_what_section_2_5_says() -> None:
    first, second = protector(GCM).cut(OUTSIDE, PayloadType.IDI, bytes(1000), 600)
    for number, datagram in enumerate((first, second), start=1):
        assert datagram[16] == 53
        assert struct.unpack_from("!I", datagram, 24) == (len(datagram),)
        inner = PayloadType.IDI if number == 1 else 0
        assert struct.unpack_from("!BBHHH", datagram, 28) == (inner, 0, len(datagram) - 28, number, 2)


def test_a_larger_total_starts_over_and_a_smaller_one_is_late() -> None:
    both = protector(GCM)
    inner = random.Random(2).randbytes(2000)
    large = both.cut(OUTSIDE, PayloadType.IDI, inner, 1248)
    small = both.cut(OUTSIDE, PayloadType.IDI, inner, 544, more_than=len(large))
    (whole,) = reassemble(both, [large[0], *small[:-1], large[1], small[-1]])
    assert whole.inner == inner


@pytest.mark.parametrize(("number", "total"), [(0, 0), (0, 2), (3, 2), (1, 0), (0xFFFF, 1)])
def test_impossible_numbers_are_refused(number: int, total: int) -> None:
    datagram = bytearray(protector(GCM).cut(OUTSIDE, PayloadType.IDI, bytes(1000), 600)[0])
    struct.pack_into("!HH", datagram, 32, number, total)
    with pytest.raises(IntegrityFailed):
        fragment_numbers(bytes(datagram))


def test_a_later_fragment_that_names_a_payload_is_refused() -> None:
    datagram = bytearray(protector(GCM).cut(OUTSIDE, PayloadType.IDI, bytes(1000), 600)[1])
    datagram[28] = PayloadType.IDI
    with pytest.raises(IntegrityFailed):
        fragment_numbers(bytes(datagram))


@pytest.mark.parametrize("suite", SUITES)
def test_every_changed_bit_and_every_truncation_of_a_fragment_is_refused(suite: IkeSuite) -> None:
    both = protector(suite)
    sealed = both.cut(OUTSIDE, PayloadType.IDI, bytes(40), 200, more_than=1)[0]
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PeerError):
            both.open_inner(bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(PeerError):
            both.open_inner(sealed[:length])


def test_a_fragment_is_no_message() -> None:
    both = protector(GCM)
    with pytest.raises(IntegrityFailed):
        both.open(both.cut(OUTSIDE, PayloadType.IDI, bytes(1000), 600)[0])


@pytest.mark.parametrize("kind", [PayloadType.SK, PayloadType.SKF])
def test_nothing_encrypted_is_accepted_inside(kind: PayloadType) -> None:
    with pytest.raises(InvalidSyntax):
        parse_inner(kind, struct.pack("!BBHHH", 0, 0, 16, 1, 1) + bytes(8))


# Bounds


def test_the_most_fragments_that_are_taken() -> None:
    assembly = Reassembly()
    assert assembly.lacks(1, 1, MAX_FRAGMENTS)
    assert not assembly.lacks(1, 1, MAX_FRAGMENTS + 1)
    made = [assembly.add(1, Opened(0, b"x", n, MAX_FRAGMENTS), 0.0) for n in range(1, MAX_FRAGMENTS + 1)]
    assert [m.inner for m in made if m is not None] == [b"x" * MAX_FRAGMENTS]


def test_what_one_peer_may_have_us_keep_is_bounded() -> None:
    assembly = Reassembly()
    tracemalloc.start()
    try:
        for message_id in range(20):
            for number in range(1, MAX_FRAGMENTS):
                piece = Opened(0, random.Random(number).randbytes(4000), number, MAX_FRAGMENTS)
                assert assembly.add(message_id, piece, 0.0) is None
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1.5 * MAX_OCTETS


def test_a_message_of_more_than_the_bound_never_completes() -> None:
    assembly = Reassembly()
    piece = bytes(MAX_OCTETS // 4)
    made = [assembly.add(1, Opened(0, piece, number, 5), 0.0) for number in range(1, 6)]
    assert made == [None] * 5


def test_overlapping_message_ids_are_not_mixed() -> None:
    assembly = Reassembly()
    assert assembly.add(4, Opened(35, b"a", 1, 2), 0.0) is None
    assert assembly.add(5, Opened(0, b"b", 2, 2), 0.0) is None
    assert assembly.add(4, Opened(0, b"B", 2, 2), 0.0) is None
    assert assembly.add(4, Opened(35, b"A", 1, 2), 0.0) == Opened(35, b"AB")


def test_what_stays_incomplete_is_forgotten() -> None:
    assembly = Reassembly()
    assembly.add(1, Opened(35, b"a", 1, 3), 10.0)
    assembly.add(1, Opened(0, b"b", 2, 3), 20.0)
    assert assembly.deadline == 20.0 + FORGET_S
    assembly.advance(assembly.deadline - 0.1)
    assert not assembly.lacks(1, 2, 3)
    assembly.advance(assembly.deadline)
    assert assembly.lacks(1, 2, 3)
    assert assembly.deadline == float("inf")


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(1, 6), st.integers(1, 6), st.binary(max_size=9), st.floats(0, 99)
        ),
        max_size=60,
    )
)
def test_any_sequence_of_fragments_keeps_the_bounds(steps: list[tuple[int, int, int, bytes, float]]) -> None:
    assembly = Reassembly()
    for message_id, number, total, data, now in steps:
        if number <= total and assembly.lacks(message_id, number, total):
            whole = assembly.add(message_id, Opened(0, data, number, total), now)
            assert whole is None or len(whole.inner) <= 9 * total
        assembly.advance(now)


def test_sizes_count_ip_udp_and_marker() -> None:
    assert message_octets(IPV4, 1280) == 1280 - 20 - 8 - 4
    assert message_octets(IPV6, 1500) == 1500 - 40 - 8
    assert (message_octets(IPV4, 0), message_octets(IPV6, 0)) == (576 - 32, 1280 - 48)


# What IKE_INTERMEDIATE authenticates


def test_int_auth_counts_neither_iv_nor_padding_nor_icv() -> None:
    """RFC 9242 section 3.3.2, written out by hand."""
    payloads = (NotifyPayload(NotifyType.COOKIE2, b"12345678"), VendorPayload(b"v"))
    first, inner = serialise_payloads(payloads)
    octets = int_auth_octets(b"i" * 8, b"r" * 8, ExchangeType.IKE_INTERMEDIATE, 0x28, 3, first, inner)
    assert octets == bytes.fromhex(
        "6969696969696969 7272727272727272 2e 20 2b 28 00000003 00000035"
        "29 00 0019"
        "2b 00 0010 00 00 4011 3132333435363738"
        "00 00 0005 76"
    )


@pytest.mark.parametrize("suite", SUITES)
def test_int_auth_is_the_same_for_whole_and_fragmented_messages(suite: IkeSuite) -> None:
    both = protector(suite)
    first, inner = serialise_payloads((VendorPayload(random.Random(3).randbytes(3000)),))
    outside = Outside(b"i" * 8, b"r" * 8, ExchangeType.IKE_INTERMEDIATE, 0x08, 1)
    whole = both.open_inner(both.seal_inner(outside, first, inner))
    (pieced,) = reassemble(both, list(both.cut(outside, first, inner, 544)))
    sent = int_auth_octets(*outside, first, inner)
    for opened in (whole, pieced):
        message = Message(
            b"i" * 8, b"r" * 8, outside.exchange, 1, True, False, (), opened.first, opened.inner
        )
        assert int_auth_octets(*message.outside, message.first_inner, message.inner) == sent
