"""The Internet checksum against its definition (RFC 1071), and the pseudo-headers."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.inner import internet_sum
from ginnel_core.probe_inner import checksum, transport_checksum


def expected(data: bytes) -> bytes:
    return struct.pack(">H", internet_sum(data) ^ 0xFFFF)


def test_sum_is_that_of_rfc_1071_section_3() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == bytes.fromhex("220d")


@given(st.binary(max_size=300))
@example(b"\xff" * 65535)
@example(b"\xff\xff" * 40)
@example(b"")
def test_sum_agrees_with_its_definition(data: bytes) -> None:
    assert checksum(data) == expected(data)


@pytest.mark.parametrize("length", range(131))
def test_every_length_is_summed_to_its_last_octet(length: int) -> None:
    data = bytes((index * 37 + 11) % 256 for index in range(length))
    assert checksum(data) == expected(data)


@given(st.lists(st.binary(max_size=80)), st.binary(max_size=80))
def test_parts_sum_like_the_whole(parts: list[bytes], last: bytes) -> None:
    even = [part[: len(part) // 2 * 2] for part in parts]
    assert checksum(*even, last) == expected(b"".join(even) + last)


@given(st.binary(min_size=4, max_size=4), st.binary(min_size=4, max_size=4), st.binary(max_size=200))
def test_ipv4_pseudo_header(source: bytes, target: bytes, payload: bytes) -> None:
    head = struct.pack(">BBHHHBBH", 0x46, 0, 24 + len(payload), 7, 0, 64, 17, 0)
    head += source + target + b"\x94\x04\0\0"  # router alert
    pseudo = source + target + struct.pack(">BBH", 0, 17, len(payload))
    assert transport_checksum(head + payload, 17, 24) == expected(pseudo + payload)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_ipv6_pseudo_header(addresses: bytes, payload: bytes) -> None:
    head = struct.pack(">IHBB", 6 << 28, len(payload), 6, 64) + addresses
    pseudo = addresses + struct.pack(">II", len(payload), 6)
    assert transport_checksum(head + payload, 6, 40) == expected(pseudo + payload)


def test_a_length_beyond_16_bits_counts_whole() -> None:
    """A super-packet's pseudo-header, as RFC 8200 section 8.1 has it: 32 bits."""
    payload = bytes(70_000)
    addresses = ip_address("fd00::1").packed + ip_address("fd00::2").packed
    head = struct.pack(">IHBB", 6 << 28, 0, 6, 64) + addresses
    assert transport_checksum(head + payload, 6, 40) == expected(addresses + struct.pack(">II", 70_000, 6))
