"""Rates, amounts, durations, and colours."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ginnel_gui.draw.palette import DARK, LIGHT, Palette, contrast
from ginnel_gui.draw.sheet import sheet
from ginnel_gui.model.format import Units, digits, duration, scaled
from ginnel_gui.model.series import Series, round_up


def test_rates_come_out_of_counters() -> None:
    series = Series()
    series.add(10.0, 1000, 500, 12.0)
    series.add(12.0, 5000, 700, None)
    assert series.latest is not None
    assert (series.latest.octets_in_s, series.latest.octets_out_s) == (2000.0, 100.0)


def test_a_connection_that_began_anew_makes_no_peak() -> None:
    series = Series()
    series.add(1.0, 10**9, 0, None)
    series.add(2.0, 10, 0, None)
    assert series.samples == ()
    series.pause()
    series.add(3.0, 10**9, 0, None)
    assert series.samples == ()


def test_what_is_older_than_the_span_is_forgotten() -> None:
    series = Series(span_s=10)
    for second in range(100):
        series.add(float(second), second, second, None)
    assert len(series.samples) == 11


@pytest.mark.parametrize(
    ("value", "end"), [(0, 1), (0.9, 1), (1, 1), (1.1, 2), (3, 3), (5, 6), (700, 800), (1024, 2000)]
)
def test_a_chart_ends_at_a_round_number(value: float, end: float) -> None:
    assert round_up(value) == pytest.approx(end)


@pytest.mark.parametrize(
    ("octets", "units", "written"),
    [
        (0, "decimal", "0 B"),
        (1500, "decimal", "1.5 kB"),
        (1536, "binary", "1.5 KiB"),
        (125_000, "bits", "1.0 Mbit"),
    ],
)
def test_amounts_are_short(octets: float, units: Units, written: str) -> None:
    value, unit = scaled(octets, units)
    assert f"{value:.{digits(value, unit)}f} {unit}" == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(-1, "0:00"), (75, "1:15"), (3723, "1:02:03"), (90_000, "1 d 01:00")]
)
def test_durations_are_read_like_a_clock(seconds: float, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_stand_out(palette: Palette) -> None:
    for ground in (palette.window, palette.surface):
        for name in (
            "text",
            "muted",
            "accent",
            "good",
            "busy",
            "bad",
            "idle",
            "inbound",
            "outbound",
            "latency",
        ):
            assert contrast(getattr(palette, name), ground) >= 4.5, name
        assert contrast(palette.edge, ground) >= 3
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    # What is chosen, and notes, lie on a tint.
    for colour in ("text", "muted"):
        assert contrast(getattr(palette, colour), palette.mixed("accent", "window", 0.16)) >= 4.5
    for tone in ("busy", "bad", "accent"):
        assert contrast(palette.text, palette.mixed(tone, "surface", 0.07)) >= 4.5
    # A state's word in the chosen row, a mark on its disc, words in their own colour on a tinted card.
    for tone in ("good", "busy", "bad", "idle", "muted", "accent"):
        for ground in (
            palette.mixed("accent", "window", 0.14),
            palette.mixed(tone, "surface", 0.14),
            palette.mixed(tone, "surface", 0.07),
        ):
            assert contrast(getattr(palette, tone), ground) >= 4.5, tone


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_are_written_in_full(palette: Palette) -> None:
    assert all(len(getattr(palette, each.name)) == 7 for each in fields(palette))
    rules = sheet(palette, lambda name, colour: f"{name}-{colour[1:]}.svg")
    assert "{" in rules
    assert "None" not in rules
    assert f"check-{palette.on_accent[1:]}.svg" in rules
