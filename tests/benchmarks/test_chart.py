from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.chart import LABELS, RIGHT, WIDTH, chart
from benchmarks.results import Quantity, Results

SVG = "{http://www.w3.org/2000/svg}"
TITLES = {"strongswan": "A & B <C>", "ginnel": "Ginnel"}


def drawn(results: Results) -> ElementTree.Element:
    return ElementTree.fromstring(chart(results, TITLES, "a machine & its kernel"))


def bars(root: ElementTree.Element) -> list[float]:
    return [float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect") if "bar" in bar.attrib["class"]]


def test_without_results_it_is_an_empty_picture() -> None:
    assert bars(drawn(Results())) == []


def test_bars_are_as_long_as_their_medians() -> None:
    results = Results()
    results.add("strongswan", Quantity.TCP_UP, 100)
    for value in (900, 1000, 2000):
        results.add("ginnel", Quantity.TCP_UP, value)
    first, second = bars(drawn(results))
    assert second / first == pytest.approx(10, rel=0.01)
    assert second == pytest.approx(
        (WIDTH - LABELS - RIGHT) / 2, rel=0.01
    )  # the highest sample fills the width


def test_a_range_is_drawn_where_samples_differ() -> None:
    results = Results()
    results.add("strongswan", Quantity.CPU, 50)
    results.add("ginnel", Quantity.CPU, 4)
    results.add("ginnel", Quantity.CPU, 6)
    ranges = [path for path in drawn(results).iter(f"{SVG}path") if path.attrib["class"] == "range"]
    assert len(ranges) == 1


def test_everything_stands_within_the_picture() -> None:
    results = Results()
    for key in TITLES:
        for quantity in (Quantity.TCP_UP, Quantity.TCP_DOWN, Quantity.CPU):
            results.add(key, quantity, 10)
            results.add(key, quantity, 20)
    root = drawn(results)
    height = float(root.attrib["height"])
    for element in (*root.iter(f"{SVG}text"), *root.iter(f"{SVG}rect")):
        assert 0 <= float(element.attrib["x"]) <= WIDTH
        assert 0 <= float(element.attrib["y"]) <= height


def test_words_are_escaped() -> None:
    results = Results()
    results.add("strongswan", Quantity.CPU, 50)
    texts = [text.text for text in drawn(results).iter(f"{SVG}text")]
    assert "A & B <C>" in texts
    assert "a machine & its kernel" in texts


def test_the_link_is_told_but_no_bar() -> None:
    results = Results()
    results.add("link", Quantity.TCP_UP, 9876)
    root = ElementTree.fromstring(chart(results, {"link": "the link", **TITLES}, "a machine"))
    assert bars(root) == []
    assert any("9,876 Mbit/s" in (text.text or "") for text in root.iter(f"{SVG}text"))
