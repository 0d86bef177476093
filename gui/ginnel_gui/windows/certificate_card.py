"""A certificate as a person reads it: whose it is, who vouches for it, until when, and its fingerprint."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QWidget

from ..draw.theme import Theme
from ..model.certificates import Shown, Validity
from ..say import fill, verbatim
from .parts import NEAR, Mark, Text

#: One that is valid need not be one to trust: no green.
_COLOURS: dict[Validity, str] = {"good": "muted", "early": "busy", "soon": "busy", "over": "bad"}


class CertificateView(QWidget):
    """Texts can be selected with the mouse and by keyboard, to compare a fingerprint elsewhere."""

    def __init__(
        self, theme: Theme, locale: QLocale, shown: Shown, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        """`name` is what the certificate is called among a profile's."""
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        mark = Mark(theme, 24)
        validity = shown.validity()
        mark.show_icon("certificate", _COLOURS[validity])
        grid.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        heading = Text(theme, shown.subject, bold=True)
        heading.setToolTip(verbatim(shown.full))
        grid.addWidget(heading, 0, 1)
        issuer = self.tr("itself") if shown.self_signed else shown.issuer
        lines = [(self.tr("Vouched for by %1"), issuer)]
        if shown.names:
            lines.append((self.tr("For %1"), ", ".join(shown.names)))
        row = 1
        for words, value in lines:
            grid.addWidget(Text(theme, fill(words, value), colour="muted"), row, 1)
            row += 1
        validity_text = Text(theme, self._validity(locale, shown, validity))
        validity_text.set_colour(_COLOURS[validity])
        grid.addWidget(validity_text, row, 1)
        self.fingerprint = Text(theme, shown.fingerprint, size=0.88, wraps=False)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.fingerprint.font().pointSizeF())
        self.fingerprint.setFont(fixed)
        self.fingerprint.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.fingerprint.setAccessibleDescription(fill(self.tr("SHA-256 fingerprint of %1"), shown.subject))
        grid.addWidget(Text(theme, self.tr("SHA-256 fingerprint"), size=0.88, colour="muted"), row + 1, 1)
        grid.addWidget(self.fingerprint, row + 2, 1)
        grid.setVerticalSpacing(NEAR // 2)
        self.setAccessibleName(fill(self.tr("Certificate of %1"), shown.subject))
        if name:
            self.setAccessibleDescription(name)

    def _validity(self, locale: QLocale, shown: Shown, validity: Validity) -> str:
        begins, ends = (day(locale, each) for each in (shown.begins, shown.ends))
        words = {
            "good": self.tr("Valid from %1 to %2"),
            "early": self.tr("Not valid before %1 (to %2)"),
            "soon": self.tr("Valid from %1, and ends soon: %2"),
            "over": self.tr("Has expired: it was valid from %1 to %2"),
        }[validity]
        return fill(words, begins, ends)


def day(locale: QLocale, when: datetime) -> str:
    """As people write dates."""
    pattern = QCoreApplication.translate("Pattern of a date", "d MMMM yyyy")
    return locale.toString(QDate(when.year, when.month, when.day), pattern)
