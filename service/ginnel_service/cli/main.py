"""`ginnel`: the command line of the service."""

from __future__ import annotations

import importlib
from typing import cast

import click
from click.shell_completion import CompletionItem

from ginnel_service import __version__

from .common import Settings, default_socket, open_closed_streams
from .exits import MEANINGS

#: command -> the module that holds it, as an attribute of the same name
COMMANDS: dict[str, str] = {
    "create": "create",
    "import": "importing",
    "export": "exporting",
    "edit": "editing",
    "rename": "profiles",
    "list": "profiles",
    "show": "profiles",
    "remove": "profiles",
    "up": "connection",
    "down": "connection",
    "status": "connection",
    "rekey": "connection",
    "ondemand": "ondemand",
    "killswitch": "killswitch",
    "prompt": "prompt",
    "log": "log",
    "doctor": "doctor",
    "gateway": "gateway",
    "demo": "demo",
    "completion": "completion",
}
#: where a command's name is one of Python's own, the attribute is another
ATTRIBUTES = {"list": "list_profiles", "import": "import_"}


class LazyCommands(click.Group):
    """Imports a command's module when it is asked for, so that `ginnel up` does not pay for the rest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names without their help: that would take every module, and a second."""
        named = [CompletionItem(name) for name in COMMANDS if name.startswith(incomplete)]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        try:
            module = importlib.import_module(f"ginnel_service.cli.{COMMANDS[cmd_name]}")
        except ModuleNotFoundError as error:
            return _unavailable(cmd_name, error.name or "")
        return cast("click.Command", getattr(module, ATTRIBUTES.get(cmd_name, cmd_name)))


def _unavailable(command: str, module: str) -> click.Command:
    """Stands for a command whose modules are not all installed; the others go on without it."""

    def refuse(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(f"`{command}` cannot run here: the module {module} is not installed.")

    swallow = click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True}
    return click.Command(command, callback=refuse, params=[swallow], hidden=True, context_settings=settings)


_CODES = "\n".join(f"  {int(code):>2}  {meaning}" for code, meaning in MEANINGS.items())


@click.command(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"\b\nExample:\n  ginnel create office --server vpn.example.org --username alice\n"
    f"  ginnel up office\n\n\b\nExit codes:\n{_CODES}",
)
@click.option("--socket", metavar="PATH", envvar="GINNEL_SOCKET", help="The service's socket.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.version_option(__version__, prog_name="ginnel")
@click.pass_context
def main(context: click.Context, socket: str | None, as_json: bool) -> None:
    """Connect to IKEv2/IPsec VPNs in user space.

    A profile says where to connect and as whom; the service, ginneld, does the work.
    """
    open_closed_streams()
    context.obj = Settings(socket or default_socket(), as_json)


if __name__ == "__main__":
    main(prog_name="ginnel")
