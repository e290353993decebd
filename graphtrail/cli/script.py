"""Questions that people write themselves, as commands: ``ask FILE.cypher``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options
from graphtrail.cli.ask import with_options
from graphtrail.cli.cypher import answered
from graphtrail.errors import UsageError
from graphtrail.questions.file import CypherFile, load
from graphtrail.stores.cypher.engine import CASE

# Options of ours that a parameter of the file may take the place of.
_OURS_GIVE_WAY = frozenset({"since", "until", "limit", "timeout", "around"})


def script(path: Path) -> click.Command:
    """The command that asks the question in a file; its parameters are options.

    Raises:
        UsageError: the file cannot be read, or its first comments cannot.
    """
    file = load(path)
    declared = [one for one in file.parameters or () if one.name != CASE]
    params: list[click.Parameter] = [
        click.Option(
            [f"--{one.name.replace('_', '-')}", f"given_{one.name}"],
            required=one.default is None,
            default=one.default,
            show_default=True,
            metavar=one.type.upper(),
            help=one.help or one.name,
        )
        for one in declared
    ]
    columns = f"\n\nColumns: {', '.join(file.columns)}." if file.columns else ""
    held = click.Command(str(path), callback=_asking(file), params=params, help=f"{file.title or file.name}{columns}")
    for add in (options.output, options.server, options.cypher, options.case()):
        held = with_options(held, add)
    taken = {f"given_{one.name}": one.name for one in declared}
    clash = sorted(set(taken.values()) & {param.name for param in held.params} - _OURS_GIVE_WAY)
    if clash:
        raise UsageError(f"{path}: its parameter {clash[0]} is called like an option of graphtrail ask; rename it")
    held.params = [param for param in held.params if param.name not in set(taken.values())]
    return held


def _asking(file: CypherFile) -> Any:  # noqa: ANN401 - a callback of click
    def asking(*, case: Path, output: str | None, exit_code: bool, **how: Any) -> None:  # noqa: ANN401 - what click read
        named = {name.removeprefix("given_"): how.pop(name) for name in list(how) if name.startswith("given_")}
        given = {name: value for name, value in named.items() if value is not None}
        answered(case, file, given, how, (output, how.pop("file"), exit_code))

    return asking
