"""The app's dialogs as its pictures show them, and as nothing in them may be cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtWidgets import QDialog, QWidget

from ginnel_gui.autostart import DesktopEntry
from ginnel_gui.model.field_pages import PAGES
from ginnel_gui.windows.about import About
from ginnel_gui.windows.dialogs import FRESH
from ginnel_gui.windows.editor import Editor
from ginnel_gui.windows.export_dialog import ExportDialog
from ginnel_gui.windows.import_dialog import ImportDialog
from ginnel_gui.windows.pages import Context
from ginnel_gui.windows.preferences import Preferences
from ginnel_gui.windows.prompt_dialog import PromptDialog
from ginnel_gui.windows.rename_dialog import RenameDialog
from ginnel_service.ipc.schema import CertificateShown, PromptKind, PromptStatus
from ginnel_service.profiles.importers import preview
from ginnel_service.profiles.model import (
    Authentication,
    Dns,
    KillSwitch,
    Network,
    OnDemand,
    OnDemandRule,
    Profile,
    Remote,
    Transport,
)
from helpers.import_files import FOLDER

Make = Callable[[Context, QWidget], QDialog]

OFFICE: Final = "Headquarters"
PROFILE: Final = Profile(
    name=OFFICE,
    server="vpn.example.com",
    authentication=Authentication(username="alice@example.com"),
    network=Network(
        subnets=("10.20.0.0/16", "192.168.40.0/24", "fd12:3456::/32"), bypass=("10.20.99.0/24",), lan=True
    ),
    dns=Dns(mode="split", match=("corp.example.com",)),
    kill_switch=KillSwitch(mode="connecting"),
    on_demand=OnDemand(
        enabled=True,
        rules=(
            OnDemandRule(action="disconnect", interface="wifi", ssids=("Headquarters",)),
            OnDemandRule(
                action="evaluate", domains=("corp.example.com",), probe="https://intranet.corp.example.com/"
            ),
            OnDemandRule(action="connect"),
        ),
    ),
)
_CERTIFICATE: Final = CertificateShown(
    subject="CN=vpn.example.com,O=Example",
    issuer="CN=vpn.example.com,O=Example",
    names=("vpn.example.com",),
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    not_before=1_767_225_600.0,
    not_after=1_893_456_000.0,
    self_signed=True,
)


def _prompt(kind: PromptKind, message: str = "", *, was_wrong: bool = False) -> Make:
    prompt = PromptStatus(
        id=1,
        name=OFFICE,
        kind=kind,
        message=message,
        username="" if kind in ("pkcs12", "certificate") else "alice@example.com",
        certificate=_CERTIFICATE if kind == "certificate" else None,
    )

    def make(context: Context, window: QWidget) -> QDialog:
        return PromptDialog(context, prompt, window, has_keychain=True, was_wrong=was_wrong)

    return make


def _import(name: str = "") -> Make:
    def make(context: Context, window: QWidget) -> QDialog:
        dialog = ImportDialog(context, window)
        if name:
            dialog.take(str(FOLDER / name))
        return dialog

    return make


def _refused(context: Context, window: QWidget) -> QDialog:
    dialog = ImportDialog(context, window)
    dialog.take(__file__)
    return dialog


def _editor(page: str = "") -> Make:
    """The simple fields, or the page of that title."""

    def make(context: Context, window: QWidget) -> QDialog:
        editor = Editor(context, with_certificate(), window)
        if page:
            editor.advanced.setChecked(True)
            titles = [each.title.text for each in PAGES]
            editor.list.setCurrentRow(titles.index(page))
        return editor

    return make


def _new(context: Context, window: QWidget) -> QDialog:
    return Editor(context, FRESH, window, is_new=True)


def _wrong(context: Context, window: QWidget) -> QDialog:
    editor = Editor(context, PROFILE, window)
    editor.form.put("server", "vpn example com", typed=True)
    editor.form.put("authentication.username", "", typed=True)
    return editor


def _export(context: Context, window: QWidget) -> QDialog:
    profile = msgspec.structs.replace(PROFILE, transport=Transport(tcp="always"))
    dialog = ExportDialog(context, profile, window)
    dialog.formats["sswan"].setChecked(True)
    return dialog


def _preferences(context: Context, window: QWidget) -> QDialog:
    return Preferences(context, DesktopEntry(("ginnel-gui",), Path("/nonexistent/autostart")), window)


def with_certificate() -> Profile:
    """With a root of its own."""
    found = preview((FOLDER / "eap.mobileconfig").read_bytes(), "eap.mobileconfig").candidates[0].profile
    return msgspec.structs.replace(
        PROFILE, certificates=found.certificates, remote=Remote(ca=tuple(found.certificates))
    )


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


#: In the order of the documentation.
DIALOGS: Final[dict[str, Make]] = {
    "prompt-password": _prompt("password"),
    "prompt-wrong": _prompt("password", was_wrong=True),
    "prompt-code": _prompt("otp", "Enter the code that your token shows."),
    "prompt-new-password": _prompt("new_password", "Your password has expired."),
    "prompt-pkcs12": _prompt("pkcs12"),
    "prompt-certificate": _prompt("certificate"),
    "import": _import(),
    "import-root": _import("eap.mobileconfig"),
    "import-several": _import("ipsec.conf"),
    "import-refused": _refused,
    "editor-new": _new,
    "editor": _editor(),
    "editor-wrong": _wrong,
    **{f"editor-{_slug(page.title.text)}": _editor(page.title.text) for page in PAGES},
    "rename": lambda context, window: RenameDialog(context, OFFICE, window),
    "export": _export,
    "preferences": _preferences,
    "about": About,
}
