"""The manual pages, out of what the programs say of themselves: `python -m ginnel_service.cli.man FOLDER`.

    ginnel.1          the commands, as `--help` has them
    ginneld.8         the service's options, as `--help` has them
    ginnel-profile.5  docs/profiles.md, with the type of each field out of the profile's model

A build makes them; they are not kept. See man(7), man-pages(7).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from ginnel_service import __version__
from ginnel_service.config import argument_parser

from .exits import MEANINGS
from .fields import field_types
from .main import main as ginnel
from .roff import Page, inline

#: Where a source tree has the documentation.
DOCS: Final = Path(__file__).resolve().parents[3] / "docs"
_SOURCE: Final = f"ginnel {__version__}"

_FILES: Final = (
    ("/run/ginnel/ginneld.sock", "the service's socket"),
    ("/var/lib/ginnel/profiles/", "profiles, a file each; see ginnel-profile(5)"),
    ("/var/lib/ginnel/secrets/", "their keys and passwords"),
    ("/var/lib/ginnel/journal/", "what to undo on the machine"),
)
_DAEMON_EXITS: Final = (
    (0, "stopped"),
    (1, "failed to start"),
    (2, "the command line is wrong"),
    (6, "not permitted"),
    (12, "another service runs already"),
)


def ginnel_page() -> str:
    page = Page("GINNEL", 1, _SOURCE, "User commands")
    page.section("NAME")
    page.text("ginnel \\- connect to IKEv2/IPsec VPNs in user space")
    context = click.Context(ginnel, info_name="ginnel", **ginnel.context_settings)
    page.section("SYNOPSIS")
    page.text(f"\\fBginnel\\fP {inline(' '.join(ginnel.collect_usage_pieces(context)))}")
    page.section("DESCRIPTION")
    page.prose(ginnel.help or "")
    page.section("OPTIONS")
    page.text(inline("Each command takes `--json` and `--help`, too."))
    _options(page, ginnel, context)
    page.section("COMMANDS")
    for command, inside in _commands(ginnel, context):
        _command(page, command, inside)
    page.section("EXIT STATUS")
    for code, meaning in MEANINGS.items():
        page.item(f"\\fB{int(code)}\\fP", meaning)
    page.section("ENVIRONMENT")
    page.item("\\fBGINNEL_SOCKET\\fP", "The service's socket, where `--socket` does not name one.")
    page.item("\\fBNO_COLOR\\fP", "Set to anything: no colours on a terminal either.")
    _files(page)
    page.section("SEE ALSO")
    page.text("\\fBginneld\\fP(8), \\fBginnel-profile\\fP(5)")
    return page.roff()


def ginneld_page() -> str:
    parser = argument_parser()
    page = Page("GINNELD", 8, _SOURCE, "System administration")
    page.section("NAME")
    page.text("ginneld \\- the service behind ginnel: IKEv2/IPsec tunnels in user space")
    page.section("SYNOPSIS")
    page.text("\\fBginneld\\fP [OPTIONS]")
    page.section("DESCRIPTION")
    page.prose(parser.description or "")
    page.prose(
        "It is started as root, listens at a unix socket for `ginnel`, and owns every tunnel. SIGTERM and "
        "SIGINT close the tunnels and leave the machine's network as it was; what a SIGKILL leaves, the next "
        "start undoes, or `ginnel doctor --repair`."
    )
    parser_options(page, parser)
    page.section("EXIT STATUS")
    for code, meaning in _DAEMON_EXITS:
        page.item(f"\\fB{code}\\fP", meaning)
    _files(page)
    if parser.epilog:
        page.section("EXAMPLES")
        page.literal(parser.epilog.removeprefix("Example: ").splitlines())
    page.section("SEE ALSO")
    page.text("\\fBginnel\\fP(1), \\fBginnel-profile\\fP(5)")
    return page.roff()


def profile_page(markdown: str) -> str:
    """`markdown` is docs/profiles.md."""
    page = Page("GINNEL-PROFILE", 5, _SOURCE, "File formats")
    page.section("NAME")
    page.text("ginnel-profile \\- where to connect and as whom")
    page.section("DESCRIPTION")
    page.markdown(markdown, field_types())
    page.section("SEE ALSO")
    page.text("\\fBginnel\\fP(1), \\fBginneld\\fP(8)")
    return page.roff()


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command that can be run, those of groups by their whole names."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inside = click.Context(command, info_name=name, parent=context, **command.context_settings)
        if isinstance(command, click.Group):
            yield from _commands(command, inside)
        else:
            yield command, inside


def _command(page: Page, command: click.Command, context: click.Context) -> None:
    pieces = " ".join(command.collect_usage_pieces(context))
    page.subsection(f"{context.command_path} {pieces}")
    page.prose(command.help or "")
    _options(page, command, context)
    if command.epilog:
        page.prose(command.epilog)


def _options(page: Page, command: click.Command, context: click.Context) -> None:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        of_all = context.parent is not None and not {"--json", "--help"}.isdisjoint(parameter.opts)
        if record is not None and record[1] and not of_all:
            page.item(f"\\fB{inline(record[0])}\\fP", record[1])


def parser_options(page: Page, parser: argparse.ArgumentParser) -> None:
    """The section on a program's options, as its parser has them; arguments go by their names."""
    page.section("OPTIONS")
    for action in _actions(parser):
        names = ", ".join(f"\\fB{inline(name)}\\fP" for name in action.option_strings)
        value = action.metavar or ("|".join(action.choices) if action.choices else "")
        values = vars(action) | {"prog": parser.prog}
        shown = inline(value or ("" if names else action.dest)).replace("|", "|\\:")  # may break there
        label = f"\\fI{shown}\\fP"
        page.item(f"{names} {label}" if names and value else names or label, (action.help or "") % values)


def _files(page: Page) -> None:
    page.section("FILES")
    for path, what in _FILES:
        page.item(f"\\fI{inline(path)}\\fP", what)


def _actions(parser: argparse.ArgumentParser) -> list[Any]:
    """The options of `parser`, as it hands them to whatever formats its help."""
    found: list[Any] = []

    class Collector(argparse.HelpFormatter):
        def add_argument(self, action: argparse.Action) -> None:
            found.append(action)

    parser.formatter_class = Collector
    parser.format_help()
    return found


def write(folder: Path, docs: Path = DOCS) -> list[Path]:
    """Make the pages in `folder`, which is made where it is missing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "ginnel.1": ginnel_page(),
        "ginneld.8": ginneld_page(),
        "ginnel-profile.5": profile_page((docs / "profiles.md").read_text()),
    }
    for name, text in pages.items():
        (folder / name).write_text(text)
    return [folder / name for name in pages]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m ginnel_service.cli.man", description="Write the man pages."
    )
    parser.add_argument("folder", type=Path, help="where to")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the project's documentation [%(default)s]")
    found = parser.parse_args(arguments)
    try:
        for path in write(found.folder, found.docs):
            print(path)
    except OSError as error:
        sys.exit(f"{parser.prog}: {error.filename}: {error.strerror}")


if __name__ == "__main__":
    main()
