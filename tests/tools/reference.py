"""Writes ``docs/cli.md`` from the commands themselves: ``python tests/tools/reference.py``; a test compares."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from graphtrail.cli import COMMANDS, cli
from graphtrail.cli.ask import ask
from graphtrail.questions import QUESTIONS

FILE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
HEAD = """# The command line

Made from the commands by `python tests/tools/reference.py`; `graphtrail COMMAND --help` says the same.

Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 failed (a source that does not exist, a case that
is none, nothing readable), 2 wrong usage, 3 with `--exit-code` when something was found. Rejected records alone do not
fail a run: they are counted on stderr and listed by `graphtrail status --rejects`.

An option counts first as a flag, then from the environment (`GRAPHTRAIL_CASE`, `NEO4J_URI`), then from the
configuration file that `graphtrail doctor` names. There `case = "acme"` holds for every command, a section `[ask]` for
all questions, and `[ask.events]` for one.

On a terminal a table fits the width: long values are shortened in the middle, columns without room are named on
stderr, and of more than 40 rows the rest is folded and counted. In a pipe or a file the same table is complete: cells
separated by tabs, nothing shortened. Characters that control a terminal or turn text round are written as escapes in
every form.
"""


def text() -> str:
    """The whole document."""
    parts = [HEAD]
    for name in COMMANDS:
        parts += section(cli, name, "graphtrail", "##", frozenset())
        group = cli.get_command(click.Context(cli), name)
        for one in sorted(group.commands) if isinstance(group, click.Group) else ():
            parts += section(group, one, f"graphtrail {name}", "###", frozenset())
    common = frozenset.intersection(*(names_of(ask, name) for name in QUESTIONS))
    parts.append(
        "## The questions\n\nEvery question takes these options, and those of [its own page](questions/README.md).\n"
    )
    parts += table(ask, next(iter(QUESTIONS)), names_of(ask, next(iter(QUESTIONS))) - common)
    return "\n".join(parts)


def section(group: click.Group, name: str, path: str, mark: str, common: frozenset[str]) -> Iterator[str]:
    """What there is to say of one command, but for the options that are described elsewhere."""
    command, ctx = found(group, name)
    yield f"{mark} {path} {name}\n"
    yield f"`{path} {name} {' '.join(command.collect_usage_pieces(ctx))}`\n"
    yield f"{escaped(inspect.cleandoc(command.help or ''))}\n"
    yield from table(group, name, common)


def table(group: click.Group, name: str, without: frozenset[str]) -> Iterator[str]:
    """The options of a command."""
    command, ctx = found(group, name)
    options = [option for option in command.params if isinstance(option, click.Option) and option.name not in without]
    if options:
        yield "| option | meaning |\n|---|---|"
        for option in options:
            names, said = option.get_help_record(ctx) or ("", "")
            yield f"| `{escaped(names)}` | {escaped(' '.join(said.split()))} |"
        yield ""


def names_of(group: click.Group, name: str) -> frozenset[str]:
    """The names of all options of a command."""
    return frozenset(option.name or "" for option in found(group, name)[0].params if isinstance(option, click.Option))


def found(group: click.Group, name: str) -> tuple[click.Command, click.Context]:
    """A command of a group, and a context to ask it in."""
    command = group.get_command(click.Context(group), name)
    if command is None:
        raise LookupError(name)
    return command, click.Context(command, info_name=name)


def escaped(said: str) -> str:
    """Text that Markdown takes as it is."""
    return said.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    sys.exit(0)
