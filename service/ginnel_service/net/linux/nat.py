"""Translation of a gateway's peers, in nftables."""

from __future__ import annotations

import errno
import os
import subprocess
from ipaddress import ip_network
from typing import Final

from ..firewall.nat import TABLE, nat_ruleset, removal
from ..plan import Translate

_TIMEOUT_S: Final = 10.0
_PATH: Final = "/usr/sbin:/sbin:/usr/bin:/bin"


def put_up(step: Translate) -> None:
    """What stands under our name makes way. Raises OSError."""
    _nft(nat_ruleset(step.device, [ip_network(text) for text in step.networks]))


def take_down() -> bool:
    """Whether there was anything. Raises OSError."""
    there = f"table inet {TABLE}" in _nft("list tables\n").splitlines()
    if there:
        _nft(removal())
    return there


def _nft(text: str) -> str:
    """nft(8), with a fixed vector and the ruleset on its standard input. Raises OSError."""
    try:
        done = subprocess.run(
            ["nft", "-f", "-"],
            input=text, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, env={"PATH": _PATH},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None
    if done.returncode:
        known = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.EAFNOSUPPORT, errno.ENOENT)
        number = next((each for each in known if os.strerror(each) in done.stderr), errno.EIO)
        raise OSError(number, done.stderr.partition("\n")[0])
    return done.stdout
