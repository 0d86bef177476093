"""From the main window: create, edit, duplicate, export, delete, and files that are to be imported."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from ginnel_gui.app import App
from ginnel_gui.keychain_access import Place
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.export_dialog import ExportDialog
from ginnel_gui.windows.import_dialog import ImportDialog
from ginnel_gui.windows.page import Context
from ginnel_gui.windows.rename_dialog import RenameDialog
from ginnel_service.ipc.schema import ConnectionStatus, ErrorInfo
from ginnel_service.profiles.importers import preview
from ginnel_service.profiles.model import Authentication, Local, Profile, Transport
from ginnel_service.profiles.secrets import Secrets
from helpers.authority import Authority
from helpers.fake_server import FakeServer
from helpers.import_files import FOLDER

from ..conftest import StartApp

T = TypeVar("T", bound=QDialog)


@pytest.fixture
def app(start: StartApp, server: FakeServer) -> App:
    server.add(["office", "home"])
    return start(server.path)


def shown(qtbot: QtBot, app: App, kind: type[T]) -> T:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in app.window.findChildren(kind)))
    return next(each for each in app.window.findChildren(kind) if each.isVisible())


def test_a_connection_is_edited_from_the_window(qtbot: QtBot, app: App, server: FakeServer) -> None:
    server.service.secrets["office"] = Secrets(psk=b"correct horse")
    app.window.sidebar.choose("office")
    app.window.commands.edit.trigger()
    editor = shown(qtbot, app, Editor)
    editor.form.put("server", "other.example.org")
    with qtbot.waitSignal(editor.saved):
        editor.save()
    assert server.service.profiles["office"].server == "other.example.org"


def test_a_new_one_is_chosen_when_it_is_made(qtbot: QtBot, app: App) -> None:
    app.window.commands.create.trigger()
    editor = shown(qtbot, app, Editor)
    editor.form.put("server", "vpn.work.example.org")
    editor.form.put("authentication.username", "alice")
    editor.save()
    qtbot.waitUntil(lambda: app.window.profile == "work")


def test_a_copy_has_another_name_and_no_secret(qtbot: QtBot, app: App, server: FakeServer) -> None:
    profile = server.service.profiles["office"]
    server.service.profiles["office"] = Profile(
        name="office",
        server=profile.server,
        origin="sswan:1",
        authentication=Authentication(method="eap", username="alice"),
    )
    app.window.sidebar.choose("office")
    app.window.commands.duplicate.trigger()
    editor = shown(qtbot, app, Editor)
    assert (editor.form.value("name"), editor.form.value("origin")) == ("office-2", "")
    with qtbot.waitSignal(editor.saved):
        editor.save()
    assert server.service.profiles["office-2"].authentication.username == "alice"


def test_deleting_asks_first(
    qtbot: QtBot, app: App, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[Place] = []
    monkeypatch.setattr(app.dialogs.prompts._keychain, "forget", forgotten.append)
    for delete in (False, True):
        app.window.sidebar.choose("office")
        app.window.commands.remove.trigger()
        box = shown(qtbot, app, QMessageBox)
        assert "office" in box.text()
        button = next(each for each in box.findChildren(QPushButton) if ("elete" in each.text()) == delete)
        assert box.defaultButton() is not button or not delete
        with qtbot.waitSignal(box.destroyed):
            button.click()
        if delete:
            qtbot.waitUntil(lambda: "office" not in app.desk.mirror.profiles)
            qtbot.waitUntil(lambda: bool(forgotten))
        assert ("office" in server.service.profiles) != delete
        assert len(forgotten) == (2 if delete else 0)  # its password, and its certificate's
    assert forgotten[0] == ("ginnel: office", "alice@example.org")


def test_what_an_import_disowns_is_forgotten_by_the_keychain(
    qtbot: QtBot, app: App, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[Place] = []
    monkeypatch.setattr(app.dialogs.prompts._keychain, "forget", forgotten.append)
    app.dialogs.import_file(str(FOLDER / "eap.sswan"))
    dialog = shown(qtbot, app, ImportDialog)
    dialog.disowned.emit(server.service.profiles["office"])
    assert Place("ginnel: office", "alice@example.org") in forgotten
    dialog.reject()


def test_what_cannot_be_read_can_be_deleted(qtbot: QtBot, app: App, server: FakeServer) -> None:
    server.do(lambda: server.service.broken.update(office=ErrorInfo(code="profile_corrupt")))
    app.dialogs._remove("office")
    qtbot.waitUntil(lambda: "office" not in app.desk.mirror.profiles)


def test_what_is_refused_is_explained(qtbot: QtBot, app: App) -> None:
    app.dialogs._with("none", lambda _: None)
    box = shown(qtbot, app, QMessageBox)
    assert box.text()
    assert box.informativeText()
    box.close()


def test_a_connection_is_renamed_and_stays_chosen(qtbot: QtBot, app: App, server: FakeServer) -> None:
    server.service.secrets["office"] = Secrets(password="rosebud")
    app.window.sidebar.choose("office")
    QTest.keyClick(app.window.sidebar.view, Qt.Key.Key_F2)
    dialog = shown(qtbot, app, RenameDialog)
    assert not dialog.rename_button.isEnabled()
    for name, words in (("home", "There is a connection of this name."), ("a-", "at both ends")):
        dialog.line.setText(name)
        assert words in dialog.told.text()
        assert not dialog.rename_button.isEnabled()
    dialog.line.setText("work")
    told: list[str] = []
    dialog.finished.connect(lambda _: told.append(dialog.told.text()))
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert told == [""]
    qtbot.waitUntil(lambda: "office" not in app.desk.mirror.profiles)
    assert app.window.profile == "work"
    assert app.window.page("connection").isVisible()
    assert server.service.secrets["work"].password == "rosebud"


def test_what_is_in_use_keeps_its_name(qtbot: QtBot, app: App, server: FakeServer) -> None:
    app.window.sidebar.choose("office")
    assert app.window.commands.rename.isEnabled()
    app.window.commands.rename.trigger()
    dialog = shown(qtbot, app, RenameDialog)
    server.publish(ConnectionStatus(name="office", state="up"))
    qtbot.waitUntil(lambda: not app.window.commands.rename.isEnabled())
    server.do(lambda: server.service.connections.update(office=ConnectionStatus(name="office", state="up")))
    dialog.line.setText("work")
    dialog.rename()
    qtbot.waitUntil(lambda: "Disconnect it first" in dialog.told.text())
    assert dialog.isVisible()


def test_files_are_imported_one_after_the_other(qtbot: QtBot, app: App) -> None:
    app.take_files([str(FOLDER / "eap.sswan"), str(FOLDER / "office.toml")])
    first = shown(qtbot, app, ImportDialog)
    assert len([each for each in app.window.findChildren(ImportDialog) if each.isVisible()]) == 1
    first.reject()
    assert shown(qtbot, app, ImportDialog) is not first


@pytest.mark.parametrize("kind", ["toml", "sswan", "mobileconfig"])
def test_an_exported_file_is_for_this_person_alone(
    qtbot: QtBot, context: Context, tmp_path: Path, kind: str
) -> None:
    profile = Profile(
        name="office",
        server="vpn.example.org",
        authentication=Authentication(username="alice"),
        transport=Transport(tcp="always"),
    )
    dialog = ExportDialog(context, profile)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.formats[kind].setChecked(True)  # type: ignore[index]
    assert ("TCP instead of UDP" in dialog.lost.text()) == (kind != "toml")
    file = tmp_path / f"office.{kind}"
    dialog.write(str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert preview(file.read_bytes(), file.name).candidates[0].profile.server == "vpn.example.org"
    assert not dialog.isVisible()


def test_secrets_go_into_a_file_only_when_typed(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    alice = Authority("Office CA").issue("alice")
    (tmp_path / "alice.p12").write_bytes(alice.pkcs12("rosebud"))
    profile = Profile(
        name="office",
        server="vpn.example.org",
        local=Local(id="alice"),
        authentication=Authentication(method="certificate", certificate="own"),
        certificates={"own": alice.pem().decode().partition("-----BEGIN PRIVATE")[0]},
    )
    dialog = ExportDialog(context, profile)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.formats["sswan"].setChecked(True)
    dialog.with_secrets.setChecked(True)
    assert not dialog.save_button.isEnabled()
    dialog._files.take(str(tmp_path / "alice.p12"), dialog.bring_key, "rosebud")
    assert "password" in dialog.lost.text()
    dialog.p12_password.setText("new")
    assert dialog.save_button.isEnabled(), dialog.lost.text()
    file = tmp_path / "office.sswan"
    dialog.write(str(file))
    assert preview(file.read_bytes(), password="new").candidates[0].secrets.private_key


def test_a_file_that_cannot_be_written_is_told(qtbot: QtBot, context: Context) -> None:
    dialog = ExportDialog(context, Profile(name="a", server="h", local=Local(id="me")))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.write("/nonexistent/a.toml")
    assert dialog.told.isVisible()
