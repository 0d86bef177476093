"""`ginnel doctor --report`: everything that an administrator asks for, in one file and without secrets.

Secrets never leave the service, so there are none to take out. Certificates are told by their subjects, and
people's names and public addresses are masked unless they are asked for.
"""

from __future__ import annotations

import getpass
import io
import json
import os
import platform
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from ginnel_service import __version__
from ginnel_service.ipc.schema import (
    Diagnosis,
    LogTailParams,
    LogTailResult,
    NameParams,
    Snapshot,
)
from ginnel_service.profiles.certificates import UnusableError, load_certificates
from ginnel_service.profiles.model import Profile

from .findings import describe
from .masking import Masker
from .wire import CliError, Wire

LOG_LINES: Final = 2000
COMMAND_S: Final = 5.0
MAX_OCTETS: Final = 1 << 20  # of one command's output
SYSTEM_PATH: Final = "/usr/sbin:/sbin"

#: file -> the command whose output it holds; nothing that is run changes anything
COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "network/addresses.txt": ("ip", "-details", "address"),
    "network/links.txt": ("ip", "-statistics", "link"),
    "network/rules-ipv4.txt": ("ip", "-4", "rule"),
    "network/rules-ipv6.txt": ("ip", "-6", "rule"),
    "network/routes-ipv4.txt": ("ip", "-4", "route", "show", "table", "all"),
    "network/routes-ipv6.txt": ("ip", "-6", "route", "show", "table", "all"),
    "network/firewall.txt": ("nft", "list", "ruleset"),
    "network/resolved.txt": ("resolvectl", "status"),
    "network/sockets.txt": ("ss", "-unap"),
}
_FILES: Final = {"network/resolv.conf": Path("/etc/resolv.conf"), "os-release": Path("/etc/os-release")}

_README = """\
A report by `ginnel doctor --report` of {when}, for whoever looks after the gateway or this machine.

versions.txt     of ginnel, ginneld and the system
findings.txt     what is wrong, and what to do about it; diagnosis.json the same for programs
status.json      how the connections stand
profile.toml     the profile, without secrets; of certificates their subjects alone
log.txt          the end of the log that its author may see
network/         devices, addresses, routes, rules, firewall and DNS

There are no secrets in it. {masked}
"""


def write_report(wire: Wire | None, found: Diagnosis, name: str, file: str, *, full: bool) -> Path:
    """Write the report and return its path; `file` empty: one here that is named after the time.

    Without a service (`wire` None) it tells of the machine alone. Raises CliError.
    """
    profile = _profile(wire, name)
    masker = None if full else Masker(_people(profile))
    texts = {**_about(wire, found, name, profile, full=full), **_machine()}
    when = time.strftime("%Y%m%d-%H%M%S")
    path = Path(file or "-".join(filter(None, ("ginnel-report", name, when))) + ".tar.gz")
    bundle = _bundle({each: text if masker is None else masker.mask(text) for each, text in texts.items()})
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "wb") as opened:
            opened.write(bundle)
    except OSError as error:
        raise CliError("file_not_written", file=str(path), cause=error.strerror or "") from None
    return path


def _profile(wire: Wire | None, name: str) -> Profile | None:
    """None where there is none to be had: a report is for when things are broken."""
    if wire is None or not name:
        return None
    with suppress(CliError):
        profile: Profile = wire.call("profile.show", NameParams(name=name))
        return profile
    return None


def _people(profile: Profile | None) -> Iterable[str]:
    yield getpass.getuser() if os.geteuid() else ""
    yield socket.gethostname()
    if profile is not None:
        yield profile.local.id
        yield profile.authentication.username
        yield profile.authentication.eap_identity


def _about(
    wire: Wire | None, found: Diagnosis, name: str, profile: Profile | None, *, full: bool
) -> dict[str, str]:
    masked = (
        "User names and public addresses are in it, as was asked for."
        if full
        else "User names, public addresses and hardware addresses are masked."
    )
    texts = {
        "README.txt": _README.format(when=time.strftime("%Y-%m-%d %H:%M:%S %Z"), masked=masked),
        "versions.txt": _versions(found),
        "findings.txt": _findings(found),
        "diagnosis.json": _json(found),
    }
    if wire is not None:
        snapshot: Snapshot = wire.call("snapshot")
        statuses = [each for each in snapshot.connections if name in ("", each.name)]
        texts["status.json"] = _json(statuses)
        log: LogTailResult = wire.call("log.tail", LogTailParams(lines=LOG_LINES))
        texts["log.txt"] = "".join(
            f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(entry.at))} {entry.level:<7} {entry.logger}"
            f"{f' [{entry.connection}]' if entry.connection else ''}: {entry.message}\n"
            for entry in log.entries
            if not name or entry.connection in ("", name)
        )
    if profile is not None:
        texts["profile.toml"] = _toml(profile)
    return texts


def _versions(found: Diagnosis) -> str:
    lines = {
        "ginnel": __version__,
        "ginneld": found.version or "does not answer",
        "system": found.machine.system,
        "libcrypto": found.machine.libcrypto,
        "python": platform.python_version(),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _findings(found: Diagnosis) -> str:
    lines = []
    for finding in found.findings:
        words = describe(finding)
        lines.append(f"{finding.severity:<8}{finding.id}: {words.cause}\n")
        if words.remedy and finding.severity != "ok":
            lines.append(f"{'':8}{words.remedy}\n")
    return "".join(lines)


def _toml(profile: Profile) -> str:
    table: dict[str, Any] = msgspec.to_builtins(profile)
    table["certificates"] = {name: _subjects(pem) for name, pem in profile.certificates.items()}
    return tomli_w.dumps(table)


def _subjects(pem: str) -> list[str]:
    try:
        return [
            f"{each.subject.rfc4514_string()}, issued by {each.issuer.rfc4514_string()}, "
            f"{each.not_valid_before_utc:%Y-%m-%d} to {each.not_valid_after_utc:%Y-%m-%d}"
            for each in load_certificates(pem)
        ]
    except UnusableError as error:
        return [f"unusable: {error}"]


def _machine() -> dict[str, str]:
    texts = {name: _output(argv) for name, argv in COMMANDS.items()}
    for name, file in _FILES.items():
        try:
            texts[name] = file.read_text(errors="replace")[:MAX_OCTETS]
        except OSError as error:
            texts[name] = f"not readable: {error.strerror}\n"
    return texts


def _output(argv: tuple[str, ...]) -> str:
    """What a command prints, or why it does not: some need rights, some are not there."""
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PATH": f"{os.environ.get('PATH', '/usr/bin:/bin')}:{SYSTEM_PATH}",
    }
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=COMMAND_S, check=False,
            env=environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"took more than {COMMAND_S:g} s"
        return f"`{' '.join(argv)}`: {why}\n"
    return (done.stdout + (done.stderr and f"`{' '.join(argv)}` says: {done.stderr}"))[:MAX_OCTETS]


def _json(value: Any) -> str:
    return json.dumps(msgspec.to_builtins(value, enc_hook=str), indent=2) + "\n"


def _bundle(texts: dict[str, str]) -> bytes:
    """A .tar.gz of `texts`, each of mode 0600 in one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in texts.items():
            data = text.encode(errors="replace")
            member = tarfile.TarInfo(f"ginnel-report/{name}")
            member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()
