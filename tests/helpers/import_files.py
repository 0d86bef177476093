"""Files of every format that `ginnel import` reads, in the shapes in which people have them.

They stand in tests/vectors/imports, each with the preview that is expected of it beside it (`NAME.json`);
`make_import_files` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ginnel_service.cli.previewing import values
from ginnel_service.profiles.importers import preview

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "imports"
PASSWORD = "rosebud"


@dataclass(frozen=True)
class Case:
    """One file, what opens its PKCS#12, and those that belong to it, by their names in the same folder."""

    name: str
    password: str | None = None
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return (FOLDER / self.name).read_bytes()

    @property
    def files(self) -> dict[str, bytes]:
        return {name: (FOLDER / file).read_bytes() for name, file in self.beside.items()}

    def preview(self) -> Any:
        return values(preview(self.data, self.name, password=self.password, files=self.files))


_BESIDE = {"ca.pem": "ca.pem", "alice.p12": "alice.p12"}
CASES = (
    Case("eap.mobileconfig"),
    Case("binary.mobileconfig"),
    Case("signed.mobileconfig"),
    Case("wild.mobileconfig"),
    Case("algo.mobileconfig", PASSWORD),
    Case("eap.sswan"),
    Case("certificate.sswan", PASSWORD),
    Case("swanctl.conf", beside={**_BESIDE, "alice.pem": "alice.pem", "alice.key": "alice.key"}),
    Case("ipsec.conf", beside={**_BESIDE, "ipsec.secrets": "ipsec.secrets"}),
    Case("VpnSettings.xml", PASSWORD, {"alice.p12": "alice.p12"}),
    Case("azure.zip"),
    Case("alice.p12", PASSWORD),
    Case("office.toml"),
)
