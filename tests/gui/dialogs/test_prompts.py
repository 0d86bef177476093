"""Questions of connections: one at a time, answered by person or keychain, closed when answered elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.keychain import UNAVAILABLE
from ginnel_gui.keychain_access import KeychainAccess, Place
from ginnel_gui.model.attempts import Attempts
from ginnel_gui.windows.page import Context
from ginnel_gui.windows.prompt_dialog import PromptDialog
from ginnel_gui.windows.prompts import Prompts
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import (
    CertificateShown,
    ConnectionStatus,
    ErrorInfo,
    PromptStatus,
    RenameParams,
)
from ginnel_service.profiles.model import Authentication, Profile
from helpers.fake_server import FakeServer

OFFICE = Profile(
    name="office", server="a.example.org", authentication=Authentication(method="eap", username="alice")
)
PLACE = Place("ginnel: office", "alice")
PASSWORD = PromptStatus(id=1, name="office", kind="password", username="alice")
CODE = PromptStatus(id=2, name="office", kind="otp", message="Code of your token?")
CERTIFICATE = PromptStatus(
    id=3,
    name="office",
    kind="certificate",
    certificate=CertificateShown(
        subject="CN=gw", issuer="CN=gw", sha256="ab" * 32, not_before=0, not_after=2e9, self_signed=True
    ),
)

#: Of anything that the keychain takes part in, in milliseconds: each look is a process of Python's.
BOUND_MS = 30_000

#: The library keyring, with a directory for a keychain.
KEYRING = """
import os, pathlib
FOLDER = pathlib.Path(os.environ["KEYCHAIN"])
def _file(service, username): return FOLDER / (service + "-" + username).replace("/", "_")
def get_password(service, username):
    file = _file(service, username)
    return file.read_text() if file.exists() else None
