"""Every way in which a command of `ginnel gateway` fails has words, and what a running one says."""

from __future__ import annotations

import ast
import io
import os
from contextlib import redirect_stdout
from pathlib import Path
from string import Formatter

import pytest
from click.testing import CliRunner

import ginnel_service.gateway
from ginnel_service.cli.common import Settings
from ginnel_service.cli.exits import Exit
from ginnel_service.cli.gateway import tell
from ginnel_service.cli.gateway_common import WORDS
from ginnel_service.cli.main import main
from ginnel_service.gateway.program import EventLine
from ginnel_service.gateway.registry import Registry, establish

FOLDER = Path(ginnel_service.gateway.__file__).parent


def raised() -> dict[str, set[str]]:
    """The parameters of each code, as the source gives them."""
    found: dict[str, set[str]] = {}
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "GatewayError"
            ):
                code = node.args[0]
                for each in ast.walk(code):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        given = {keyword.arg for keyword in node.keywords if keyword.arg}
                        found[each.value] = found.get(each.value, given) & given
    return found


def test_there_are_words_for_every_code_and_for_no_other() -> None:
    assert set(WORDS) == set(raised())


def test_words_use_what_every_place_gives() -> None:
    for code, given in raised().items():
        used = {name for text in WORDS[code][:2] for _, name, _, _ in Formatter().parse(text) if name}
        assert used <= {*given, "file"}, code


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_that_cannot_be_written_keeps_nobody_out(as_json: bool) -> None:
    settings = Settings("", as_json)
    reading, writing = os.pipe()
    os.close(reading)
    with open("/dev/full", "wb", 0) as full, open(writing, "wb", 0) as broken:
        for raw in (full, broken):
            with redirect_stdout(io.TextIOWrapper(raw, write_through=True)):
                tell(settings, EventLine("alice established", {"event": "established"}))


def test_files_that_could_not_be_written_change_no_user(tmp_path: Path) -> None:
    """The user's old certificate would be of no use any more, and the new one's key nowhere."""
    config = establish(tmp_path / "gateway", "vpn.example.org")
    registry = Registry(config)
    registry.add("alice", "certificate")
    everyone = tmp_path / "everyone"
    everyone.mkdir()
    everyone.chmod(0o777)
    before = {path: path.read_bytes() for path in config.parent.iterdir()}
    for command in (("export", "alice"), ("add", "bob")):
        arguments = ["gateway", "user", *command, "--config", str(config), "--export", str(everyone)]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == Exit.FAILED, result.output
        assert "is not written" in result.output
        assert {path: path.read_bytes() for path in config.parent.iterdir()} == before
