"""``completion``."""

import click
from click.shell_completion import get_completion_class

_WHERE = {
    "bash": '~/.bashrc: eval "$(graphtrail completion bash)"',
    "zsh": '~/.zshrc: eval "$(graphtrail completion zsh)"',
    "fish": "~/.config/fish/config.fish: graphtrail completion fish | source",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(_WHERE)))
@click.pass_context
def completion(ctx: click.Context, *, shell: str) -> None:
    """Print the completion for a shell.

    Put its output where the shell reads it at its start, for bash into ~/.bashrc: eval "$(graphtrail completion bash)".
    """
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - the choice above names what click has
    root = ctx.find_root().command
    click.echo(made(root, {}, "graphtrail", "_GRAPHTRAIL_COMPLETE").source())
    click.echo(f"put this into {_WHERE[shell]}", err=True)
