"""The person's language: Ginnel's catalogue and Qt's own, and the direction in which it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

CATALOGUES: Final = Path(__file__).parent / "translations"

#: What the texts in the sources are written in.
SOURCE: Final = "en"


def install(application: QApplication, chosen: str, catalogues: Path = CATALOGUES) -> QLocale:
    """Speak `chosen`, or with "" the first of the system's languages that there is. Returns its locale."""
    locale = QLocale(chosen) if chosen else QLocale.system()
    for name in [chosen] if chosen else QLocale.system().uiLanguages():
        if QLocale(name).language() == QLocale(SOURCE).language():
            break
        translator = QTranslator(application)
        if translator.load(QLocale(name), "ginnel", "_", str(catalogues)):
            application.installTranslator(translator)
            ours = QTranslator(application)
            if ours.load(
                QLocale(name), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            ):
                application.installTranslator(ours)
            locale = QLocale(name)
            break
    QLocale.setDefault(locale)
    application.setLayoutDirection(locale.textDirection())
    return locale
