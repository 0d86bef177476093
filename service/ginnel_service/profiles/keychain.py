"""The master key in macOS's System keychain, by /usr/bin/security: only root opens that keychain.

security(1) is told its command on standard input (`security -i`) wherever the key is in it: arguments are for
everyone to see. The key is 64 hexadecimal digits, so nothing has to be quoted, and what is printed is the key
or nothing.
"""

from __future__ import annotations

import logging
import re
import secrets
import subprocess
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from .keys import MASTER_OCTETS

log = logging.getLogger("ginnel.daemon")

SECURITY: Final = "/usr/bin/security"
KEYCHAIN: Final = "/Library/Keychains/System.keychain"
_ITEM: Final = ("-s", "org.ginnel.ginneld", "-a", "master-key")
_NOT_FOUND: Final = 44  # errSecItemNotFound, of which an exit status has eight bits
_TIMEOUT_S: Final = 10.0
_KEY: Final = re.compile(rf"[0-9a-f]{{{2 * MASTER_OCTETS}}}")


class Outcome(NamedTuple):
    status: int
    output: str  # of standard output alone


#: Runs an argument vector with a text for its standard input. Raises OSError.
Runner = Callable[[Sequence[str], str], Outcome]


def run_security(arguments: Sequence[str], text: str) -> Outcome:
    """Without a shell, in an empty environment. TimeoutError when it waits, as for a person's consent."""
    try:
        done = subprocess.run(
            arguments, input=text, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S, env={}
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError("security did not end") from None
    return Outcome(done.returncode, done.stdout)


def keychain_key(run: Runner = run_security) -> bytes | None:
    """The key that the keychain holds, made now where it holds none. None, and a line in the log: it cannot.

    Secrets rest under a key in a file then. What rested under the keychain's is locked until it opens again.
    """
    try:
        key = _find(run)
        if key is None:
            fresh = secrets.token_hex(MASTER_OCTETS)
            command = f"add-generic-password {' '.join(_ITEM)} -w {fresh} -T {SECURITY} {KEYCHAIN}\n"
            run((SECURITY, "-i"), command)  # its status is that of reading commands
            key = _find(run)
    except OSError as error:
        why = error.strerror or type(error).__name__
        log.warning("the System keychain is not used, secrets rest under a key in a file: %s", why)
        return None
    if key is None:
        log.warning("the System keychain took no key: secrets rest under a key in a file")
        return None
    return bytes.fromhex(key)


def _find(run: Runner) -> str | None:
    """None where there is no such item. Raises OSError for a keychain that does not open, or holds no key."""
    status, output = run((SECURITY, "find-generic-password", *_ITEM, "-w", KEYCHAIN), "")
    if status == _NOT_FOUND:
        return None
    found = output.strip()
    if status != 0 or not _KEY.fullmatch(found):
        raise OSError(0, f"security ended with status {status}" if status else "its item is no key of ours")
    return found
