"""The files beside the programs: made twice alike, and right in the eyes of those who read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from ginnel_gui.settings import APPLICATION
from ginnel_packaging import assets
from ginnel_service import __version__

MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def needs(program: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"{program} is not installed")


def complaints(*argv: str | Path) -> tuple[int, str]:
    """The exit status of a program that checks, and its words."""
    checked = subprocess.run(argv, capture_output=True, text=True, check=False)
    return checked.returncode, checked.stdout + checked.stderr


def made(folder: Path) -> dict[str, bytes]:
    assets.main([str(folder)])
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("assets") / "made"
    assets.main([str(place)])
    return place


def test_two_runs_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795910400")
    first, second = made(tmp_path / "first"), made(tmp_path / "second")
    assert first == second
    assert b"2026-11-29" in first["metainfo/org.ginnel.gui.metainfo.xml"]
    assert b"2026-11-29" in first["man/man8/ginneld.8"]


def test_what_was_there_is_gone(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/stale").write_text("")
    assert "stale" not in made(tmp_path / "old")


def test_every_icon_has_the_size_that_its_name_says_and_a_drawing(folder: Path) -> None:
    sizes = {f"icons/hicolor/{edge}x{edge}/apps/ginnel-gui.png": edge for edge in assets.SIZES}
    for points in assets.ICONSET:
        sizes[f"iconset/icon_{points}x{points}.png"] = points
        sizes[f"iconset/icon_{points}x{points}@2x.png"] = 2 * points
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.png")} == sizes.keys()
    for name, edge in sizes.items():
        drawn = QImage(str(folder / name))
        assert (drawn.width(), drawn.height()) == (edge, edge)
        assert drawn.pixelColor(0, 0).alpha() == 0
        assert drawn.pixelColor(edge // 2, edge // 2).alpha() == 255
    assert (folder / "icons/hicolor/scalable/apps/ginnel-gui.svg").read_text().startswith("<svg ")


def test_the_desktop_finds_the_app_its_icon_and_its_files(folder: Path) -> None:
    entry = (folder / f"applications/{APPLICATION}.desktop").read_text()  # what a window says it is
    assert f"\nIcon={assets.ICON}\n" in entry
    assert "\nExec=ginnel-gui %F\n" in entry
    types = entry.partition("\nMimeType=")[2].strip().rstrip(";").split(";")
    known = ET.parse(folder / "mime/ginnel.xml").getroot().findall(f"{MIME}mime-type")
    assert sorted(each.attrib["type"] for each in known) == sorted(types)
    globs = {glob.attrib["pattern"] for each in known for glob in each.findall(f"{MIME}glob")}
    assert globs == {"*.mobileconfig", "*.sswan"}
    told = ET.parse(folder / "metainfo/org.ginnel.gui.metainfo.xml").getroot()
    assert sorted(each.text or "" for each in told.findall("provides/mediatype")) == sorted(types)
    assert told.findtext("launchable") == f"{APPLICATION}.desktop"
    assert [each.attrib["version"] for each in told.findall("releases/release")] == [__version__]


@needs("desktop-file-validate")
def test_the_desktop_file_is_valid(folder: Path) -> None:
    assert complaints("desktop-file-validate", folder / "applications/ginnel-gui.desktop") == (0, "")


@needs("appstreamcli")
def test_the_appstream_metadata_are_valid(folder: Path) -> None:
    file = folder / "metainfo/org.ginnel.gui.metainfo.xml"
    status, words = complaints("appstreamcli", "validate", "--no-net", "--pedantic", "--strict", file)
    assert status == 0, words


@needs("update-mime-database")
def test_the_database_of_file_types_learns_both(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mime/packages").mkdir(parents=True)
    shutil.copy(folder / "mime/ginnel.xml", tmp_path / "mime/packages")
    subprocess.run(["update-mime-database", tmp_path / "mime"], check=True, capture_output=True)
    globs = (tmp_path / "mime/globs2").read_text()
    assert "50:application/x-apple-aspen-config:*.mobileconfig\n" in globs
    assert "50:application/vnd.strongswan.profile:*.sswan\n" in globs


@needs("mandoc")
def test_the_apps_manual_page_is_right(folder: Path) -> None:
    pages = {str(path.relative_to(folder / "man")) for path in (folder / "man").rglob("*") if path.is_file()}
    assert pages == {"man1/ginnel.1", "man1/ginnel-gui.1", "man5/ginnel-profile.5", "man8/ginneld.8"}
    page = folder / "man/man1/ginnel-gui.1"
    assert complaints("mandoc", "-T", "lint", "-W", "warning", page) == (0, "")
    text = page.read_text()
    assert "\\fIfile\\fP" in text
    assert "\\fB\\-\\-minimised\\fP" in text


@pytest.mark.parametrize(
    ("shell", "check"),
    [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])],
)
def test_each_shell_can_read_its_completion(folder: Path, shell: str, check: list[str]) -> None:
    if shutil.which(shell) is None and os.environ.get("CI") != "true":
        pytest.skip(f"{shell} is not installed")
    script = folder / "completions" / assets.COMPLETIONS[shell]
    assert complaints(*check, script) == (0, "")
    assert "_GINNEL_COMPLETE" in script.read_text()
