"""The manual pages: complete, and without a complaint of those who print them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ginnel_service.cli import man
from ginnel_service.cli.fields import field_types
from ginnel_service.cli.main import main as ginnel
from ginnel_service.cli.roff import Page, inline
from ginnel_service.config import argument_parser
from project.tree import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in man.write(tmp_path_factory.mktemp("man"), ROOT / "docs")}


def shown(page: Path) -> str:
    """As a reader sees it, in one line."""
    text = subprocess.run(
        ["mandoc", "-T", "utf8", "-O", "width=500", page], capture_output=True, text=True, check=True
    ).stdout
    bare: list[str] = []
    for char in text:  # bold is a letter over itself
        if char == "\b":
            bare.pop()
        else:
            bare.append(char)
    return " ".join("".join(bare).split())


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inside = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from commands(command, inside)
        elif not command.hidden:
            yield inside.command_path, command


needs_mandoc = pytest.mark.skipif(
    shutil.which("mandoc") is None and os.environ.get("CI") != "true", reason="mandoc is not installed"
)


@needs_mandoc
@pytest.mark.parametrize("name", ["ginnel.1", "ginneld.8", "ginnel-profile.5"])
def test_nothing_about_a_page_is_wrong(pages: dict[str, Path], name: str) -> None:
    checked = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", pages[name]], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    if shutil.which("groff"):
        printed = subprocess.run(
            ["groff", "-man", "-ww", "-z", "-Tutf8", pages[name]], capture_output=True, text=True, check=True
        )
        assert printed.stderr == ""


@needs_mandoc
def test_every_command_and_option_is_in_the_page(pages: dict[str, Path]) -> None:
    text = shown(pages["ginnel.1"])
    found = list(commands(ginnel, click.Context(ginnel, info_name="ginnel")))
    assert len(found) > 12
    for path, command in found:
        assert path in text
        assert command.help is not None
        assert " ".join(command.help.split("\n\n")[0].split()).replace("`", "") in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert set(parameter.opts) <= set(text.replace(",", " ").replace("/", " ").split()), path


@needs_mandoc
def test_every_option_of_the_service_is_in_its_page(pages: dict[str, Path]) -> None:
    text = shown(pages["ginneld.8"])
    for word in argument_parser().format_help().split():
        if word.startswith("--"):
            assert word.rstrip(".,]") in text
    assert "%(default)s" not in text


@needs_mandoc
def test_every_field_of_a_profile_is_in_its_page_with_its_type(pages: dict[str, Path]) -> None:
    text = shown(pages["ginnel-profile.5"])
    types = field_types()
    assert {"server": "text", "network.ipv4": "true or false", "port": "number"}.items() <= types.items()
    assert types["timing.liveness_s"] == "seconds"
    assert types["transport.tcp"] == "one of `always`, `auto`, `never`"
    documented = (ROOT / "docs/profiles.md").read_text()
    for name in types:
        if f"`{name}`" in documented:
            assert name in text, name


def test_text_is_taken_for_text() -> None:
    assert inline("-x 'a' \\n `b-c`") == "\\-x \\(aqa\\(aq \\en \\fBb\\-c\\fP"
    page = Page("T", 1, "s", "m")
    page.section("A")
    page.prose(".starts like a request\n\n\b\nExample:\n  .two")
    lines = page.roff().splitlines()
    assert "\\&.starts like a request" in lines
    assert "\\&.two" in lines


def test_markdown_is_read_as_docs_has_it() -> None:
    page = Page("T", 1, "s", "m")
    page.markdown(
        "# Title\n\nOne [link](x.md) and\n**two**.\n\n- first\n  goes on\n- second\n\n"
        "| field | default | what |\n|---|---|---|\n| `port` | 500 | its port |\n\n"
        "| a | b |\n|---|---|\n| x | y |\n\n```sh\nls -l\n```\n## More\n",
        {"port": "number"},
    )
    roff = page.roff()
    assert "One link and \\fBtwo\\fP." in roff
    assert ".TP\n\\(bu\nfirst goes on\n.TP\n\\(bu\nsecond" in roff
    assert ".TP\n\\fBport\\fP\n(number) its port [default: 500]" in roff
    assert ".TP\nx\ny" in roff
    assert ".nf\nls \\-l\n.fi" in roff
    assert ".SH MORE" in roff
    assert "Title" not in roff


def test_a_build_makes_them_the_same_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        subprocess.run(
            [sys.executable, "-m", "ginnel_service.cli.man", tmp_path / name, "--docs", ROOT / "docs"],
            check=True, env={**os.environ, "SOURCE_DATE_EPOCH": "86400"}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    for page in (tmp_path / "a").iterdir():
        assert page.read_text() == (tmp_path / "b" / page.name).read_text()
        assert '"1970\\-01\\-02"' in page.read_text() or '"1970-01-02"' in page.read_text()
    done = subprocess.run(
        [sys.executable, "-m", "ginnel_service.cli.man", tmp_path / "c", "--docs", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "profiles.md" in done.stderr
