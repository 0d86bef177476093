"""The person's language: Ginnel's catalogue and Qt's own, and the direction in which it is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

CATALOGUES: Final = Path(__file__).parent / "translations"

#: What the texts in the sources are written in.
SOURCE: Final = "en"


def install(application: QApplication, chosen: str, catalogues: Path = CATALOGUES) -> QLocale:
    """Speak `chosen`, or with "" the first of the system's languages that there is; else English.

    Returns the locale for numbers and dates: that of the language, or the system's where none is chosen.
    """
    system = QLocale.system()
    spoken = _speak(application, [chosen] if chosen else system.uiLanguages(), catalogues)
    locale = QLocale(chosen) if chosen else system
    QLocale.setDefault(locale)
    application.setLayoutDirection(spoken.textDirection())
    return locale


def _speak(application: QApplication, names: Sequence[str], catalogues: Path) -> QLocale:
    source = QLocale(SOURCE)
    for locale in map(QLocale, names):
        if locale.language() == source.language():
            break
        ours = QTranslator(application)
        if not ours.load(locale, "ginnel", "_", str(catalogues)):
            continue
        application.installTranslator(ours)
        qt = QTranslator(application)
        if qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            application.installTranslator(qt)
        return locale
    return source
