"""The editor on a fake service: what a person types is checked by the service, undone, and stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ginnel_gui.model.field_pages import FIELDS, PAGES, page_of
from ginnel_gui.windows.certificate_controls import KeptControl, OneControl, RootsControl
from ginnel_gui.windows.controls import Control
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.page import Context
from ginnel_gui.windows.rules_control import RulesControl
from ginnel_gui.windows.suites_control import SuitesControl
from ginnel_service.ipc.fake import FakeService
from ginnel_service.ipc.schema import RenameParams
from ginnel_service.ipc.service import ServiceError
from ginnel_service.profiles.model import (
    Authentication,
    Ike,
    KillSwitch,
    Local,
    OnDemandRule,
    Profile,
    Remote,
)
from ginnel_service.profiles.secrets import Secrets
from helpers.authority import Authority
from helpers.fake_server import FakeServer

OFFICE = Profile(
    name="office", server="vpn.example.org", authentication=Authentication(method="eap", username="alice")
)
NEW = Profile(name="", server="", authentication=Authentication(method="eap"))

Open = Callable[..., Editor]


@pytest.fixture
def edit(qtbot: QtBot, context: Context, service: FakeService) -> Open:
    opened = []  # whatever Python forgets, Qt would delete

    def edit(profile: Profile = OFFICE, **options: Any) -> Editor:
        if not options.get("is_new"):
            service.profiles[profile.name] = profile
        editor = Editor(context, profile, **options)
        qtbot.addWidget(editor)
        opened.append(editor)
        editor.show()
        return editor

    return edit


def simple(editor: Editor, path: str) -> Any:
    """The control of a field among the few."""
    return editor.simple.rows[path].control


def entry(editor: Editor, path: str) -> Any:
    """The control of a field, on its page."""
    editor.advanced.setChecked(True)
    number = PAGES.index(page_of(FIELDS[path]))
    editor.list.setCurrentRow(number)
    return editor.page(number).rows[path].control


def problem(editor: Editor, path: str) -> str:
    few = editor.simple.rows
    rows = few if path in few else editor.page(PAGES.index(page_of(FIELDS[path]))).rows
    return rows[path].problem.text()


def test_server_and_user_name_suffice(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    editor = edit(NEW, is_new=True)
    QTest.keyClicks(simple(editor, "server").line, "vpn.example.org")
    QTest.keyClicks(simple(editor, "authentication.username").line, "alice")
    with qtbot.waitSignal(editor.saved) as saved:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert saved.args == ["example"]
    made = service.profiles["example"]
    assert (made.server, made.authentication.username) == ("vpn.example.org", "alice")


def test_a_name_that_was_typed_is_not_replaced(qtbot: QtBot, edit: Open) -> None:
    editor = edit(NEW, is_new=True)
    QTest.keyClicks(simple(editor, "name").line, "work")
    QTest.keyClicks(simple(editor, "server").line, "vpn.example.org")
    assert editor.form.value("name") == "work"


def test_a_new_form_complains_of_what_was_touched_alone(qtbot: QtBot, edit: Open) -> None:
    editor = edit(NEW, is_new=True)
    QTest.keyClicks(simple(editor, "server").line, "a b")
    qtbot.waitUntil(lambda: "vpn.example.org" in problem(editor, "server"))
    assert not problem(editor, "authentication.username")
    editor.save()
    qtbot.waitUntil(lambda: bool(problem(editor, "authentication.username")))


def test_what_is_wrong_stands_beside_its_field_and_in_the_summary(qtbot: QtBot, edit: Open) -> None:
    editor = edit()
    entry(editor, "network.mtu").spin.setValue(12)
    qtbot.waitUntil(lambda: "1280" in problem(editor, "network.mtu"))
    assert "1280" in editor.summary.text()
    editor.list.setCurrentRow(0)
    editor.summary.linkActivated.emit("network.mtu")
    assert PAGES[editor.list.currentRow()].name == "network"
    entry(editor, "network.mtu").spin.setValue(1400)
    qtbot.waitUntil(lambda: not editor.summary.isVisible())


def test_a_change_is_undone_and_done_again(qtbot: QtBot, edit: Open) -> None:
    editor = edit()
    line = simple(editor, "server").line
    line.selectAll()
    QTest.keyClicks(line, "other.example.org")
    flag = entry(editor, "network.lan")
    flag.box.click()
    editor.undo.click()
    assert not flag.box.isChecked()
    editor.undo.click()
    assert (line.text(), editor.form.is_changed) == ("vpn.example.org", False)
    editor.redo.click()
    assert line.text() == "other.example.org"


def test_saving_keeps_secrets_that_were_not_typed(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    service.secrets["office"] = Secrets(password="old")
    editor = edit()
    entry(editor, "network.lan").box.click()
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.profiles["office"].network.lan
    assert service.secrets["office"].password == "old"
    editor = edit(service.profiles["office"])
    password = simple(editor, "secrets.password").line
    assert (password.text(), password.echoMode()) == ("", QLineEdit.EchoMode.Password)
    QTest.keyClicks(password, "new")
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.secrets["office"].password == "new"


def test_a_stored_secret_is_forgotten_when_that_is_saved(
    qtbot: QtBot, edit: Open, service: FakeService
) -> None:
    service.profiles["office"] = OFFICE
    service.secrets["office"] = Secrets(password="old", ppk=b"kept")
    editor = edit()
    control = simple(editor, "secrets.password")
    assert control.line.placeholderText() == "Unchanged"
    control.forget.click()
    assert control.line.placeholderText() == "Forgotten when you save"
    assert service.secrets["office"].password == "old"
    editor.undo.click()
    assert not control.forget.isChecked()
    editor.redo.click()
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.secrets["office"] == Secrets(ppk=b"kept")


def test_what_is_typed_replaces_a_secret_that_was_to_be_forgotten(
    qtbot: QtBot, edit: Open, service: FakeService
) -> None:
    service.secrets["office"] = Secrets(password="old")
    editor = edit()
    control = simple(editor, "secrets.password")
    control.forget.click()
    QTest.keyClicks(control.line, "new")
    assert not control.forget.isEnabled()
    assert not control.forget.isChecked()
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.secrets["office"].password == "new"


def test_a_secret_that_is_not_stored_can_be_forgotten(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    editor = edit()
    simple(editor, "secrets.password").forget.click()
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.secrets["office"] == Secrets()


def test_a_needed_secret_is_missed_before_it_is_gone(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    profile = Profile(name="psk", server="h", local=Local(id="me"))
    service.profiles["psk"], service.secrets["psk"] = profile, Secrets(psk=b"secret")
    editor = edit(profile)
    simple(editor, "secrets.psk").forget.click()
    qtbot.waitUntil(lambda: "pre-shared key" in problem(editor, "secrets.psk"))
    editor.save()
    qtbot.wait(0)
    assert service.secrets["psk"].psk == b"secret"


def test_what_is_renamed_meanwhile_is_saved_under_its_new_name(
    qtbot: QtBot, edit: Open, context: Context, service: FakeService
) -> None:
    editor = edit()
    QTest.keyClicks(simple(editor, "authentication.username").line, "-ann")
    context.desk.call("profile.rename", RenameParams(name="office", new_name="work"))
    qtbot.waitUntil(lambda: editor.windowTitle() == "Edit work")
    with qtbot.waitSignal(editor.saved) as saved:
        editor.save_button.click()
    assert saved.args == ["work"]
    assert service.profiles["work"].authentication.username == "alice-ann"
    assert "office" not in service.profiles


def test_what_is_changed_elsewhere_meanwhile_is_not_taken_back(
    qtbot: QtBot, edit: Open, server: FakeServer, service: FakeService
) -> None:
    editor = edit()
    QTest.keyClicks(simple(editor, "authentication.username").line, "-ann")

    def change() -> None:
        theirs = Authentication(method="eap", username="bob")
        service.profiles["office"] = msgspec.structs.replace(
            OFFICE, authentication=theirs, kill_switch=KillSwitch(mode="always")
        )
        service._tell_of("office")

    server.do(change)
    qtbot.waitUntil(lambda: editor.form.value("kill_switch.mode") == "always")
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.profiles["office"].kill_switch.mode == "always"
    assert service.profiles["office"].authentication.username == "alice-ann"


def test_nothing_is_typed_into_a_form_that_is_being_stored(
    qtbot: QtBot, edit: Open, service: FakeService
) -> None:
    editor = edit()
    line = simple(editor, "authentication.username").line
    line.setFocus()
    QTest.keyClicks(line, "-ann")
    service.refuse["create_profile"] = ServiceError("storage_refused")
    editor.save_button.click()
    QTest.keyClicks(line, "-bob")
    assert not editor.save_button.isEnabled()
    qtbot.waitUntil(editor.error.isVisible)
    assert line.hasFocus()
    del service.refuse["create_profile"]
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.profiles["office"].authentication.username == line.text() == "alice-ann"


def test_a_private_key_goes_with_its_certificate(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    alice = Authority("Office CA").issue("alice")
    pem = alice.pem().decode().partition("-----BEGIN PRIVATE")[0]
    profile = msgspec.structs.replace(
        OFFICE,
        authentication=Authentication(username="alice", certificate="own"),
        certificates={"own": pem},
    )
    service.profiles["office"], service.secrets["office"] = profile, Secrets(private_key=b"key", password="p")
    editor = edit(profile)
    simple(editor, "authentication.certificate").combo.setCurrentIndex(0)
    assert editor.form.forgotten == ("private_key",)
    editor.undo.click()
    assert not editor.form.forgotten
    entry(editor, "certificates").remove("own")
    with qtbot.waitSignal(editor.saved):
        editor.save_button.click()
    assert service.secrets["office"] == Secrets(password="p")


def test_what_the_service_refuses_is_shown_where_it_is(qtbot: QtBot, edit: Open) -> None:
    editor = edit(Profile(name="psk", server="h", local=Local(id="me")), is_new=True)
    editor.save()
    qtbot.waitUntil(lambda: "pre-shared key" in problem(editor, "secrets.psk"))
    assert editor.isVisible()


def test_a_taken_name_is_told(qtbot: QtBot, edit: Open, service: FakeService) -> None:
    service.profiles["office"] = OFFICE
    editor = edit(OFFICE, is_new=True)
    editor.save()
    qtbot.waitUntil(editor.error.isVisible)
    assert "name" in editor.error.text()


def test_leaving_asks_before_changes_are_lost(qtbot: QtBot, edit: Open) -> None:
    editor = edit()
    editor.reject()
    assert not editor.isVisible()
    editor = edit()
    entry(editor, "network.lan").box.click()
    editor.reject()
    box = editor.findChild(QMessageBox)
    assert box is not None
    assert editor.isVisible()
    box.button(QMessageBox.StandardButton.Discard).click()
    assert not editor.isVisible()


def test_each_kind_of_control_changes_its_field(qtbot: QtBot, edit: Open) -> None:
    editor = edit()
    entry(editor, "network.subnets").text.setPlainText("10.0.0.0/8\n\n fd00::/8 ")
    assert editor.form.value("network.subnets") == ["10.0.0.0/8", "fd00::/8"]
    combo = entry(editor, "kill_switch.mode").combo
    combo.setCurrentIndex(combo.findData("always"))
    assert editor.form.value("kill_switch.mode") == "always"
    methods = entry(editor, "authentication.eap")
    methods.list.item(3).setCheckState(Qt.CheckState.Checked)
    methods.list.item(1).setCheckState(Qt.CheckState.Checked)
    assert editor.form.value("authentication.eap") == ["ttls", "mschapv2"]
    row = next(i for i in range(6) if methods.list.item(i).data(Qt.ItemDataRole.UserRole) == "mschapv2")
    methods.list.setCurrentRow(row)
    for _ in range(row):
        QTest.keyClick(methods.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert editor.form.value("authentication.eap") == ["mschapv2", "ttls"]
    seconds = entry(editor, "timing.liveness_s").spin
    seconds.setValue(12.5)
    assert editor.form.value("timing.liveness_s") == 12.5
    assert editor.form.profile() is not None


def test_suites_are_chosen_in_plain_words_and_shown_exactly(edit: Open) -> None:
    control: SuitesControl = entry(edit(), "ike.proposals")
    assert "aes256gcm16" in control.text.toPlainText()
    control.combo.setCurrentIndex(control.combo.findText("Post-quantum where possible"))
    assert control.value == ["post_quantum", "default"]
    assert "mlkem768" in control.text.toPlainText()
    assert control.text.isReadOnly()
    control.combo.setCurrentIndex(control.combo.findText("Own choice"))
    assert not control.text.isReadOnly()
    control.text.setPlainText("aes256-sha256-modp2048")
    assert control.value == ["aes256-sha256-modp2048"]
    assert control.combo.currentText() == "Own choice"


def test_an_own_choice_of_suites_is_shown_as_such(edit: Open) -> None:
    profile = Profile(
        name="a", server="h", local=Local(id="me"), ike=Ike(proposals=("aes256-sha256-x25519",))
    )
    control: SuitesControl = entry(edit(profile), "ike.proposals")
    assert control.combo.currentText() == "Own choice"
    assert control.text.toPlainText() == "aes256-sha256-x25519"


def test_rules_are_added_ordered_and_removed(edit: Open) -> None:
    editor = edit()
    control: RulesControl = entry(editor, "on_demand.rules")
    control.add()
    control.add()
    second = next(each for each in control.details.findChildren(Control) if each.field.path == "ssids")
    second.text.setPlainText("Home")  # type: ignore[attr-defined]
    assert [rule["ssids"] for rule in control.value] == [[], ["Home"]]
    control.shift(-1)
    assert [rule["ssids"] for rule in control.value] == [["Home"], []]
    assert [control.list.item(row).text() for row in range(2)] == [
        "1. Connect: in the Wi-Fi network Home",
        "2. Connect: in every network",
    ]
    control.list.setCurrentRow(1)
    control.remove()
    assert [rule["ssids"] for rule in control.value] == [["Home"]]
    profile = editor.form.profile()
    assert profile is not None
    assert profile.on_demand.rules == (OnDemandRule(action="connect", ssids=("Home",)),)


def test_certificates_come_from_files(qtbot: QtBot, edit: Open, tmp_path: Path) -> None:
    root = Authority("Office CA")
    alice = root.issue("alice")
    (tmp_path / "alice.p12").write_bytes(alice.pkcs12("rosebud"))
    (tmp_path / "ca.pem").write_bytes(root.pem)
    editor = edit()
    own: OneControl = entry(editor, "authentication.certificate")
    own.files.take(str(tmp_path / "alice.p12"), own.bring, "rosebud")
    assert editor.form.value("authentication.certificate") == "alice"
    assert editor.form.value("secrets.private_key")
    assert "private key" in own.told.text()
    roots: RootsControl = entry(editor, "remote.ca")
    roots.files.take(str(tmp_path / "ca.pem"), roots.bring)
    assert editor.form.value("remote.ca") == ["ca"]
    kept: KeptControl = entry(editor, "certificates")
    assert set(kept.value) == {"alice", "ca"}
    kept.remove("ca")
    assert editor.form.value("remote.ca") == []
    editor.undo.click()
    assert editor.form.value("remote.ca") == ["ca"]
    editor.undo.click()
    editor.undo.click()
    assert not editor.form.value("secrets.private_key")


def test_the_row_of_a_root_stays_the_current_one_when_it_is_checked(edit: Open) -> None:
    pem = Authority("Office CA").pem.decode()
    profile = msgspec.structs.replace(OFFICE, certificates=dict.fromkeys(("a", "b", "c"), pem))
    editor = edit(msgspec.structs.replace(profile, remote=Remote(ca=("a",))))
    roots: RootsControl = entry(editor, "remote.ca")
    roots.list.setCurrentRow(2)
    QTest.keyClick(roots.list, Qt.Key.Key_Space)
    assert editor.form.value("remote.ca") == ["a", "c"]
    QTest.keyClick(roots.list, Qt.Key.Key_Space)
    assert editor.form.value("remote.ca") == ["a"]


def test_a_locked_file_asks_for_its_password_until_it_opens(qtbot: QtBot, edit: Open, tmp_path: Path) -> None:
    alice = Authority("Office CA").issue("alice")
    (tmp_path / "alice.p12").write_bytes(alice.pkcs12("rosebud"))
    editor = edit()
    own: OneControl = entry(editor, "authentication.certificate")
    own.files.take(str(tmp_path / "alice.p12"), own.bring)
    for password in ("wrong", "rosebud"):
        (dialog,) = [each for each in own.findChildren(QInputDialog) if each.isVisible()]
        dialog.setTextValue(password)
        dialog.accept()
    assert editor.form.value("authentication.certificate") == "alice"


def test_a_file_of_something_else_is_refused(edit: Open, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    own: OneControl = entry(edit(), "authentication.certificate")
    own.files.take(str(tmp_path / "x.pem"), own.bring)
    box = own.findChild(QMessageBox)
    assert box is not None
    assert "x.pem" in box.text()
    box.accept()


def test_every_control_has_a_name_for_those_who_cannot_see_it(edit: Open) -> None:
    editor = edit()
    editor.advanced.setChecked(True)
    for view in (editor.simple, *map(editor.page, range(len(PAGES)))):
        for path, row in view.rows.items():
            assert row.control.entry.accessibleName(), path
    unnamed = [
        each
        for each in editor.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not each.objectName().startswith("qt_")
        and not isinstance(each, QLabel)  # whose words are its name
    ]
    assert [type(each).__name__ for each in unnamed if not getattr(each, "text", str)()] == []


def test_every_field_is_reached_by_the_keyboard(qtbot: QtBot, edit: Open) -> None:
    editor = edit()
    editor.advanced.setChecked(True)
    with qtbot.waitActive(editor):
        editor.activateWindow()
    for number, page in enumerate(PAGES):
        editor.list.setCurrentRow(number)
        editor.list.setFocus()
        met: set[QWidget | None] = set()
        for _ in range(120):
            QTest.keyClick(QApplication.focusWidget() or editor, Qt.Key.Key_Tab)
            if QApplication.focusWidget() in met:
                break
            met.add(QApplication.focusWidget())
        for field in page.fields:
            control = editor.page(number).rows[field.path].control
            if control.isEnabled():
                assert control.entry in met, field.path


def test_a_field_that_matters_is_shown_and_others_are_not(edit: Open) -> None:
    editor = edit(NEW, is_new=True)
    assert not simple(editor, "secrets.psk").isVisible()
    combo = simple(editor, "authentication.method").combo
    combo.setCurrentIndex(combo.findData("psk"))
    assert simple(editor, "secrets.psk").isVisible()
    assert not simple(editor, "authentication.username").isVisible()
