from __future__ import annotations

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
    levels: tuple[Level, ...] = ("debug", "info", "warning", "error")
    entries = [entry(1, level) for level in levels]
    assert Wish(level="warning").sift(entries) == entries[2:]
    assert Wish().sift(entries) == entries


def test_a_wish_is_for_one_connection_and_for_all_words() -> None:
    entries = [
        entry(1, connection="office", message="child SA was rekeyed"),
        entry(2, connection="office", message="IKE SA was rekeyed"),
        entry(3, connection="home", message="child SA was rekeyed"),
    ]
    assert Wish(connection="office").sift(entries) == entries[:2]
    assert Wish(words="REKEYED child").sift(entries) == [entries[0], entries[2]]
    assert Wish(words="ike home").sift(entries) == entries[2:]
    assert Wish(connection="office", words="REKEYED child").sift(entries) == entries[:1]


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
