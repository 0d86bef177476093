"""An administrator's files: read only when nobody else can read them, replaced whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from ..profiles.files import PrivateDirectory
from ..profiles.model import printable
from .errors import GatewayError

MAX_OCTETS: Final = 1 << 20


def read_private(path: Path) -> bytes:
    """A regular file that no other user can read. Raises GatewayError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        cause = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise GatewayError("config_unreadable", file=printable(str(path)), cause=cause or "") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise GatewayError("config_unreadable", file=str(path), cause="not a regular file")
        if found.st_mode & 0o077:
            raise GatewayError("config_unsafe", file=str(path), mode=f"{stat.S_IMODE(found.st_mode):04o}")
        data = os.read(descriptor, MAX_OCTETS + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_OCTETS:
        raise GatewayError("config_unreadable", file=str(path), cause=f"larger than {MAX_OCTETS} octets")
    return data


def check_folder(folder: Path) -> None:
    """Make it where it is missing. Raises GatewayError `not_written` where `write_private` would."""
    try:
        PrivateDirectory(folder).names()
    except OSError as error:
        raise GatewayError("not_written", file=str(folder), cause=error.strerror or str(error)) from None


def write_private(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Mode 0600, on disk before it shows. Raises GatewayError `not_written`."""
    try:
        PrivateDirectory(path.parent).write(path.name, data, replace=replace)
    except OSError as error:
        cause = "it is there already" if isinstance(error, FileExistsError) else error.strerror or str(error)
        raise GatewayError("not_written", file=str(path), cause=cause) from None
