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
_PREFIX: Final = "ginnel_"


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
        if (file := _file(locale, catalogues)) is None:
            continue
        from .catalogue import Catalogue  # noqa: PLC0415 - English has none

        application.installTranslator(Catalogue(file, application))
        qt = QTranslator(application)
        if qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            application.installTranslator(qt)
        return locale
    return source


def _file(locale: QLocale, catalogues: Path) -> Path | None:
    """`ginnel_pt_BR.ts` before `ginnel_pt.ts`."""
    for code in (locale.name(), locale.name().partition("_")[0]):
        if (file := catalogues / f"{_PREFIX}{code}.ts").exists():
            return file
    return None


def languages(catalogues: Path = CATALOGUES) -> list[tuple[str, str]]:
    """Those that there are, each in its own words, and its code."""
    codes = [SOURCE, *(file.stem.removeprefix(_PREFIX) for file in catalogues.glob(f"{_PREFIX}*.ts"))]
    return sorted((_own_name(QLocale(code)), code) for code in codes)


def _own_name(locale: QLocale) -> str:
    if locale.language() == QLocale.Language.English:
        return "English"  # Qt adds whose English
    return locale.nativeLanguageName().capitalize()
