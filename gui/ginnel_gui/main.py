"""`ginnel-gui`: start the app, or bring the one that runs to the front."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ginnel_service import __version__
from ginnel_service.paths import RuntimePaths


def argument_parser() -> argparse.ArgumentParser:
    """What `ginnel-gui` takes; its manual page is made of it, too."""
    parser = argparse.ArgumentParser(prog="ginnel-gui", description="The desktop app of Ginnel.")
    parser.add_argument("--version", action="version", version=f"ginnel-gui {__version__}")
    parser.add_argument(
        "--socket",
        metavar="PATH",
        default=os.environ.get("GINNEL_SOCKET") or str(RuntimePaths().socket),
        help="the service's socket",
    )
    parser.add_argument(
        "--minimised", action="store_true", help="start in the tray, or minimised where there is none"
    )
    parser.add_argument(
        "--settings",
        metavar="FILE",
        help="where the choices made in the app are kept, instead of with your own",
    )
    parser.add_argument("file", nargs="*", help="a profile to import")
    return parser


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for; exits for `--help`, `--version` and what cannot be understood."""
    return argument_parser().parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Exits with 0, or with 1 when an app that runs already does not answer."""
    wanted = arguments(sys.argv[1:] if argv is None else argv)
    sys.exit(run(wanted))


def run(wanted: argparse.Namespace) -> int:
    # Only now: `--help` should not wait for Qt.
    from . import language, settings  # noqa: PLC0415
    from .application import Application  # noqa: PLC0415
    from .ending import Ending  # noqa: PLC0415
    from .single import Single  # noqa: PLC0415

    application = Application(sys.argv[:1])
    ending = Ending(application)
    files = [os.path.abspath(path) for path in wanted.file]
    single = Single(wanted.socket)
    if not single.claim():
        single.passed.connect(lambda passed: application.exit(0 if passed else 1))
        single.pass_on(files)
        ending.asked.connect(lambda: application.exit(1))
        return application.exec()
    from .app import App  # noqa: PLC0415

    chosen = settings.of_file(wanted.settings) if wanted.settings else settings.personal()
    app = App(application, chosen, language.install(application, chosen.language), wanted.socket)
    app.obey(single)
    app.ended.connect(application.quit)
    ending.asked.connect(app.quit)
    app.begin(minimised=wanted.minimised, files=files)
    code = application.exec()
    single.close()
    ending.close()
    return code
