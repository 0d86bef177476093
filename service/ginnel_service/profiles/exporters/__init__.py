"""Profiles as files for other programs and other people. Secrets go in only where they are given.

    export_toml(profile, secrets)          what `ginnel create --file` and `ginnel import` read
    export_sswan(profile, secrets)         strongSwan's app for Android
    export_mobileconfig(profile, secrets)  macOS, iOS

What a format cannot carry is left out, and `losses` names it.
"""

from __future__ import annotations

from .losses import losses
from .mobileconfig import export_mobileconfig
from .sswan import export_sswan
from .toml import export_toml

__all__ = ["export_mobileconfig", "export_sswan", "export_toml", "losses"]
