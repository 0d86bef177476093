"""Certificates out of files: chosen, read with the person's rights, opened with a password where need be."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileInfo, QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget

from ginnel_service.profiles.certificates import MAX_FILE_OCTETS, PasswordNeededError, UnusableError

from ..model.certificates import Opened, opened
from ..say import fill

_FILES: Final = "*.pem *.crt *.cer *.der *.p12 *.pfx *.key"


class CertificateFiles(QObject):
    """For the window `parent`. Whoever asks hears of what was opened, and nothing when the person leaves."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent

    def choose(self, title: str, then: Callable[[Opened, str], None]) -> None:
        """`then` gets what the file holds and what it is called."""
        self.pick(title, lambda path: self.take(path, then))

    def pick(self, title: str, then: Callable[[str], None]) -> None:
        """`then` gets the file's path."""
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [fill(self.tr("Certificates (%1)"), _FILES), fill(self.tr("All files (%1)"), "*")]
        )
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, path: str, then: Callable[[Opened, str], None], password: str | None = None) -> None:
        """The file at `path`."""
        name = QFileInfo(path).completeBaseName()
        try:
            data = read(path, MAX_FILE_OCTETS + 1)
            then(opened(data, password), name)
        except PasswordNeededError:
            self._ask(path, then, again=password is not None)
        except UnusableError as error:
            self.refuse(QFileInfo(path).fileName(), str(error))
        except OSError as error:
            self.refuse(QFileInfo(path).fileName(), error.strerror or "")

    def _ask(self, path: str, then: Callable[[Opened, str], None], *, again: bool) -> None:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(self.tr("Password of the file"))
        words = (
            self.tr("That password does not open %1. Try again:")
            if again
            else self.tr("%1 is protected. Its password:")
        )
        dialog.setLabelText(fill(words, QFileInfo(path).fileName()))
        dialog.setTextEchoMode(QLineEdit.EchoMode.Password)
        dialog.textValueSelected.connect(lambda password: self.take(path, then, password))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def refuse(self, name: str, why: str) -> None:
        """Say that the file `name` is of no use; `why` is for those who know the matter."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("The file cannot be used"))
        box.setText(fill(self.tr("%1 holds no certificate or key that can be used."), name))
        box.setInformativeText(self.tr("PEM, DER and PKCS#12 files are read, such as .pem, .crt and .p12."))
        box.setDetailedText(why)
        box.finished.connect(box.deleteLater)
        box.open()


def read(path: str, limit: int) -> bytes:
    """At most `limit` octets of a file. A pipe or a device might never end, and is none. Raises OSError."""
    file = Path(path)
    if not file.is_file():
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    with file.open("rb") as opened_file:
        return opened_file.read(limit)
