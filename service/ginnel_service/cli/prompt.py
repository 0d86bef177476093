"""`ginnel prompt`: what connections ask of the person, and the answers."""

from __future__ import annotations

from typing import BinaryIO

import click
from rich.table import Table

from ginnel_service.ipc.schema import PromptAnswerParams, PromptKind, PromptStatus, Snapshot

from . import secret
from .common import Settings, command, console, plain, print_json
from .wire import CliError, Wire

KINDS: dict[PromptKind, str] = {
    "password": "password",
    "otp": "one-time code",
    "new_password": "new password",
    "certificate": "decision whether to trust the gateway's certificate",
    "pkcs12": "password of its PKCS#12 file",
}


@command(
    example="ginnel prompt\nginnel prompt office\nginnel prompt office --answer-file - < code\n"
    "ginnel prompt office --refuse"
)
@click.argument("name", required=False)
@click.option(
    "--answer-file",
    type=click.File("rb"),
    help="Read the answer from a file (-: standard input); for a certificate, its SHA-256 fingerprint.",
)
@click.option("--remember", is_flag=True, help="Keep the answer, once it led to a connection.")
@click.option("--refuse", is_flag=True, help="Do not answer; the connection is given up.")
def prompt(
    settings: Settings, *, name: str | None, answer_file: BinaryIO | None, remember: bool, refuse: bool
) -> None:
    """List what waits for an answer, or answer what NAME's connection asks."""
    if name is None and (answer_file is not None or remember or refuse):
        raise click.UsageError("Name the profile whose question is meant.")
    with settings.connect() as wire:
        snapshot: Snapshot = wire.call("snapshot")
        if name is None:
            _list(settings, snapshot.prompts)
            return
        waiting = next((each for each in snapshot.prompts if each.name == name), None)
        if waiting is None:
            raise CliError("unknown_prompt", name=name)
        if refuse:
            said = None
        elif answer_file is not None:
            said = secret.text_of(answer_file, "--answer-file")
            if waiting.kind == "certificate":
                said = secret.plain_fingerprint(said)
        elif secret.can_ask():
            said = secret.answer_of(waiting)
        else:
            raise click.UsageError("There is no terminal to ask: give the answer with --answer-file.")
        answer(wire, waiting, said, remember=remember)
    if settings.json:
        print_json({"answered": said is not None, "name": name})
    else:
        click.echo(f"{'Refused' if said is None else 'Answered'} what {plain(name)} asked.")


def answer(wire: Wire, asked: PromptStatus, said: str | None, *, remember: bool = False) -> None:
    """Raises CliError `unknown_prompt` when it is closed by now."""
    params = PromptAnswerParams(name=asked.name, id=asked.id, answer=said, remember=remember)
    wire.call("prompt.answer", params)


def _list(settings: Settings, prompts: tuple[PromptStatus, ...]) -> None:
    if settings.json:
        print_json({"prompts": prompts})
        return
    if not prompts:
        click.echo("Nothing waits for an answer.")
        return
    table = Table("NAME", "WANTS", "FOR", "MESSAGE", box=None, pad_edge=False)
    for each in prompts:
        table.add_row(plain(each.name), KINDS[each.kind], plain(each.username), plain(each.message))
    console().print(table)
    for each in prompts:
        if each.certificate is not None:
            click.echo()
            for line in secret.lines_of(each.certificate):
                click.echo(line)
