from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from ginnel_gui.draw.icons import STROKES
from ginnel_gui.model.present import BUTTONS, STEPS, TITLES, WAITS, Button, Face, present
from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo, OnDemandStatus, State, Step, WaitsFor


def status(state: State = "down", **more: object) -> ConnectionStatus:
    return ConnectionStatus(name="office", state=state, **more)  # type: ignore[arg-type]


def test_models_need_no_qt() -> None:
    modules = "errors, facts, format, notes, overall, present, profiles, report, series, suites"
    code = f"from ginnel_gui.model import {modules}; import sys; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("shown", "face", "buttons"),
    [
        (status(), Face.DISCONNECTED, ("connect",)),
        (status("connecting", step="auth"), Face.CONNECTING, ("cancel",)),
        (status("up"), Face.CONNECTED, ("disconnect",)),
        (status("reconnecting"), Face.RECONNECTING, ("cancel",)),
        (status("reconnecting", next_try_s=3.0), Face.RECONNECTING, ("retry", "cancel")),
        (status("reconnecting", waits_for="network"), Face.RECONNECTING, ("retry", "cancel")),
        (status("disconnecting"), Face.DISCONNECTED, ()),
        (status("failed"), Face.FAILED, ("connect",)),
        (status(error=ErrorInfo(code="profile_corrupt")), Face.FAILED, ()),
        (status(blocked=True), Face.BLOCKED, ("connect",)),
        (status("reconnecting", blocked=True), Face.RECONNECTING, ("cancel",)),
        (status("failed", blocked=True), Face.FAILED, ("connect",)),
    ],
)
def test_each_state_has_its_face_and_buttons(
    shown: ConnectionStatus, face: Face, buttons: tuple[Button, ...]
) -> None:
    made = present(shown)
    assert (made.face, made.buttons) == (face, buttons)


def test_without_the_service_nothing_can_be_done() -> None:
    made = present(status("up"), has_service=False)
    assert (made.face, made.buttons) == (Face.LOST, ())


def test_an_open_question_comes_before_the_state() -> None:
    made = present(status("connecting", step="auth"), asks=True)
    assert (made.face, made.buttons) == (Face.WAITING, ("answer", "cancel"))


def test_a_question_of_one_that_is_down_is_none() -> None:
    assert present(status(), asks=True).face is Face.DISCONNECTED


def test_the_next_try_is_never_said_to_be_past() -> None:
    detail = present(status("reconnecting", next_try_s=-0.3)).detail
    assert detail is not None
    assert detail.values == ("0",)


def test_rules_that_are_on_are_told() -> None:
    assert present(status(), on_demand=OnDemandStatus(state="on")).detail is not None
    assert present(status(), on_demand=OnDemandStatus(state="paused")).detail is None


def test_everything_has_words_and_a_drawing() -> None:
    assert TITLES.keys() == set(Face)
    assert STEPS.keys() == set(get_args(Step))
    assert WAITS.keys() == set(get_args(WaitsFor))
    assert BUTTONS.keys() == set(get_args(Button))
    assert {face.value for face in Face} <= STROKES.keys()
    assert len({STROKES[face.value] for face in Face}) == len(Face)
