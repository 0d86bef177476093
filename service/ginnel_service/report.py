"""A report for whoever looks after a gateway or a machine: everything that they ask for, without secrets.

Secrets never leave the service, so there are none to take out. Certificates are told by their subjects, and
people's names and public addresses are masked unless they are asked for. The clients gather what goes into it
and write it: the command line waits for what it runs, the app may not.
"""

from __future__ import annotations

import io
import json
import os
import platform
import pwd
import tarfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from ginnel_service import __version__
from ginnel_service.ipc.schema import ConnectionStatus, Diagnosis, Finding, LogEntry
from ginnel_service.profiles.certificates import UnusableError, load_certificates
from ginnel_service.profiles.model import Profile

from .masking import Masker

LOG_LINES: Final = 2000
COMMAND_S: Final = 5.0
MAX_OCTETS: Final = 1 << 20  # of one command's output, or of one file
_SYSTEM_PATH: Final = "/usr/sbin:/sbin"

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
FILES: Final = {"network/resolv.conf": Path("/etc/resolv.conf"), "os-release": Path("/etc/os-release")}

_README = """\
A report by Ginnel of {when}, for whoever looks after the gateway or this machine.

versions.txt     of ginnel, ginneld and the system
findings.txt     what is wrong, and what to do about it; diagnosis.json the same for programs
status.json      how the connections stand
profile.toml     the profile, without secrets; of certificates their subjects alone
log.txt          the end of the log that its author may see
network/         devices, addresses, routes, rules, firewall and DNS

There are no secrets in it. {masked}
"""

#: A finding's text and remedy in the words of a client.
Describe = Callable[[Finding], tuple[str, str]]


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """What COMMANDS run in: untranslated, and found where only administrators look."""
    path = f"{own.get('PATH', '/usr/bin:/bin')}:{_SYSTEM_PATH}"
    return {**own, "LC_ALL": "C", "PATH": path}


def of_command(argv: tuple[str, ...], output: str, complaint: str) -> str:
    """The text of one that ran: what it printed, and what it said on the side."""
    return (output + (complaint and f"`{' '.join(argv)}` says: {complaint}"))[:MAX_OCTETS]


def of_failed_command(argv: tuple[str, ...], why: str) -> str:
    """The text of one that did not run: some need rights, some are not there."""
    return f"`{' '.join(argv)}`: {why}\n"


def of_files() -> dict[str, str]:
    """The text of each of FILES."""
    texts = {}
    for name, file in FILES.items():
        try:
            texts[name] = file.read_text(errors="replace")[:MAX_OCTETS]
        except OSError as error:
            texts[name] = f"not readable: {error.strerror}\n"
    return texts


def author(uid: int, own: Mapping[str, str]) -> str:
    """Who runs the client, in the environment `own`: through sudo, too. "" for root, and who has no name."""
    if uid == 0:
        return own.get("SUDO_USER", "")
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # as in a container that is given any uid
        return own.get("LOGNAME") or own.get("USER", "")


def people(profile: Profile | None, user: str, host: str) -> Iterable[str]:
    """The names to mask. `user` is the author."""
    yield user
    yield host
    if profile is not None:
        yield profile.local.id
        yield profile.authentication.username
        yield profile.authentication.eap_identity


def about_service(
    found: Diagnosis,
    describe: Describe,
    *,
    full: bool,
    profile: Profile | None = None,
    statuses: Iterable[ConnectionStatus] | None = None,
    entries: Iterable[LogEntry] | None = None,
) -> dict[str, str]:
    """The texts by their files; None is for what there was no service to ask for."""
    masked = (
        "User names and public addresses are in it, as was asked for."
        if full
        else "User names, public addresses and hardware addresses are masked."
    )
    texts = {
        "README.txt": _README.format(when=time.strftime("%Y-%m-%d %H:%M:%S %Z"), masked=masked),
        "versions.txt": _versions(found),
        "findings.txt": _findings(found, describe),
        "diagnosis.json": _json(found),
    }
    if statuses is not None:
        texts["status.json"] = _json(list(statuses))
    if entries is not None:
        texts["log.txt"] = "".join(f"{log_line(entry)}\n" for entry in entries)
    if profile is not None:
        texts["profile.toml"] = _toml(profile)
    return texts


def log_line(entry: LogEntry) -> str:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.at))
    about = f" [{entry.connection}]" if entry.connection else ""
    return f"{stamp} {entry.level:<7} {entry.logger}{about}: {entry.message}"


def file_name(name: str) -> str:
    """That of a report of now; `name` is the profile's that it is about, or ""."""
    when = time.strftime("%Y%m%d-%H%M%S")
    return "-".join(filter(None, ("ginnel-report", name, when))) + ".tar.gz"


def masked(texts: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """`texts` without `names`, public addresses and hardware addresses."""
    masker = Masker(names)
    return {name: masker.mask(text) for name, text in texts.items()}


def bundle(texts: Mapping[str, str]) -> bytes:
    """A .tar.gz of `texts`, each of mode 0600 in one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in texts.items():
            data = text.encode(errors="replace")
            member = tarfile.TarInfo(f"ginnel-report/{name}")
            member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def write_new(path: Path, data: bytes) -> None:
    """A file that was not there before and that its owner alone may read, whole or not at all.

    Raises OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
    except OSError:  # a full disk
        path.unlink(missing_ok=True)
        raise


def _versions(found: Diagnosis) -> str:
    lines = {
        "ginnel": __version__,
        "ginneld": found.version or "does not answer",
        "system": found.machine.system,
        "libcrypto": found.machine.libcrypto,
        "python": platform.python_version(),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _findings(found: Diagnosis, describe: Describe) -> str:
    lines = []
    for finding in found.findings:
        cause, remedy = describe(finding)
        lines.append(f"{finding.severity:<8}{finding.id}: {cause}\n")
        if remedy and finding.severity != "ok":
            lines.append(f"{'':8}{remedy}\n")
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


def _json(value: Any) -> str:
    # Unescaped: masking has to see names as they are
    return json.dumps(msgspec.to_builtins(value, enc_hook=str), indent=2, ensure_ascii=False) + "\n"
