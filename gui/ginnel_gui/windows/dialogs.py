"""The main window's dialogs: what it asks for, and questions of connections."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

import msgspec
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QMessageBox

from ginnel_service.ipc.schema import ErrorInfo, NameParams
from ginnel_service.profiles.model import Authentication, Profile

from ..alive import while_alive
from ..model.errors import explain
from ..model.importing import free_name
from ..say import fill, say
from .main_window import MainWindow
from .page import Context
from .prompts import Prompts

#: What a new connection begins with: a server and a user name suffice.
FRESH: Final = Profile(name="", server="", authentication=Authentication(method="eap"))
#: After the start, in milliseconds.
_LOAD_MS: Final = 150


class Dialogs(QObject):
    """Over `window`. Files that come while one is shown are shown after it."""

    def __init__(self, context: Context, window: MainWindow, prompts: Prompts | None = None) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self.prompts = prompts or Prompts(context, window)
        self._files: list[str] = []
        self._importing = False
        # Parsers of certificates and their like take a moment to load: when nobody waits for it.
        for number, name in enumerate(("certificate_files", "editor", "import_dialog"), 1):
            QTimer.singleShot(number * _LOAD_MS, self, lambda name=name: _load(name))
        window.import_requested.connect(self.import_file)
        window.create_requested.connect(self.create)
        window.edit_requested.connect(lambda name: self._with(name, self._edit))
        window.rename_requested.connect(self.rename)
        window.duplicate_requested.connect(lambda name: self._with(name, self._duplicate))
        window.export_requested.connect(lambda name: self._with(name, self._export))
        window.remove_requested.connect(self.remove)
        window.answer_requested.connect(self.prompts.ask_now)

    def import_file(self, path: str) -> None:
        """With "" the person chooses one."""
        self._files.append(path)
        self._import_next()

    def create(self) -> None:
        from .editor import Editor  # noqa: PLC0415 - a dialog costs nothing before it is wanted

        editor = Editor(self._context, FRESH, self._window, is_new=True)
        editor.saved.connect(self._window.show_profile)
        self._open(editor)

    def remove(self, name: str) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Delete a connection"))
        box.setText(fill(self.tr("Delete %1?"), name))
        box.setInformativeText(self.tr("Its secrets are forgotten with it. This cannot be undone."))
        delete = box.addButton(self.tr("&Delete"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        delete.clicked.connect(lambda: self._remove(name))
        self._open(box)

    def _remove(self, name: str) -> None:
        """With what the keychain has for it, which the profile alone tells where to find."""
        call, params = self._context.desk.call, NameParams(name=name)

        def shown(profile: Profile | None, _: ErrorInfo | None) -> None:
            def removed(_: object, error: ErrorInfo | None) -> None:
                if error is None and profile is not None:
                    self.prompts.forget(profile)
                self._done(None, error)

            call("profile.remove", params, while_alive(self, removed))

        call("profile.show", params, while_alive(self, shown))

    def rename(self, name: str) -> None:
        from .rename_dialog import RenameDialog  # noqa: PLC0415

        self._open(RenameDialog(self._context, name, self._window))

    def _import_next(self) -> None:
        if self._importing or not self._files:
            return
        from .import_dialog import ImportDialog  # noqa: PLC0415

        path = self._files.pop(0)
        dialog = ImportDialog(self._context, self._window)
        self._importing = True
        dialog.imported.connect(lambda names: self._window.show_profile(names[0]) if names else None)
        dialog.disowned.connect(self.prompts.forget)
        dialog.finished.connect(self._imported)
        self._open(dialog)
        if path:
            dialog.take(path)

    def _imported(self) -> None:
        self._importing = False
        self._import_next()

    def _edit(self, profile: Profile) -> None:
        from .editor import Editor  # noqa: PLC0415

        self._open(Editor(self._context, profile, self._window))

    def _duplicate(self, profile: Profile) -> None:
        from .editor import Editor  # noqa: PLC0415

        name = free_name(profile.name, set(self._context.desk.mirror.profiles))
        copy = msgspec.structs.replace(profile, name=name, origin="", owner_uid=0)
        title = fill(self.tr("A copy of %1"), profile.name)
        editor = Editor(self._context, copy, self._window, is_new=True, title=title)
        editor.saved.connect(self._window.show_profile)
        self._open(editor)

    def _export(self, profile: Profile) -> None:
        from .export_dialog import ExportDialog  # noqa: PLC0415

        self._open(ExportDialog(self._context, profile, self._window))

    def _with(self, name: str, then: Callable[[Profile], None]) -> None:
        """`then` with the profile, as the service has it now."""
        _load("editor")  # while the service answers

        def answered(profile: Profile | None, error: ErrorInfo | None) -> None:
            if profile is not None:
                then(profile)
            else:
                self._done(None, error)

        self._context.desk.call("profile.show", NameParams(name=name), while_alive(self, answered))

    def _done(self, _: object, error: ErrorInfo | None) -> None:
        """Say why something was not done."""
        if error is None:
            return
        said = explain(error)
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("That was not done"))
        box.setText(say(said.cause))
        box.setInformativeText(say(said.remedy))
        if said.details:
            box.setDetailedText("\n".join(said.details))
        self._open(box)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _load(name: str) -> None:
    import_module(f"ginnel_gui.windows.{name}")
