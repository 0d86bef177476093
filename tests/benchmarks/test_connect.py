"""The stopwatch and what it speaks, and the smallest measurement, end to end."""

from __future__ import annotations

import struct

import pytest

from benchmarks import connect
from benchmarks.peers.strongswan import missing
from benchmarks.results import Results
from benchmarks.stopwatch import ike_exchange
from benchmarks.topology import Setting
from benchmarks.vici import KEY_VALUE, RESPONSE, ViciError, content_of, packet


def udp(port: int, payload: bytes) -> bytes:
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, bytes(4), bytes(4))
    return ip + struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload


IKE = bytes(18) + bytes([35, 0x20]) + bytes(28)


def test_an_ike_message_is_known_by_its_port_and_marker() -> None:
    assert ike_exchange(udp(500, IKE)) == (35, 0x20)
    assert ike_exchange(udp(4500, bytes(4) + IKE)) == (35, 0x20)
    assert ike_exchange(udp(4500, b"\1" + bytes(3) + IKE)) == (0, 0)  # ESP
    assert ike_exchange(udp(53, IKE)) == (0, 0)
    assert ike_exchange(udp(500, b"")) == (0, 0)


def test_a_vici_request_is_its_name_and_its_keys() -> None:
    assert packet("initiate", {"ike": "a"}) == b"\0\0\0\x12\0\x08initiate\x03\x03ike\0\x01a"


def test_a_vici_answer_is_read_and_what_is_cut_short_is_refused() -> None:
    answer = bytes([RESPONSE, KEY_VALUE, 7]) + b"success" + b"\0\3yes"
    assert content_of(answer) == {"success": "yes"}
    for wrong in (answer[:5], b"", bytes([5]), bytes([RESPONSE, 1])):
        with pytest.raises(ViciError):
            content_of(wrong)


@pytest.mark.netns
@pytest.mark.interop
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_both_clients_are_timed_with_every_way_in() -> None:
    results = Results()
    connect.measure(results, setting=Setting.DEFAULT, rounds=1, tell=lambda words: None, times=2)
    assert results.problems == []
    for kind in connect.KINDS:
        for client in connect.CLIENTS:
            found = [
                results.stat(connect.subject(client, kind), quantity) for quantity in connect.FOUND.values()
            ]
            echo, told, ike, cpu = (each.median for each in found if each is not None and each.samples == 2)
            assert 0 < ike < echo < 10_000
            assert ike < told
            assert 0 < cpu < 1000
