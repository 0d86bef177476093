"""debian/copyright and the licences of what is bundled.

    python -m ginnel_packaging.debian SITE OPENSSL DEBIAN DOC

SITE is the folder of unpacked wheels, OPENSSL that of the libcrypto that is shipped (empty: none), DEBIAN the
package's debian/, DOC where the texts go, a folder each. Nothing is shipped that says nothing of its licence.

https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from .openssl import version_built
from .wheels import LICENCE, canonical, texts

_HOLDER: Final = re.compile(r"^\W*(?:copyright|\(c\)|©).*\d{4}.*$", re.IGNORECASE | re.MULTILINE)
#: Of pip's, about files that have gone.
_RECORDS: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
#: Where a licence shows how to name oneself.
_BLANK: Final = re.compile(r"yyyy|<year>|[\[{]", re.IGNORECASE)
#: Words of old metadata, in SPDX's.
_SPDX: Final = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
}
#: Where Debian has the text of a licence.
_COMMON: Final = {
    "Apache-2.0": "Apache-2.0",
    "LGPL-3.0-only": "LGPL-3",
    "MPL-2.0": "MPL-2.0",
}


class LicenceError(Exception):
    """What says nothing of its licence."""


@dataclass(slots=True)
class Bundled:
    """One work of others in the package."""

    name: str
    version: str
    licence: str  # SPDX
    places: list[str]  # below the package's root, with wildcards
    texts: dict[str, str] = field(default_factory=dict)  # by the file's name

    def holders(self) -> list[str]:
        """The lines on copyright in its texts, without the licences' own examples."""
        found = [" ".join(line.split()) for text in self.texts.values() for line in _HOLDER.findall(text)]
        lines = [line.strip("#*/ .") for line in found if not _BLANK.search(line)]
        return list(dict.fromkeys(lines))[:8] or ["see the texts"]


def wheels(site: Path, below: str) -> Iterator[Bundled]:
    """Everything in `site` but Ginnel; `below` is where that is in the package. Raises LicenceError."""
    for info in sorted(site.glob("*.dist-info")):
        about = HeaderParser().parsestr((info / "METADATA").read_text())
        name = canonical(about["Name"])
        if name == "ginnel":
            continue
        found = texts(info)
        found |= {path.name: path.read_text() for path in sorted(info.glob("sboms/*"))}
        licence = _licence(about)
        if not found or not licence:
            raise LicenceError(f"{name} {about['Version']} says nothing of its licence")
        places = [f"{below}/{path.name}{'/*' if path.is_dir() else ''}" for path in _files(site, info)]
        yield Bundled(name, about["Version"], licence, places, found)


def _licence(about: Message) -> str:
    """In SPDX's words; of several that one may choose from, the one that is chosen here for Qt."""
    said: str = about["License-Expression"] or about["License"] or ""
    if not said or "\n" in said:
        told = [each.rpartition(":: ")[2] for each in about.get_all("Classifier", []) if "License ::" in each]
        said = told[0] if told else ""
    if "LGPL" in said:
        return "LGPL-3.0-only"
    return _SPDX.get(said, said).replace(" OR ", " or ").replace(" AND ", " and ")


def _files(site: Path, info: Path) -> list[Path]:
    """What of `site` belongs to the wheel of `info`: its folders and modules at the top."""
    record = (info / "RECORD").read_text().splitlines()
    tops = {line.split(",")[0].split("/")[0] for line in record} - {"..", "__pycache__", "bin"}
    return sorted(site / top for top in tops if (site / top).exists())


def openssl(built: Path) -> Bundled:
    version = version_built(built)
    holders = "Copyright 1998-2026 The OpenSSL Project Authors. All Rights Reserved.\n"
    found = {"LICENSE.txt": (built / "LICENSE.txt").read_text(), "COPYRIGHT": holders}
    return Bundled("openssl", version, "Apache-2.0", ["usr/lib/ginnel/lib/libcrypto-ginnel.so.3"], found)


def copyright_file(bundled: list[Bundled]) -> str:
    """debian/copyright."""
    lines = ["Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"]
    lines += ["Upstream-Name: Ginnel", "Source: https://ginnel.org/", ""]
    lines += ["Files: *", "Copyright: 2026 the Ginnel project", "License: Apache-2.0", ""]
    for each in bundled:
        lines += ["Files: " + "\n ".join(each.places)]
        lines += ["Copyright: " + "\n ".join(each.holders()), f"License: {each.licence}"]
        lines += [f"Comment: {each.name} {each.version}; see /usr/share/doc/ginnel/licences/{each.name}", ""]
    used = {part for each in bundled for part in re.split(r" (?:or|and) ", each.licence)} | {"Apache-2.0"}
    for licence in sorted(used):
        lines += [f"License: {licence}"]
        if licence in _COMMON:
            lines += [f" The text is in /usr/share/common-licenses/{_COMMON[licence]} on Debian systems.", ""]
        else:
            owners = [each.name for each in bundled if licence in each.licence]
            lines += [f" The texts are in /usr/share/doc/ginnel/licences: {', '.join(owners)}.", ""]
    return "\n".join(lines)


def write(site: Path, built: Path | None, debian: Path, folder: Path) -> None:
    """Raises LicenceError, OSError."""
    root = debian / "ginnel"
    bundled = list(wheels(site, str(site.relative_to(root))))
    if built is not None:
        bundled.append(openssl(built))
    for each in bundled:
        (folder / each.name).mkdir(parents=True)
        for name, text in each.texts.items():
            (folder / each.name / name).write_text(text)
    (debian / "copyright").write_text(copyright_file(bundled))
    using = f"openssl (= {version_built(built)})" if built is not None else ""
    (debian / "built-using").write_text(using)
    for info in site.glob("*.dist-info"):  # the texts have moved
        shutil.rmtree(info / "licenses", ignore_errors=True)
        shutil.rmtree(info / "sboms", ignore_errors=True)
        for path in sorted(info.iterdir()):
            if path.name in _RECORDS or LICENCE.search(path.name):
                path.unlink()


def main(arguments: list[str]) -> None:
    site, built, debian, folder = arguments
    try:
        write(Path(site), Path(built) if built else None, Path(debian), Path(folder))
    except (LicenceError, OSError) as error:
        sys.exit(f"ginnel_packaging.debian: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
