"""Standard file dialogs that nothing waits for, and what went wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def ask_where_to_save(
    parent: QWidget, title: str, name: str, kinds: str, save: Callable[[Path], None]
) -> QFileDialog:
    """Ask, and `save` to where the person says; an existing file was confirmed then."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(parent, title, folder, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: save(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def tell(parent: QWidget, title: str, cause: str, remedy: str = "") -> QMessageBox:
    """Something failed: why, and what to do about it."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, cause, QMessageBox.StandardButton.Close, parent)
    box.setInformativeText(remedy)
    box.finished.connect(box.deleteLater)
    box.open()
    return box
