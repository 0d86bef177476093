"""What a file would become, as tables for a person and as plain values for programs."""

from __future__ import annotations

from typing import Any

import click
import msgspec
from rich.table import Table

from ginnel_service.profiles.importers import Candidate, Preview, Root, Unused, gateway_change
from ginnel_service.profiles.model import Profile
from ginnel_service.profiles.secrets import Secrets

from .common import console, plain
from .import_words import FORMATS, note


def show(preview: Preview) -> None:
    """Of the file as a whole."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("file", FORMATS.get(preview.format, preview.format))
    for name, value in (
        ("title", preview.title),
        ("from", preview.organization),
        ("about", preview.description),
        ("agree to", preview.consent),
    ):
        if value:
            table.add_row(name, plain(value))
    if signer := preview.signer:
        table.add_row("signed by", plain(signer.subject))
        table.add_row("", f"certificate of {plain(signer.issuer)}")
        table.add_row("", f"SHA-256 {fingerprint(signer.sha256)}")
        told = (
            "holds; ask the signer whether this is the right certificate"
            if signer.verified
            else "DOES NOT HOLD"
        )
        table.add_row("signature", told)
    console().print(table)
    _unused(preview.unused)


def show_candidate(candidate: Candidate, name: str, *, old: Profile | None = None) -> None:
    """One profile: what was understood, what was not, and whom it would trust. `old` is what it updates."""
    click.echo()
    click.echo(f"{plain(name)}: {'a new profile' if old is None else 'an update'}")
    if old is not None and (change := gateway_change(old, candidate.profile)) is not None:
        before, now = map(plain, change)
        click.echo(
            f"The gateway is another one than before ({before} -> {now}): stored secrets are forgotten."
        )
    table = Table("FIELD", "VALUE", "OUT OF", box=None, pad_edge=False)
    for used in candidate.used:
        if used.field != "name":
            table.add_row(plain(used.field), plain(used.value), plain(", ".join(used.sources)))
    console().print(table)
    for root in candidate.roots:
        _root(root)
    _unused(candidate.unused)


def fingerprint(sha256: str) -> str:
    """In pairs, as other programs show it."""
    return ":".join(sha256[at : at + 2] for at in range(0, len(sha256), 2)).upper()


def values(preview: Preview) -> dict[str, Any]:
    """For programs: a secret shows by its name alone."""
    found: dict[str, Any] = msgspec.to_builtins(preview)
    for shown, candidate in zip(found["candidates"], preview.candidates, strict=True):
        shown["secrets"] = [name for name in Secrets.__struct_fields__ if getattr(candidate.secrets, name)]
    return found


def _root(root: Root) -> None:
    click.echo(f"Would be trusted, for this profile alone: {plain(root.subject)}")
    if root.issuer != root.subject:
        click.echo(f"  issued by {plain(root.issuer)}")
    click.echo(f"  valid from {root.not_before[:10]} to {root.not_after[:10]}")
    click.echo(f"  SHA-256 {fingerprint(root.sha256)}")


def _unused(unused: tuple[Unused, ...]) -> None:
    if not unused:
        return
    table = Table("WITHOUT EFFECT", "BECAUSE IT", box=None, pad_edge=False)
    for each in unused:
        table.add_row(plain(each.source), plain(note(each.id, each.params)))
    console().print(table)
