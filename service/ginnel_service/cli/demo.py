"""`ginnel demo`: a whole VPN on this machine, in network namespaces of its own where there are such."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import FrameType

import click
from rich.status import Status
from rich.table import Table

from ginnel_service.demo import desktop
from ginnel_service.demo.lab import Lab, LabError, LabUnavailableError
from ginnel_service.demo.machine import Machine, OneHost
from ginnel_service.demo.play import Demo, Step, Summary
from ginnel_service.demo.stages import Namespaces, Stage

from .common import Settings, command, console, print_json
from .exits import Exit

INTERRUPTED = 130
LOG_LINES = 12
#: Plays on a stage; may keep things in the directory while that stands.
Act = Callable[[Stage, Path], Callable[[], None]]
#: What the web server has for whoever reads it while the app is looked at.
PAGES_MB = 2


@command(
    example="ginnel demo\nginnel demo --gui\nginnel demo --megabytes 500 --keep\nsudo ginnel demo --here"
)
@click.option(
    "--megabytes",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Size of the download.",
)
@click.option("--keep", is_flag=True, help="Leave the tunnel up to look at, until Ctrl-C.")
@click.option("--gui", is_flag=True, help="Look at the tunnel in the app, until that is closed.")
@click.option(
    "--here",
    is_flag=True,
    help="Without network namespaces, as root; so it always is on macOS and FreeBSD.",
)
def demo(settings: Settings, *, megabytes: int, keep: bool, gui: bool, here: bool) -> None:
    """Show a tunnel at work: client, NAT, gateway and web server, all on this machine.

    Needs no other software and, where user namespaces are open to everyone, no root. Nothing outside its own
    network namespaces is touched, and nothing is left when it ends.

    Where there are no namespaces, the machine is the client: it gets a device and routes to two networks that
    lead nowhere else. Gateway and web server are in the demo itself. That needs root, and nothing is left of
    it either.
    """
    if gui and keep:
        raise click.UsageError("--gui goes on until the app is closed, --keep until Ctrl-C: choose one.")
    with ended_by(signal.SIGTERM, signal.SIGHUP):
        screen = Screen(settings.json)
        act = partial(_show, screen) if gui else partial(_play, screen, megabytes, keep)
        status = _run(screen, Machine() if here or sys.platform != "linux" else Lab(), act)
    click.get_current_context().exit(status)


@contextmanager
def ended_by(*numbers: int) -> Iterator[None]:
    """These signals, of which a closed terminal sends one, do what Ctrl-C does; not where nohup(1) has one
    ignored."""
    before = {number: signal.getsignal(number) for number in numbers}
    taken = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in taken.items():
            signal.signal(number, handler)


def _run(screen: Screen, lab: Lab, act: Act) -> int:
    """The exit status. What `act` returns has the last word, when everything is cleaned up."""
    try:
        with lab:
            try:
                say_the_end = act(
                    OneHost(lab) if isinstance(lab, Machine) else Namespaces(lab), lab.directory
                )
            except LabError as error:
                screen.failed(str(error), lab.report(LOG_LINES))
                return Exit.FAILED
            except desktop.DesktopError as error:
                screen.failed(str(error), "")
                return Exit.FAILED
    except KeyboardInterrupt:
        screen.close()
        click.echo("Interrupted; everything is cleaned up.", err=True)
        return INTERRUPTED
    except LabUnavailableError as error:
        screen.failed(f"the demo cannot run here: {error}", "")
        return Exit.NOT_PERMITTED
    finally:
        screen.close()
    say_the_end()
    return Exit.OK


def _play(screen: Screen, megabytes: int, keep: bool, stage: Stage, directory: Path) -> Callable[[], None]:
    story = Demo(stage, screen.tell, megabytes=megabytes)
    story.play()
    if keep:
        screen.keep(str(story.service.socket))
    story.disconnect()
    return partial(screen.finish, story.summary)


def _show(screen: Screen, stage: Stage, directory: Path) -> Callable[[], None]:
    if (reason := desktop.why_unavailable()) is not None:
        raise LabUnavailableError(reason)
    story = Demo(stage, screen.tell, megabytes=PAGES_MB)
    story.begin()
    app = desktop.App(directory, story.service.socket)
    try:
        screen.shown(str(story.service.socket), stage.touched())
        app.wait()
    except KeyboardInterrupt:
        pass  # as good as closing it
    finally:
        app.close()
    return screen.shut


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Screen:
    """Shows the steps: a spinner and colours on a terminal, plain lines elsewhere, nothing with --json."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._steps: list[Step] = []
        self._console = console()
        self._spinner: Status | None = None

    def tell(self, step: Step) -> None:
        self.close()
        if step.seconds is None:
            if self._console.is_terminal and not self._json:
                self._spinner = Status(step.title, console=self._console)
                self._spinner.start()
            return
        self._steps.append(step)
        if not self._json:
            self._console.print(f"{step.seconds:7.2f} s  {step.title:<32} {step.detail}")
            sys.stdout.flush()

    def close(self) -> None:
        """Stop the spinner."""
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None

    def keep(self, socket: str) -> None:
        """Say how to look at the tunnel, and wait for Ctrl-C."""
        self.close()
        if self._json:
            print_json({"socket": socket})
        else:
            self._console.print(
                f"\nThe tunnel stays up. From another terminal:\n  {_watching(socket)}\nCtrl-C ends it."
            )
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return

    def shown(self, socket: str, touched: str) -> None:
        """Say that the app is there, and what of the machine's own network is touched."""
        self.close()
        if self._json:
            print_json({"socket": socket})
        else:
            self._console.print(
                f"\nThe app is open: disconnect, connect, look around. {touched}\n"
                f"Beside it, from another terminal:\n  {_watching(socket)}\n"
                "Close the app, or press Ctrl-C here, to end the demo."
            )
        sys.stdout.flush()

    def shut(self) -> None:
        """Say that the app was closed."""
        if self._json:
            print_json({"steps": [asdict(step) for step in self._steps]})
        else:
            self._console.print("The app is closed, and everything is cleaned up.")

    def failed(self, cause: str, logs: str) -> None:
        self.close()
        if self._json:
            print_json({"error": {"cause": cause}, "steps": [asdict(step) for step in self._steps]})
            return
        if logs:
            click.echo(logs, err=True)
        click.echo(f"Error: {cause}", err=True)

    def finish(self, summary: Summary) -> None:
        if self._json:
            print_json({"steps": [asdict(step) for step in self._steps], "summary": asdict(summary)})
            return
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_row("IKE", summary.ike_suite)
        table.add_row("ESP", summary.esp_suite)
        table.add_row("Connected in", f"{summary.connect_s:.2f} s")
        table.add_row("Throughput", f"{summary.megabits_s:.0f} Mbit/s over {summary.octets / 1e6:.0f} MB")
        times = ", ".join(f"{ms:.2f} ms over {family}" for family, ms in summary.rtt_ms.items())
        table.add_row("Round trip", times)
        lost = f"{summary.lost_during_rekey} of {summary.pings_during_rekey}"
        table.add_row("Lost in rekeys", f"{lost} pings")
        self._console.print()
        self._console.print(table)


def _watching(socket: str) -> str:
    """What to type elsewhere; where root plays for a person, root's socket is not in that person's reach."""
    sudo = "sudo " if "SUDO_UID" in os.environ else ""
    return f"{sudo}GINNEL_SOCKET={socket} ginnel status --watch"
