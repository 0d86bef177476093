"""Invariant: whatever a file holds that a person imports, only ImportRefused leaves `preview`; and what comes
out can be validated and exported again.
"""

from __future__ import annotations

import contextlib

from ginnel_service.profiles.certificates import UnusableError
from ginnel_service.profiles.exporters import export_mobileconfig, export_sswan, export_toml, losses
from ginnel_service.profiles.importers import NOTES, Candidate, ImportRefused, preview
from ginnel_service.profiles.validation import validate

PASSWORD = "rosebud"


def feed(octets: bytes) -> None:
    with contextlib.suppress(ImportRefused):
        found = preview(octets, "file", password=PASSWORD, files={"ipsec.secrets": octets})
        for candidate in found.candidates:
            _use(candidate)


def _use(candidate: Candidate) -> None:
    assert all(set(note.params) <= set(NOTES[note.id]) for note in candidate.unused)
    if validate(candidate.profile):
        return
    for export in (export_toml, export_sswan, export_mobileconfig):
        with contextlib.suppress(UnusableError):  # a pre-shared key that is no text
            losses(candidate.profile, export(candidate.profile, candidate.secrets))
