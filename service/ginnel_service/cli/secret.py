"""How secrets reach the command line: typed unseen, or from a file or standard input; never as arguments."""

from __future__ import annotations

import sys
import time
from typing import BinaryIO

import click

from ginnel_service.ipc.schema import CertificateShown, PromptKind, PromptStatus

from .common import plain

MAX_OCTETS = 64 * 1024
_ASK: dict[PromptKind, str] = {
    "password": "Password",
    "otp": "Code",
    "new_password": "New password",
    "pkcs12": "Password of the PKCS#12 file",
}


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
    if prompt.certificate is not None:
        return _trust(prompt.certificate)
    who = f" for {plain(prompt.username)}" if prompt.username else ""
    if prompt.message:
        says = "" if prompt.kind == "pkcs12" else "The gateway says: "
        click.echo(f"{says}{plain(prompt.message)}", err=True)
    what = _ASK[prompt.kind]
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


def lines_of(shown: CertificateShown) -> list[str]:
    """A certificate as a person should see it before trusting it."""
    issuer = "itself" if shown.self_signed else plain(shown.issuer)
    dates = (time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (shown.not_before, shown.not_after))
    pairs = [shown.sha256[at : at + 2].upper() for at in range(0, len(shown.sha256), 2)]
    return [
        f"  certificate of  {plain(shown.subject)}",
        f"  names           {plain(', '.join(shown.names)) or '-'}",
        f"  vouched for by  {issuer}",
        f"  valid           {' to '.join(dates)}",
        f"  SHA-256         {':'.join(pairs)}",
    ]


def plain_fingerprint(text: str) -> str:
    """A fingerprint as the service writes it, whatever stands between its digits."""
    return "".join(text.replace(":", " ").split()).lower()


def _trust(shown: CertificateShown) -> str | None:
    """Its fingerprint when the person says yes in so many letters."""
    click.echo("Nobody that this profile trusts vouches for the gateway's certificate:", err=True)
    for line in lines_of(shown):
        click.echo(line, err=True)
    click.echo(
        "Anyone can make one that looks so. Ask the gateway's administrator for the fingerprint and compare.",
        err=True,
    )
    try:
        said: str = click.prompt('Trust it? Type "yes" or "no"', err=True)
    except click.Abort:
        click.echo(err=True)
        return None
    return shown.sha256 if said.strip().lower() == "yes" else None
