from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

import ginnel_service
from ginnel_service.cli import words
from ginnel_service.cli.exits import MEANINGS, Exit, exit_of
from ginnel_service.ike.auth.errors import CERTIFICATE_CODES
from ginnel_service.ike.errors import SESSION_CODES
from ginnel_service.ipc.identifiers import ERROR_IDS
from ginnel_service.ipc.schema import STEPS, State
from ginnel_service.tunnel.wants import WRONG_SECRET

#: An error where it is made, with its identifier.
_RAISED = re.compile(
    r"\b(?:SessionError|TunnelError|ServiceError|ProfileError|CertificateRefused|Failed|CliError)"
    r"\(\s*\"(\w+)\""
)
_OF_THE_COMMAND_LINE = words.ERRORS.keys() - ERROR_IDS.keys()


def test_every_error_of_a_session_is_an_error_of_the_ipc() -> None:
    assert SESSION_CODES.keys() <= ERROR_IDS.keys()


def test_every_error_that_is_raised_is_an_error_of_the_ipc() -> None:
    said: set[str] = set(CERTIFICATE_CODES)
    for source in Path(ginnel_service.__file__).parent.rglob("*.py"):
        said |= set(_RAISED.findall(source.read_text()))
    assert said >= {"identity_mismatch", "redirect_loop", "wrong_password"}
    assert said - _OF_THE_COMMAND_LINE <= ERROR_IDS.keys()
    assert said <= words.ERRORS.keys()


def test_every_way_not_to_authenticate_is_told_by_one_exit_code() -> None:
    told = {code for code in ERROR_IDS if exit_of(code) is Exit.AUTHENTICATION}
    assert told >= {*CERTIFICATE_CODES, *WRONG_SECRET, "identity_mismatch", "prompt_unanswered"}


def test_every_error_has_words() -> None:
    assert ERROR_IDS.keys() <= words.ERRORS.keys()


@pytest.mark.parametrize("code", words.ERRORS)
def test_words_name_cause_and_remedy_and_only_parameters_that_come(code: str) -> None:
    cause, remedy = words.ERRORS[code]
    assert cause.endswith(".")
    assert remedy.endswith(".")
    named = {field for _, field, _, _ in string.Formatter().parse(cause + remedy) if field}
    if code in ERROR_IDS:
        assert named <= set(ERROR_IDS[code]) | {"name"}
    said = words.explain(code, {})
    assert "{" not in said.cause + said.remedy


def test_parameters_are_filled_in_without_control_characters() -> None:
    said = words.explain("unknown_profile", {"name": "a\x1b[2Jb"})
    assert said.cause == r"There is no profile named a\x1b[2Jb."


def test_an_errno_is_said_in_words() -> None:
    assert "File exists" in words.explain("network_refused", {"step": "add route", "errno": 17}).cause


def test_braces_in_a_parameter_are_only_text() -> None:
    assert "{name.__class__}" in words.explain("unknown_profile", {"name": "{name.__class__}"}).cause


@pytest.mark.parametrize("problems", [None, 3, "x", [1], [{"field": 1}], [{}]])
def test_any_problems_are_survived(problems: object) -> None:
    words.explain("profile_invalid", {"problems": problems})


def test_an_error_of_a_later_version_is_named() -> None:
    assert "`brand_new`" in words.explain("brand_new", {}).cause


def test_states_and_steps_have_words() -> None:
    assert words.STATES.keys() == set(get_args(State))
    assert words.STEPS.keys() == set(STEPS)


def test_exit_codes_are_stable_and_documented() -> None:
    assert [int(code) for code in Exit] == list(range(15))
    assert MEANINGS.keys() == set(Exit)
    assert exit_of("authentication_failed") == 7
    assert exit_of("whatever") == 1
