"""How secrets reach the command line: typed unseen, or from a file or standard input; never as arguments."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from ginnel_service.ipc.schema import PromptStatus

from .common import plain

MAX_OCTETS = 64 * 1024


def of_file(file: BinaryIO | None) -> bytes:
    """What a file holds, without the line feed that ends it."""
    if file is None:
        return b""
    return file.read(MAX_OCTETS + 1).removesuffix(b"\n").removesuffix(b"\r")


def text_of(file: BinaryIO | None, option: str) -> str:
    """The same as text. Raises UsageError for what is none."""
    try:
        return of_file(file).decode()
    except UnicodeDecodeError:
        raise click.BadParameter("it is not in UTF-8", param_hint=option) from None


def can_ask() -> bool:
    """Whether there is a person at standard input."""
    return sys.stdin.isatty()


def typed(what: str, instead: str, *, twice: bool = False) -> str:
    """What the person types unseen. Without a terminal a UsageError names the option to use instead."""
    if not can_ask():
        raise click.UsageError(f"There is no terminal to ask for the {what.lower()}: give it with {instead}.")
    answer: str = click.prompt(what, hide_input=True, err=True, confirmation_prompt=twice)
    return answer


def answer_of(prompt: PromptStatus) -> str | None:
    """Ask the person what the gateway wants to know; None when they do not want to say (Ctrl-C, Ctrl-D)."""
    who = f" for {plain(prompt.username)}" if prompt.username else ""
    if prompt.message:
        click.echo(f"The gateway says: {plain(prompt.message)}", err=True)
    what = {"password": "Password", "otp": "Code", "new_password": "New password"}[prompt.kind]
    try:
        answer: str = click.prompt(
            what + who,
            hide_input=prompt.kind != "otp",  # a code is of no use to whoever looks on
            confirmation_prompt=prompt.kind == "new_password",
            err=True,
        )
    except click.Abort:
        click.echo(err=True)
        return None
    return answer
