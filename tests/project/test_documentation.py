"""What the documentation tells a person to type exists, and its links lead somewhere."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from fuzz.harness import TARGETS as FUZZ_TARGETS
from ginnel_service.cli.exits import MEANINGS
from ginnel_service.cli.main import main
from ginnel_service.config import parse_arguments
from ginnel_service.profiles.model import Profile
from project.tree import ROOT, name, pages

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SHELL = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: Where a command ends in the shell's eyes.
SHELLS_OWN = {"|", "<", ">", "&&", "&"}
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands() -> list[list[str]]:
    """The words of every command line in a shell block, without sudo, variables and paths."""
    found = []
    for page in pages():
        for block in SHELL.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                while words and (words[0] == "sudo" or re.match(r"[A-Z_]+=", words[0])):
                    words = words[1:]
                if words:
                    found.append([Path(words[0]).name, *words[1:]])
    return found


def of(program: str) -> list[list[str]]:
    found = [words[1:] for words in commands() if words[0] == program]
    assert found
    return found


def anchors(page: Path) -> set[str]:
    """GitHub's names of a page's headings."""
    titles = HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_make_has_the_targets() -> None:
    named = {words[0] for words in of("make") if words}
    named |= {word for page in pages() for word in re.findall(r"`make ([a-z-]+)[` ]", page.read_text())}
    assert named <= TARGETS


@pytest.mark.parametrize("words", of("ginnel"), ids=" ".join)
def test_ginnel_takes_the_command_as_it_is_written(words: list[str]) -> None:
    command: click.Command = main
    context = click.Context(main)
    rest = list(itertools.takewhile(lambda word: word not in SHELLS_OWN, words))
    while isinstance(command, click.Group):
        assert rest, "a group alone"
        found = command.get_command(context, rest.pop(0))
        assert found is not None
        command = found
    try:
        command.make_context("documented", rest, parent=context)
    except click.BadParameter as error:
        if "No such file" not in error.message:
            raise


@pytest.mark.parametrize("words", of("ginneld"), ids=" ".join)
def test_ginneld_takes_the_flags(words: list[str]) -> None:
    parse_arguments([word for word in words if word not in ("&",)])


def test_every_field_of_a_profile_is_documented_with_its_default() -> None:
    def fields(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, object]]:
        for field in msgspec.structs.fields(kind):
            if isinstance(field.default, msgspec.Struct):
                yield from fields(type(field.default), f"{prefix}{field.name}.")
            else:
                yield prefix + field.name, field.default

    text = (ROOT / "docs/profiles.md").read_text()
    rows = re.findall(r"^\| (`[^|]+`) \|([^|]*)\|", text, re.MULTILINE)
    told = {field: cell.strip() for names, cell in rows for field in re.findall(r"`([^`]+)`", names)}
    assert told.keys() == {field for field, _ in fields(Profile)}
    for field, default in fields(Profile):
        if isinstance(default, bool | float | int) and field != "owner_uid":
            assert told[field] == (str(default).lower() if isinstance(default, bool) else f"{default:g}")


def test_the_exit_codes_are_documented_as_they_are() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", (ROOT / "docs/cli.md").read_text(), re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == [(int(c), m) for c, m in MEANINGS.items()]


def test_the_rfc_table_points_at_what_there_is() -> None:
    service, tests = ROOT / "service/ginnel_service", ROOT / "tests"
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \|([^|]*)\|([^|]*)\|$", (ROOT / "docs/ikev2.md").read_text(), re.M)
    rows = [row for row in rows if row[0].strip() not in ("where", "---")]
    assert len(rows) > 50
    for where, shown in rows:
        places, proofs = re.findall(r"`([^`]+)`", where), re.findall(r"`([^`]+)`", shown)
        assert places, where
        assert proofs, shown
        for place in places:
            assert (service / "ike" / place).exists() or (service / place).exists(), place
        for proof in proofs:
            file, _, test = proof.partition("::")
            assert re.search(rf"^def {test or 'test_'}", (tests / file).read_text(), re.M), proof


def test_the_long_tests_are_as_long_as_the_page_says() -> None:
    """Where their default stands, and where `make soak` says another."""
    soak = re.search(r"^soak:.*?\$\(LONG\)", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL)
    assert soak is not None
    full = dict(re.findall(r"\b((?:GINNEL|FUZZ)_[A-Z_]+)=([\d.]+)", soak[0]))
    text = (ROOT / "docs/testing.md").read_text()
    rows = re.findall(r"^\| `(\S+\.py)` \| `([A-Z_]+)`.*? \| ([\d.,]+), ([\d.,]+) \|", text, re.MULTILINE)
    assert {variable for _, variable, _, _ in rows} == full.keys()
    for file, variable, short, long in rows:
        default = re.search(rf'"{variable}", "([\d.]+)"', (ROOT / "tests" / file).read_text())
        assert default is not None, file
        assert (default[1], full[variable]) == (short.replace(",", ""), long.replace(",", "")), variable


def test_every_fuzz_target_is_on_the_page() -> None:
    below = (ROOT / "docs/testing.md").read_text().partition("\n## Fuzzing\n")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", below, re.MULTILINE)) == set(FUZZ_TARGETS)
