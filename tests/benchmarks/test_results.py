from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import connect, crypto, handshakes
from benchmarks.associations import COUNTS, subject
from benchmarks.report import BEGIN, END, SIDE_BY_SIDE, cell, markdown, number, publish, tables, write_json
from benchmarks.results import Problem, Quantity, Results, Statistic, ratio, statistic
from benchmarks.targets import LINK, MIXED, OURS, THEIRS, Target, targets

TITLES = {LINK: "the link", THEIRS: "strongSwan", OURS: "Ginnel", MIXED: "Ginnel to strongSwan"}


def run(better: float) -> Results:
    """A whole run in which Ginnel is `better` times as good as strongSwan in everything."""
    results = Results(
        machine={
            "cpu": "A & B <C>",
            "flags": ["aes"],
            "cores": 2,
            "kernel": "6.1",
            "libcrypto": "3.0",
            "versions": {},
            "ginnel": "abc",
            "offloads": {"tun_tcp4": True, "udp_gro": False},
        },
        parameters={"setting": "real", "rounds": 2, "seconds": 3},
    )
    more = {Quantity.TCP_UP, Quantity.TCP_DOWN, Quantity.TCP_FOUR, Quantity.UDP_1300, Quantity.UDP_200}
    for key, factor in {LINK: 1.0, THEIRS: 1.0, OURS: better, MIXED: better}.items():
        for quantity in (one for columns in SIDE_BY_SIDE.values() for one in columns.values()):
            for value in (90.0, 100.0, 120.0):
                results.add(key, quantity, value * factor if quantity in more else value / factor)
    for count in COUNTS:
        for quantity in (Quantity.TCP_UP, Quantity.MEMORY, Quantity.INSTALL):
            results.add(subject(count), quantity, 20.0)
    for name in crypto.CIPHERS:
        for quantity in (Quantity.SEAL, Quantity.SEAL_RAW, Quantity.OPEN, Quantity.OPEN_RAW):
            results.add(name, quantity, 500.0)
        for quantity in (Quantity.SEAL_RATIO, Quantity.OPEN_RATIO):
            results.add(name, quantity, 1.0 + 1 / better)
    for kind in connect.KINDS:
        for client, factor in (("ginnel", better), ("strongswan", 2.0)):
            for quantity in connect.FOUND.values():
                results.add(connect.subject(client, kind), quantity, 10 / factor)
    for held, rate in ((0, 100.0), (handshakes.HELD, 90.0 + better)):
        results.add(handshakes.subject(held), Quantity.HANDSHAKES, rate)
    return results


def test_a_statistic_is_median_and_range() -> None:
    assert statistic([3.0, 1.0, 2.0, 10.0]) == Statistic(2.5, 1.0, 10.0, 4)
    assert statistic([]) is None


def test_a_ratio_needs_both_sides() -> None:
    assert ratio(3, 2) == 1.5
    assert ratio(None, 2) is None
    assert ratio(3, None) is None
    assert ratio(3, 0) is None


def test_all_targets_are_met_by_twelve_times_and_not_by_once() -> None:
    assert {target.verdict for target in targets(run(12))} == {"met"}
    missed = [target.name for target in targets(run(1)) if target.met is False]
    against_strongswan, ciphers = 6 + 1, 2 * len(crypto.CIPHERS)  # with the client's CPU
    assert len(missed) == against_strongswan + ciphers + len(connect.KINDS) + len(["handshakes"])


def test_targets_without_samples_are_not_measured() -> None:
    assert {target.verdict for target in targets(Results())} == {"not measured"}


@pytest.mark.parametrize(("value", "met"), [(9.99, False), (10.0, True), (None, None)])
def test_a_target_is_met_at_its_limit(value: float | None, met: bool | None) -> None:
    assert Target("", value, 10, True).met is met


def test_a_loaded_round_trip_is_held_against_the_longer_yardstick() -> None:
    results = Results()
    for key, quantity, value in (
        (OURS, Quantity.RTT_LOADED, 3.0),
        (OURS, Quantity.RTT, 0.1),
        (LINK, Quantity.RTT_LOADED, 2.0),
    ):
        results.add(key, quantity, value)
    assert [target.value for target in targets(results) if target.name.startswith("Loaded")] == [1.5]


@pytest.mark.parametrize(
    ("value", "text"), [(0.1234, "0.12"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_a_cell_shows_the_range_where_there_is_one() -> None:
    assert cell(None) == "-"
    assert cell(Statistic(5, 5, 5, 1)) == "5.00"
    assert cell(Statistic(5, 4, 6, 3)) == "5.00 (4.00-6.00)"


def test_a_peer_without_samples_has_no_row() -> None:
    results = Results()
    results.add(OURS, Quantity.TCP_UP, 100)
    (table,) = tables(results, TITLES)
    assert [row[0] for row in table.rows] == ["Ginnel"]


def test_every_row_is_as_long_as_its_head() -> None:
    for table in tables(run(12), TITLES):
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_page_keeps_what_stands_around_its_generated_part(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nbygone\n{END}\nafter\n")
    for _ in range(2):
        publish(page, markdown(run(12), TITLES, "images/chart.svg"))
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "bygone" not in text
    assert text.count("| Ginnel | ") == 4
    assert "offloads in use: tun_tcp4." in text


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no markers")
    with pytest.raises(ValueError, match="lacks its markers"):
        publish(page, "text")
    assert page.read_text() == "no markers"


def test_the_json_file_holds_samples_statistics_targets_and_problems(tmp_path: Path) -> None:
    results = run(12)
    results.problems.append(Problem("openvpn", 0, "not installed: apt install openvpn"))
    write_json(results, tmp_path / "bench.json")
    content = json.loads((tmp_path / "bench.json").read_text())
    assert content["samples"][OURS]["rtt_idle_ms"] == [7.5, 100 / 12, 10.0]
    assert content["summary"][THEIRS]["tcp_up_mbit_s"] == {
        "median": 100,
        "low": 90,
        "high": 120,
        "samples": 3,
    }
    assert content["targets"][0]["verdict"] == "met"
    assert content["problems"] == [
        {"subject": "openvpn", "round": 0, "words": "not installed: apt install openvpn"}
    ]
