"""The files beside the programs, made out of the programs: `python -m ginnel_packaging.assets FOLDER`.

    man/man1/ginnel.1 ...                        manual pages
    completions/ginnel.bash, _ginnel, .fish      of `ginnel`, for three shells
    icons/hicolor/SIZE/apps/ginnel-gui.png ...   the app's icon as freedesktop.org's icon theme wants it
    iconset/icon_16x16.png, icon_16x16@2x.png    the same as iconutil(1) of macOS wants it
    applications/ginnel-gui.desktop              Desktop Entry Specification
    mime/ginnel.xml                              Shared MIME-info: .mobileconfig and .sswan
    metainfo/org.ginnel.gui.metainfo.xml         AppStream

The last three are templates in packaging/desktop, with the version and its date filled in. With
SOURCE_DATE_EPOCH set, two runs write the same bytes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize

from ginnel_gui.draw import icons
from ginnel_gui.draw.raster import image
from ginnel_gui.main import argument_parser
from ginnel_service import __version__
from ginnel_service.cli import man
from ginnel_service.cli.completion import SHELLS, script
from ginnel_service.cli.main import main as ginnel
from ginnel_service.cli.roff import Page

TEMPLATES: Final = Path(__file__).parents[1] / "desktop"
ICON: Final = "ginnel-gui"
#: Edges in dots: what panels, menus and software centres ask for.
SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
#: Edges in points, each drawn for ordinary screens and for dense ones.
ICONSET: Final = (16, 32, 128, 256, 512)
COMPLETIONS: Final = {"bash": "ginnel.bash", "zsh": "_ginnel", "fish": "ginnel.fish"}


def write(folder: Path) -> None:
    """Everything that stands above, below `folder`. Raises OSError."""
    _manual(folder / "man")
    _completions(folder / "completions")
    _icons(folder)
    for place, name in (
        ("applications", "ginnel-gui.desktop"),
        ("mime", "ginnel.xml"),
        ("metainfo", "org.ginnel.gui.metainfo.xml"),
    ):
        _new(folder / place / name).write_text(_filled((TEMPLATES / name).read_text()))


def gui_page() -> str:
    """ginnel-gui(1)."""
    parser = argument_parser()
    page = Page("GINNEL-GUI", 1, f"ginnel {__version__}", "User commands")
    page.section("NAME")
    page.text("ginnel\\-gui \\- the desktop app of Ginnel, a VPN client in user space")
    page.section("SYNOPSIS")
    page.text("\\fBginnel\\-gui\\fP [OPTIONS] [FILE...]")
    page.section("DESCRIPTION")
    page.prose(
        "Shows connections, makes and changes them, and connects. It speaks to the service, ginneld(8), and "
        "needs no rights of its own. A second start brings the first to the front, and hands it its files."
    )
    man.parser_options(page, parser)
    page.section("ENVIRONMENT")
    page.item("\\fBGINNEL_SOCKET\\fP", "The service's socket, where `--socket` does not name one.")
    page.section("SEE ALSO")
    page.text("\\fBginnel\\fP(1), \\fBginneld\\fP(8)")
    return page.roff()


def _manual(folder: Path) -> None:
    flat = folder / "flat"
    for page in (*man.write(flat), _gui_page_in(flat)):
        page.rename(_new(folder / f"man{page.suffix[1:]}" / page.name))
    flat.rmdir()


def _gui_page_in(folder: Path) -> Path:
    page = folder / "ginnel-gui.1"
    page.write_text(gui_page())
    return page


def _completions(folder: Path) -> None:
    for shell in SHELLS:
        _new(folder / COMPLETIONS[shell]).write_text(f"{script(shell, ginnel).strip()}\n")


def _icons(folder: Path) -> None:
    theme = folder / "icons/hicolor"
    _new(theme / f"scalable/apps/{ICON}.svg").write_text(icons.APPLICATION)
    for size in SIZES:
        _draw(theme / f"{size}x{size}/apps/{ICON}.png", size)
    for points in ICONSET:
        _draw(folder / f"iconset/icon_{points}x{points}.png", points)
        _draw(folder / f"iconset/icon_{points}x{points}@2x.png", 2 * points)


def _draw(file: Path, edge: int) -> None:
    if not image(icons.APPLICATION.encode(), QSize(edge, edge)).save(str(_new(file))):
        raise OSError(f"{file} could not be written")


def _filled(template: str) -> str:
    when = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    date = time.strftime("%Y-%m-%d", time.gmtime(when))
    return template.replace("@VERSION@", __version__).replace("@DATE@", date)


def _new(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_packaging.assets",
        description="Write manual pages, completions, icons and desktop files.",
    )
    parser.add_argument("folder", type=Path, help="where to; what is there is removed")
    folder = parser.parse_args(arguments).folder
    try:
        if folder.exists():
            shutil.rmtree(folder)
        write(folder)
    except OSError as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
