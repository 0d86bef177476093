"""A file as a whole: what it is, who made it, who signed it, and what it wants agreed to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox

from ginnel_service.profiles.importers import Preview, Signer

from ..model.import_words import note
from ..say import fill, say
from .page import Context
from .parts import Card, Text


class Head(Card):
    changed = Signal()

    def __init__(self, context: Context, found: Preview, kind: str, name: str) -> None:
        super().__init__(context.theme, margin=12)
        theme = context.theme
        self._agree: QCheckBox | None = None
        self._nevertheless: QCheckBox | None = None
        self.inside.addWidget(Text(theme, found.title or name, bold=True))
        origin = fill(self.tr("%1 from %2"), kind, found.organization) if found.organization else kind
        self.inside.addWidget(Text(theme, origin, colour="muted"))
        if found.description:
            self.inside.addWidget(Text(theme, found.description))
        if found.signer is not None:
            self._add_signer(context, found.signer)
        for each in found.unused:
            self.inside.addWidget(
                Text(theme, f"{each.source}: {say(note(each.id, each.params))}", size=0.88, colour="muted")
            )
        if found.consent:
            self.inside.addWidget(Text(theme, found.consent))
            self._agree = QCheckBox(self.tr("I a&gree"))
            self._agree.setAccessibleName(self.tr("I agree"))
            self._agree.setAccessibleDescription(found.consent)
            self._agree.toggled.connect(self.changed)
            self.inside.addWidget(self._agree)

    @property
    def missing(self) -> str:
        """What has to be agreed to, in words."""
        if self._nevertheless is not None and not self._nevertheless.isChecked():
            return self.tr("The signature of the file does not hold.")
        if self._agree is not None and not self._agree.isChecked():
            return self.tr("The file wants something agreed to.")
        return ""

    def _add_signer(self, context: Context, signer: Signer) -> None:
        theme = context.theme
        words = fill(self.tr("Signed by %1, with a certificate of %2"), signer.subject, signer.issuer)
        self.inside.addWidget(Text(theme, words))
        pairs = ":".join(signer.sha256[at : at + 2].upper() for at in range(0, len(signer.sha256), 2))
        self.inside.addWidget(
            Text(theme, fill(self.tr("SHA-256 fingerprint: %1"), pairs), size=0.88, colour="muted")
        )
        if signer.verified:
            told = self.tr("The signature holds. Ask the signer whether this is the right certificate.")
            self.inside.addWidget(Text(theme, told, colour="good"))
            return
        told = self.tr(
            "⚠ The signature proves nothing: the file was changed after it was signed, or the signature can "
            "be forged. Get the file anew."
        )
        self.inside.addWidget(Text(theme, told, colour="bad"))
        self._nevertheless = QCheckBox(self.tr("I &know for certain where it comes from: import it"))
        self._nevertheless.setAccessibleName(self.tr("Import it although the signature does not hold"))
        self._nevertheless.toggled.connect(self.changed)
        self.inside.addWidget(self._nevertheless)
