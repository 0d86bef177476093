from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginnel_service.ipc.framing import Splitter, TooLargeError


@given(
    st.lists(st.binary(min_size=1, max_size=50).map(lambda b: b"x" + b.replace(b"\n", b"")), max_size=8),
    st.data(),
)
def test_lines_come_out_whole_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    splitter, found = Splitter(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert found == lines


def test_blank_lines_are_left_out() -> None:
    assert Splitter().feed(b"\n \n\r\na\n\n") == [b"a"]


def test_an_unfinished_line_is_bounded() -> None:
    splitter = Splitter(limit=10)
    splitter.feed(b"12345")
    splitter.feed(b"67890")
    with pytest.raises(TooLargeError):
        splitter.feed(b"1")


def test_a_finished_line_is_bounded() -> None:
    with pytest.raises(TooLargeError):
        Splitter(limit=10).feed(b"12345678901\n")


def test_single_octets_do_not_pile_up() -> None:
    splitter = Splitter()
    for _ in range(5000):
        splitter.feed(b"x")
    assert splitter.feed(b"\n") == [b"x" * 5000]