def set_password(service, username, password): _file(service, username).write_text(password)
def delete_password(service, username): _file(service, username).unlink()
"""


@pytest.fixture
def keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeychainAccess]:
    """One that works, for child processes alone."""
    library = tmp_path / "library"
    (library / "keychain").mkdir(parents=True)
    (library / "keyring.py").write_text(KEYRING)
    monkeypatch.setenv("KEYCHAIN", str(library / "keychain"))
    path = str(library)
    code = f"import sys; sys.path.insert(0, {path!r}); from ginnel_gui.keychain import main; "
    command = (sys.executable, "-c", code + "sys.exit(main(sys.argv[1:]))")
    access = KeychainAccess(command=command)
    yield access
    access.close()


class Chain:
    """The keychain, waited for."""

    def __init__(self, qtbot: QtBot, access: KeychainAccess) -> None:
        self._qtbot, self._access = qtbot, access

    def _wait(self, begin: Callable[[Callable[[str | None, bool], None]], None]) -> str | None:
        found: list[str | None] = []
        begin(lambda password, _: found.append(password))
        self._qtbot.waitUntil(lambda: bool(found), timeout=BOUND_MS)
        return found[0]

    def get(self, place: Place = PLACE) -> str | None:
        return self._wait(lambda then: self._access.get(place, then))

    def put(self, password: str) -> None:
        self._wait(lambda then: self._access.put(PLACE, password, then))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def prompts(context: Context, window: QWidget, keychain: KeychainAccess, server: FakeServer) -> Prompts:
    server.add(["office"])
    return Prompts(context, window, keychain)


def ask(server: FakeServer, context: Context, *questions: PromptStatus) -> None:
    server.do(lambda: setattr(server.service, "asks", list(questions)))
    context.desk.connect_profile("office")


def shown(qtbot: QtBot, prompts: Prompts, number: int) -> PromptDialog:
    qtbot.waitUntil(
        lambda: prompts.dialog is not None and prompts.dialog.prompt.id == number, timeout=BOUND_MS
    )
    assert prompts.dialog is not None
    return prompts.dialog


def test_questions_come_one_after_the_other(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer
) -> None:
    ask(server, context, PASSWORD, CODE)
    dialog = shown(qtbot, prompts, 1)
    QTest.keyClicks(dialog.lines[0], "rosebud")
    QTest.keyClick(dialog.lines[0], Qt.Key.Key_Return)
    dialog = shown(qtbot, prompts, 2)
    QTest.keyClicks(dialog.lines[0], "123456")
    QTest.keyClick(dialog.lines[0], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(server.service.answers) == 2)
    assert server.service.answers == [(1, "rosebud", False), (2, "123456", False)]
    assert prompts.dialog is None


def test_no_storm_of_dialogs(qtbot: QtBot, prompts: Prompts, window: QWidget, server: FakeServer) -> None:
    many = [PromptStatus(id=number, name="office", kind="otp") for number in range(10, 30)]
    server.publish(*many)
    shown(qtbot, prompts, 10)
    qtbot.waitUntil(lambda: len(prompts._waiting) == 19)
    assert len([each for each in window.findChildren(PromptDialog) if each.isVisible()]) == 1


def test_one_that_is_answered_elsewhere_closes(qtbot: QtBot, prompts: Prompts, server: FakeServer) -> None:
    server.publish(CODE)
    with qtbot.waitSignal(shown(qtbot, prompts, 2).destroyed):
        server.publish(PromptStatus(id=2, name="office", kind="otp", open=False))
    assert prompts.dialog is None
    assert server.service.answers == []


def test_what_another_client_asks_is_not_asked_here(qtbot: QtBot, prompts: Prompts, context: Context) -> None:
    context.desk.prompt_opened.emit(PromptStatus(id=5, name="office", kind="otp", ask=False))
    context.desk.prompt_opened.emit(CODE)
    shown(qtbot, prompts, 2)


def test_it_can_be_put_off_and_asked_for_again(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer
) -> None:
    ask(server, context, CODE)
    QTest.keyClick(shown(qtbot, prompts, 2), Qt.Key.Key_Escape)
    assert prompts.dialog is None
    prompts.ask_now(context.desk.mirror.prompts[2])
    shown(qtbot, prompts, 2).refuse()
    qtbot.waitUntil(lambda: server.service.answers == [(2, None, False)])


def test_the_keychain_answers_without_a_word(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer, keychain: KeychainAccess
) -> None:
    Chain(qtbot, keychain).put("rosebud")
    ask(server, context, PASSWORD)
    qtbot.waitUntil(lambda: server.service.answers == [(1, "rosebud", False)], timeout=BOUND_MS)
    assert prompts.dialog is None


def test_a_wrong_password_of_the_keychain_is_used_once_and_forgotten(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer, keychain: KeychainAccess
) -> None:
    chain = Chain(qtbot, keychain)
    chain.put("old")
    again = PromptStatus(id=4, name="office", kind="password", username="alice")
    ask(server, context, PASSWORD, again)
    dialog = shown(qtbot, prompts, 4)
    assert server.service.answers == [(1, "old", False)]
    qtbot.waitUntil(lambda: chain.get() is None, timeout=BOUND_MS)
    dialog.lines[0].setText("rosebud")
    dialog.keeping["keychain"].setChecked(True)
    dialog.answer()
    qtbot.waitUntil(lambda: chain.get() == "rosebud", timeout=BOUND_MS)  # it led to a connection


def test_what_the_keychain_has_goes_with_a_profile_that_is_deleted(
    qtbot: QtBot, prompts: Prompts, server: FakeServer, keychain: KeychainAccess
) -> None:
    chain = Chain(qtbot, keychain)
    chain.put("rosebud")
    prompts.forget(OFFICE)
    server.publish(PASSWORD)  # of another profile of that name, while the keychain is at it
    shown(qtbot, prompts, 1)
    qtbot.waitUntil(lambda: chain.get() is None, timeout=BOUND_MS)


def test_a_keychain_that_forgets_nothing_is_not_asked_again(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer, keychain: KeychainAccess
) -> None:
    Chain(qtbot, keychain).put("rosebud")
    prompts._keychain = KeychainAccess(prompts, command=("sh", "-c", f"exit {UNAVAILABLE}"))  # locked
    prompts.forget(OFFICE)
    qtbot.waitUntil(lambda: not prompts._keychain._running)
    prompts._keychain = keychain
    ask(server, context, PASSWORD)
    dialog = shown(qtbot, prompts, 1)
    dialog.lines[0].setText("another")
    dialog.keeping["keychain"].setChecked(True)
    dialog.answer()
    qtbot.waitUntil(lambda: tuple(PLACE) not in prompts._forgotten, timeout=BOUND_MS)  # it is the new one's
    assert Chain(qtbot, keychain).get() == "another"


def test_what_the_keychain_has_goes_along_with_a_new_name(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer, keychain: KeychainAccess
) -> None:
    server.service.profiles["office"] = OFFICE
    chain = Chain(qtbot, keychain)
    chain.put("rosebud")
    context.desk.call("profile.rename", RenameParams(name="office", new_name="work"))
    qtbot.waitUntil(lambda: chain.get() is None, timeout=BOUND_MS)
    qtbot.waitUntil(lambda: chain.get(Place("ginnel: work", "alice")) == "rosebud", timeout=BOUND_MS)
    asked = msgspec.structs.replace(PASSWORD, name="work")
    server.publish(asked)
    qtbot.waitUntil(lambda: prompts._attempts.was_used(asked), timeout=BOUND_MS)
    assert prompts.dialog is None


def test_a_service_that_ends_says_nothing_of_the_keychains_password(
    qtbot: QtBot, prompts: Prompts, keychain: KeychainAccess, context: Context, server: FakeServer
) -> None:
    chain = Chain(qtbot, keychain)
    chain.put("rosebud")
    server.publish(PASSWORD)
    qtbot.waitUntil(lambda: prompts._attempts.was_used(PASSWORD), timeout=BOUND_MS)
    server.stop()
    qtbot.waitUntil(lambda: not context.desk.has_contact)
    server.start()
    qtbot.waitUntil(lambda: context.desk.has_contact)
    ask(server, context, PASSWORD)
    qtbot.waitUntil(lambda: server.service.answers == [(1, "rosebud", False)], timeout=BOUND_MS)
    assert prompts.dialog is None
    assert chain.get() == "rosebud"


def test_a_password_that_leads_nowhere_is_not_kept(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer, keychain: KeychainAccess
) -> None:
    server.service.fail_up["office"] = ErrorInfo(code="wrong_password")
    ask(server, context, PASSWORD)
    dialog = shown(qtbot, prompts, 1)
    dialog.lines[0].setText("wrong")
    dialog.keeping["keychain"].setChecked(True)
    with qtbot.waitSignal(
        context.desk.connection_changed,
        check_params_cb=lambda name: getattr(context.desk.status(name), "state", "") == "failed",
    ):
        dialog.answer()
    assert Chain(qtbot, keychain).get() is None


def test_the_service_may_keep_it(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer
) -> None:
    ask(server, context, PASSWORD)
    dialog = shown(qtbot, prompts, 1)
    dialog.lines[0].setText("rosebud")
    dialog.keeping["service"].setChecked(True)
    dialog.answer()
    qtbot.waitUntil(lambda: server.service.answers == [(1, "rosebud", True)])


def test_without_a_keychain_it_cannot_be_chosen(
    qtbot: QtBot, context: Context, window: QWidget, server: FakeServer
) -> None:
    prompts = Prompts(context, window, KeychainAccess(window, command=("/nonexistent",)))
    server.publish(PASSWORD)
    dialog = shown(qtbot, prompts, 1)
    assert not dialog.keeping["keychain"].isEnabled()


def test_a_certificate_is_trusted_only_after_it_was_compared(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer
) -> None:
    ask(server, context, CERTIFICATE)
    dialog = shown(qtbot, prompts, 3)
    assert not dialog.answer_button.isEnabled()
    assert dialog.refuse_button.isDefault()
    dialog.compared.setChecked(True)
    dialog.answer_button.click()
    qtbot.waitUntil(lambda: server.service.answers == [(3, "ab" * 32, False)])


def test_return_refuses_a_certificate(
    qtbot: QtBot, prompts: Prompts, context: Context, server: FakeServer
) -> None:
    ask(server, context, CERTIFICATE)
    dialog = shown(qtbot, prompts, 3)
    dialog.compared.setChecked(True)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: server.service.answers == [(3, None, False)])


def test_a_new_password_is_typed_twice(qtbot: QtBot, context: Context) -> None:
    asked = PromptStatus(id=1, name="office", kind="new_password")
    dialog = PromptDialog(context, asked, has_keychain=True)
    qtbot.addWidget(dialog)
    dialog.show()
    first, second = dialog.lines
    first.setText("one")
    second.setText("two")
    assert not dialog.answer_button.isEnabled()
    assert dialog.told.isVisible()
    second.setText("one")
    assert dialog.answer_button.isEnabled()


def test_a_password_of_an_attempt_is_wrong_only_when_the_gateway_says_so() -> None:
    attempts = Attempts()
    attempts.use(PASSWORD)
    assert attempts.was_used(PASSWORD)
    assert attempts.heard(ConnectionStatus(name="office", state="connecting")) == ({}, frozenset())
    lost = ConnectionStatus(name="office", state="failed", error=ErrorInfo(code="unreachable"))
    assert attempts.heard(lost) == ({}, frozenset())
    attempts.use(PASSWORD)
    wrong = ConnectionStatus(name="office", state="failed", error=ErrorInfo(code="wrong_password"))
    assert attempts.heard(wrong) == ({}, frozenset({tuple(PLACE)}))
    attempts.keep(PASSWORD, "rosebud")
    assert attempts.heard(ConnectionStatus(name="office", state="up")) == (
        {tuple(PLACE): "rosebud"},
        frozenset(),
    )
    assert "rosebud" not in repr(attempts)


def test_no_password_is_among_the_arguments_of_a_process(
    qtbot: QtBot, tmp_path: Path, service: FakeService
) -> None:
    """Whoever runs `ps` may see them."""
    code = f"import sys; open({str(tmp_path / 'seen')!r}, 'w').write(repr(sys.argv)); sys.stdin.read()"
    access = KeychainAccess(command=(sys.executable, "-c", code))
    done: list[bool] = []
    access.put(PLACE, "rosebud", lambda _, there: done.append(there))
    qtbot.waitUntil(lambda: bool(done), timeout=BOUND_MS)
    seen = (tmp_path / "seen").read_text()
    assert "ginnel: office" in seen
    assert "rosebud" not in seen


def test_what_waits_for_the_keychain_ends_with_the_app(qtbot: QtBot) -> None:
    """Qt warns, and so fails the test, when a process is forgotten."""
    owner = QObject()
    access = KeychainAccess(owner, command=(sys.executable, "-c", "import time; time.sleep(60)"))
    heard: list[bool] = []
    access.get(PLACE, lambda _, there: heard.append(there))
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    assert heard == []


def test_a_helper_that_does_not_listen_is_waited_for(qtbot: QtBot) -> None:
    code = "import os, time; os.close(0); time.sleep(0.2); raise SystemExit(2)"
    access = KeychainAccess(command=(sys.executable, "-c", code))
    done: list[bool] = []
    access.put(PLACE, "rosebud" * 100_000, lambda _, there: done.append(there))
    qtbot.waitUntil(lambda: bool(done), timeout=BOUND_MS)
    assert done == [False]


def test_whoever_asks_may_be_forgotten(qtbot: QtBot) -> None:
    """Which ended the whole process now and then, a moment later."""
    for _ in range(20):
        access = KeychainAccess(command=("sh", "-c", "cat > /dev/null"))
        done: list[bool] = []
        access.put(PLACE, "rosebud", partial(_note, done))
        while not done:
            QApplication.processEvents()
        del access
        QApplication.processEvents()


def _note(done: list[bool], _: str | None, there: bool) -> None:
    done.append(there)


def test_a_subject_is_no_html_in_a_tool_tip(qtbot: QtBot, context: Context) -> None:
    assert CERTIFICATE.certificate is not None
    subject = "CN=<img src='/dev/zero'>"
    shown = msgspec.structs.replace(CERTIFICATE.certificate, subject=subject)
    prompt = msgspec.structs.replace(CERTIFICATE, certificate=shown)
    dialog = PromptDialog(context, prompt, has_keychain=False)
    qtbot.addWidget(dialog)
    tips = [each.toolTip() for each in dialog.findChildren(QLabel) if each.toolTip()]
    assert tips
    assert not any("<img" in each for each in tips)
