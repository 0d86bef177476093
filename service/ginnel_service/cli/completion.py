"""`ginnel completion`: what makes a shell complete commands, options and the names of profiles."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from .common import Settings, command, print_json

SHELLS = ("bash", "zsh", "fish")
#: What click looks for; it comes from the program's name.
VARIABLE = "_GINNEL_COMPLETE"


@command(
    example="ginnel completion bash > ~/.local/share/bash-completion/completions/ginnel\n"
    'ginnel completion zsh > "${fpath[1]}/_ginnel"\n'
    "ginnel completion fish > ~/.config/fish/completions/ginnel.fish"
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(settings: Settings, *, shell: str) -> None:
    """Print the script that makes SHELL complete `ginnel`.

    Names of profiles are asked of the service; without one, or where it is slow, there are none.
    """
    text = script(shell, click.get_current_context().find_root().command)
    if settings.json:
        print_json({"shell": shell, "script": text})
    else:
        click.echo(text)


def script(shell: str, root: click.Command) -> str:
    """What makes `shell`, one of SHELLS, complete the command `root`."""
    kind = get_completion_class(shell)
    assert kind is not None
    # Of the base class: bash's own looks for a bash, which packaging may not have
    return ShellComplete.source(kind(root, {}, "ginnel", VARIABLE))
