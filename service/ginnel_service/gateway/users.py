"""The users that `ginnel gateway user` keeps: a file beside the gateway's own, of the same tables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import msgspec
import tomli_w

from ..profiles.model import printable
from .errors import GatewayError
from .files import read_private, write_private
from .proofs import User
from .table import Table

_HEAD: Final = b"# Kept by `ginnel gateway user`; the gateway reads it with SIGHUP. It holds secrets.\n\n"


class _File(Table, frozen=True, kw_only=True):
    users: tuple[User, ...] = ()


def load_users(path: Path) -> tuple[User, ...]:
    """None where there is no file yet. Raises GatewayError."""
    try:
        if not path.exists():
            return ()
    except OSError as error:
        raise GatewayError(
            "config_unreadable", file=printable(str(path)), cause=error.strerror or ""
        ) from None
    return parse_users(read_private(path), path)


def parse_users(data: bytes, path: Path) -> tuple[User, ...]:
    """Raises GatewayError `config_invalid`, which quotes nothing of `data`."""
    try:
        return msgspec.convert(tomllib.loads(data.decode()), _File).users
    except msgspec.ValidationError as error:
        raise GatewayError("config_invalid", file=str(path), cause=str(error)) from None
    except (ValueError, RecursionError):
        raise GatewayError("config_invalid", file=str(path), cause="it is not TOML") from None


def save_users(path: Path, users: tuple[User, ...]) -> None:
    """Raises GatewayError `not_written`."""
    rows = []
    for user in users:
        row = msgspec.to_builtins(user)
        default = msgspec.to_builtins(User(id=user.id))
        rows.append({key: value for key, value in row.items() if key == "id" or value != default[key]})
    write_private(path, _HEAD + tomli_w.dumps({"users": rows}).encode(), replace=True)
