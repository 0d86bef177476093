"""The person's own keychain, in a process of its own: it may wait for a person to unlock it.

    python -m ginnel_gui.keychain get|set|forget ENTRY USERNAME

A password goes in by standard input and comes out by standard output, never among the arguments. The exit
status is 0, 1 where there is no such entry, and 2 where there is no keychain (the library keyring is an
extra, `ginnel[keychain]`, and a desktop may offer none). Entries are those of `ginnel up --keychain`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Final, Protocol, cast

DONE: Final = 0
NONE: Final = 1
UNAVAILABLE: Final = 2


class _Library(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def main(arguments: list[str]) -> int:
    act, entry, username = arguments
    try:
        library = cast("_Library", importlib.import_module("keyring"))
        if act == "set":
            library.set_password(entry, username, sys.stdin.buffer.read().decode())
            return DONE
        found = library.get_password(entry, username)
        if found is None:
            return NONE
        if act == "forget":
            library.delete_password(entry, username)
        else:
            sys.stdout.buffer.write(found.encode())
    except Exception:  # a backend's own, of any kind, whose words may hold anything
        return UNAVAILABLE
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
