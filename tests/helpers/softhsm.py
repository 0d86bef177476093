"""SoftHSM, a PKCS#11 token in files."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def module() -> Path | None:
    """The PKCS#11 library, or None."""
    return next((Path(place) for place in _PLACES if Path(place).exists()), None)


def why_missing() -> str | None:
    if importlib.util.find_spec("pkcs11") is None:
        return "python-pkcs11 is not installed"
    return None if module() and shutil.which("softhsm2-util") else "SoftHSM 2 is not installed"
