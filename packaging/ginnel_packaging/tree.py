"""The clone that is packaged: where it is, which version it is, and when it was made."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Final

from ginnel_service import __version__ as VERSION  # noqa: N812 - a constant, as it is read here

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGING: Final = ROOT / "packaging"
#: Whom packages name, and where they send people.
MAINTAINER: Final = "Ginnel <maintainers@ginnel.org>"
WWW: Final = "https://ginnel.org/"
COMMENT: Final = "IKEv2/IPsec VPN client that does everything in user space"

__all__ = ["COMMENT", "MAINTAINER", "PACKAGING", "ROOT", "VERSION", "WWW", "epoch"]


def epoch() -> int:
    """The date of everything in a package, in seconds: SOURCE_DATE_EPOCH, else of the last commit, else now.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(said)
    done = subprocess.run(
        ["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip() else int(time.time())
