"""What Ginnel is, which version, and under which licences it and what it is built on are."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ginnel_service import __version__

from ..draw.theme import application_icon
from ..say import fill
from .pages import Context
from .parts import Card, Text
from .type_scale import TITLE


class About(QDialog):
    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = context.theme
        self.setWindowTitle(self.tr("About Ginnel"))
        icon = QLabel()
        icon.setPixmap(application_icon().pixmap(80, 80))
        heading = QVBoxLayout()
        heading.setSpacing(2)
        heading.addStretch(1)
        heading.addWidget(Text(theme, "Ginnel", size=TITLE, bold=True, wraps=False))
        heading.addWidget(Text(theme, fill(self.tr("Version %1"), __version__), wraps=False))
        served = context.desk.version
        heading.addWidget(
            Text(
                theme,
                fill(self.tr("Service: version %1"), served) if served else self.tr("Service: no contact"),
                colour="muted",
                wraps=False,
            )
        )
        heading.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(20)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(heading, 1)
        card = Card(theme)
        for words in (
            self.tr("Connects this machine to IKEv2/IPsec VPNs, and does so without the system's own IPsec."),
            self.tr("A ginnel is a narrow covered passage between buildings."),
            self.tr("Ginnel is free software under the Apache License 2.0."),
            fill(
                self.tr(
                    "Made with Qt %1 and PySide6 (GNU LGPL 3), Python %2 (PSF License), OpenSSL and "
                    "cryptography (Apache License 2.0, BSD), msgspec (BSD)."
                ),
                qVersion(),
                ".".join(map(str, sys.version_info[:3])),
            ),
        ):
            card.inside.addWidget(Text(theme, words))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addLayout(top)
        column.addWidget(card)
        column.addStretch(1)
        column.addWidget(buttons)
        column.addStrut(400)
        self.resize(440, column.totalHeightForWidth(440))
