from __future__ import annotations

import pytest

from benchmarks.crypto import CIPHERS, measure, packet
from benchmarks.measure import replies
from benchmarks.procfs import busy_ticks, process_ticks
from benchmarks.results import Quantity, Results
from benchmarks.run import choose, main
from ginnel_core import Selector
from ginnel_core.probe_esp import Opener, Raw, Sealer

ANY = [Selector(0, 0, 65535, bytes(4), b"\xff" * 4)]
KEY = bytes(20)


def test_idle_and_stolen_time_is_not_busy() -> None:
    assert busy_ticks("cpu  1 2 4 1000 2000 8 16 4000 0 0\ncpu0 1 2 3\n") == 31


def test_a_process_may_have_any_name() -> None:
    before = "12 (a) b (c) S 1 12 12 0 -1 4194304 100 0 0 0"
    assert process_ticks(f"{before} 70 7 1000 2000 20 0 1 0") == 77


def test_each_reply_of_ping_is_read() -> None:
    text = (
        "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.051 ms\n"
        "64 bytes from 10.0.0.1: icmp_seq=2 ttl=64 time=12.3 ms\n"
        "rtt min/avg/max/mdev = 0.051/6.1/12.3/1.0 ms\n"
    )
    assert replies(text) == [0.051, 12.3]


def test_every_cipher_is_sealed_and_opened() -> None:
    results = Results()
    measure(results, rounds=2, packets=8)
    for name in CIPHERS:
        for quantity in (Quantity.SEAL, Quantity.SEAL_RAW, Quantity.OPEN, Quantity.OPEN_RAW):
            found = results.stat(name, quantity)
            assert found is not None
            assert found.samples == 2
            assert found.low > 0


def test_a_broken_packet_in_a_train_is_told() -> None:
    sealer = Sealer(spi=256, encr=20, encr_key=KEY, local=ANY, remote=ANY)
    good = sealer.seal(packet(100))
    bad = good[:-1] + bytes([good[-1] ^ 1])
    opener = Opener(spi=256, encr=20, encr_key=KEY, local=ANY, remote=ANY)
    with pytest.raises(ValueError, match="replay"):
        opener.open_train([good, good])
    with pytest.raises(ValueError, match="refuses"):
        Raw(20, KEY, False).open_train([good, bad])
    assert Raw(20, KEY, False).open_train([good]) > 0


def test_what_is_measured_can_be_chosen() -> None:
    chosen, parts = choose("ginnel, sas link")
    assert [peer.key for peer in chosen] == ["link", "ginnel"]
    assert parts == ["sas"]
    everything, all_parts = choose("")
    assert len({peer.key for peer in everything}) == len(everything) == 6
    assert all_parts == ["crypto", "sas", "connect", "handshakes"]


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--only", "nothing-like-it"])
    assert ended.value.code == 2
