"""What `ginneld` is told on its command line. Pure."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from . import __version__
from .net.dns.keepers import CHOICES, Choice
from .paths import DEFAULT_RUNTIME, DEFAULT_STATE, RuntimePaths, StatePaths

LEVELS = ("debug", "info", "warning", "error")
OUTPUTS = ("auto", "stderr", "journal", "syslog")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonConfig:
    runtime: RuntimePaths = field(default_factory=RuntimePaths)
    state: StatePaths = field(default_factory=StatePaths)
    log_level: str = "info"
    log_to: str = "auto"
    log_file: Path | None = None
    export_keys: Path | None = None
    dns: Choice = "auto"
    admin_group: str = ""  # empty: the usual one
    kill_switch_only: bool = False


def argument_parser() -> argparse.ArgumentParser:
    """What `ginneld` takes; its manual page is made of it, too."""
    parser = argparse.ArgumentParser(
        prog="ginneld",
        description="The Ginnel service: IKEv2/IPsec tunnels in user space. Runs in the foreground.",
        epilog="Example: ginneld --log-level debug",
    )
    parser.add_argument("--version", action="version", version=f"ginneld {__version__}")
    parser.add_argument(
        "--runtime-dir",
        type=Path,
        default=DEFAULT_RUNTIME,
        metavar="DIR",
        help="holds the socket [%(default)s]",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=DEFAULT_STATE,
        metavar="DIR",
        help="holds profiles, secrets and the undo journal [%(default)s]",
    )
    parser.add_argument(
        "--log-level",
        choices=LEVELS,
        default="info",
        help="log what is this bad or worse; ginnel log changes it while the service runs [%(default)s]",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--log-to",
        choices=OUTPUTS,
        default="auto",
        help="where to log; auto: the journal where that is standard error, else that [%(default)s]",
    )
    output.add_argument(
        "--log-file",
        type=Path,
        metavar="FILE",
        help="log to this file, of 4 MiB at most with three former ones beside it; SIGHUP opens it anew",
    )
    parser.add_argument(
        "--dns-manager",
        choices=CHOICES,
        default="auto",
        help="who looks after this machine's DNS; auto finds out [%(default)s]",
    )
    parser.add_argument(
        "--admin-group",
        default="",
        metavar="NAME",
        help="whose members administer beside root [ginnel, or the system's administrators]",
    )
    parser.add_argument(
        "--foreground",
        action="store_true",
        help="stay in the foreground: it always does; for unit files that say it",
    )
    parser.add_argument(
        "--kill-switch-only",
        action="store_true",
        help="put up the kill switch that stood before, and end: for the boot, before any network",
    )
    parser.add_argument(
        "--export-keys",
        type=Path,
        metavar="FILE",
        help="for diagnosis: append every session's keys, as tshark's -o takes them; they open all traffic",
    )
    return parser


def parse_arguments(arguments: list[str] | None = None) -> DaemonConfig:
    """Raises SystemExit, with words on stderr, for what it does not know."""
    found = argument_parser().parse_args(arguments)
    return DaemonConfig(
        runtime=RuntimePaths(found.runtime_dir),
        state=StatePaths(found.state_dir),
        log_level=found.log_level,
        log_to=found.log_to,
        log_file=found.log_file,
        export_keys=found.export_keys,
        dns=found.dns_manager,
        admin_group=found.admin_group,
        kill_switch_only=found.kill_switch_only,
    )
