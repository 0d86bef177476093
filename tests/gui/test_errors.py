from __future__ import annotations

import re

import pytest

from ginnel_gui.model.error_words import ERRORS
from ginnel_gui.model.errors import explain
from ginnel_service.ipc.identifiers import ERROR_IDS
from ginnel_service.ipc.schema import ErrorInfo


def test_every_error_of_the_service_has_words() -> None:
    assert ERRORS.keys() >= ERROR_IDS.keys()
    assert ERRORS.keys() - ERROR_IDS.keys() == {"connection_lost"}


@pytest.mark.parametrize("code", ERRORS)
def test_words_name_cause_and_remedy_and_only_parameters_that_come(code: str) -> None:
    entry = ERRORS[code]
    for words in (entry.cause, entry.remedy):
        assert words.text.endswith(".")
        assert "`" not in words.text
        assert len(entry.takes) >= max(map(int, re.findall(r"%(\d)", words.text)), default=0)
    assert set(entry.takes) <= set(ERROR_IDS.get(code, ()))


def test_parameters_are_put_in() -> None:
    said = explain(ErrorInfo(code="port_busy", params={"name": "office", "port": 4500}))
    assert said.cause.values == ("4500",)


def test_an_error_of_a_later_version_is_named() -> None:
    assert explain(ErrorInfo(code="brand_new")).cause.values == ("brand_new",)


def test_details_are_lines_without_control_characters() -> None:
    params = {"step": "add route", "errno": 17, "detail": "a\x1b[2Jb"}
    assert explain(ErrorInfo(code="network_refused", params=params)).details == (
        "add route: File exists",
        r"a\x1b[2Jb",
    )


def test_problems_of_a_profile_are_details() -> None:
    problem = {"field": "network.mtu", "message": "too small", "remedy": "at least 576"}
    said = explain(ErrorInfo(code="profile_invalid", params={"problems": [problem]}))
    assert said.details == ("network.mtu: too small; at least 576",)


@pytest.mark.parametrize("problems", [None, 3, "x", [1], [{}], [{"field": 1}]])
def test_any_problems_are_survived(problems: object) -> None:
    explain(ErrorInfo(code="profile_invalid", params={"problems": problems}))
