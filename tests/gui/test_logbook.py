from __future__ import annotations

import pytest

from ginnel_gui.model.logbook import Logbook, Wish, unknown
from ginnel_service.ipc.schema import Level, LogEntry


def entry(number: int, level: Level = "info", connection: str = "", message: str = "") -> LogEntry:
    return LogEntry(
        at=float(number),
        level=level,
        logger="ginnel.ike",
        message=message or f"line {number}",
        connection=connection,
    )


def take(book: Logbook, entries: list[LogEntry]) -> None:
    book.leave(len(entries))
    book.enter(entries, book.fitting(entries))


def test_a_wish_for_a_level_includes_graver_ones() -> None:
    chosen = Wish(level="warning").chosen()
    assert [chosen(entry(1, level)) for level in ("debug", "info", "warning", "error")] == [
        False,
        False,
        True,
        True,
    ]


def test_a_wish_is_for_one_connection_and_for_all_words() -> None:
    chosen = Wish(connection="office", words="REKEYED child").chosen()
    assert chosen(entry(1, connection="office", message="child SA was rekeyed"))
    assert not chosen(entry(1, connection="office", message="IKE SA was rekeyed"))
    assert not chosen(entry(1, connection="home", message="child SA was rekeyed"))


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(level="error"),
        Wish(connection="office"),
        Wish(words="LINE 1"),
        Wish(level="info", connection="home", words="ginnel.ike 2"),
    ],
)
def test_many_lines_are_chosen_as_single_ones_are(wish: Wish) -> None:
    levels: tuple[Level, ...] = ("debug", "info", "warning", "error")
    entries = [
        entry(number, level, name)
        for number in range(30)
        for level in levels
        for name in ("", "office", "home")
    ]
    assert wish.sift(entries) == list(filter(wish.chosen(), entries))


def test_the_oldest_lines_make_room() -> None:
    book = Logbook(most=10)
    take(book, [entry(number) for number in range(8)])
    assert book.leaving(5) == 3
    take(book, [entry(number) for number in range(8, 13)])
    assert [each.at for each in book.shown] == [float(number) for number in range(3, 13)]


def test_only_shown_lines_are_counted_as_leaving() -> None:
    book = Logbook(most=4)
    book.wish(Wish(level="error"))
    take(book, [entry(1), entry(2, "error"), entry(3), entry(4, "error")])
    assert book.leaving(3) == 1
    take(book, [entry(5), entry(6), entry(7)])
    assert [each.at for each in book.shown] == [4.0]
    assert len(book) == 4


def test_another_wish_looks_at_all_lines_again() -> None:
    book = Logbook()
    take(book, [entry(1), entry(2, "error")])
    book.wish(Wish(level="error"))
    assert len(book.shown) == 1
    book.wish(Wish())
    assert len(book.shown) == 2


def test_a_line_that_came_with_the_tail_is_not_news() -> None:
    known = [entry(1), entry(2)]
    assert unknown([entry(2), entry(3)], known) == [entry(3)]
