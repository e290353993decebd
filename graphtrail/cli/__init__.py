"""The command line. Everything heavy is imported by the command that needs it, never by ``--help``."""

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click

from graphtrail.errors import GraphtrailError, UsageError
from graphtrail.version import __version__

if TYPE_CHECKING:
    import io

# What each command does in a line, so that the list of them costs no import of theirs; a test holds them equal.
COMMANDS = {
    "investigate": "Sources in, the answer and a page out: the main job in one line.",
    "ingest": "Read sources into a case.",
    "follow": "Take in what is announced on a queue, as it comes.",
    "status": "What a case holds, and what its logs cover.",
    "ask": "Ask a question of a case.",
    "cypher": "Run Cypher on a case, embedded or on a Neo4j server.",
    "show": "Draw the page around one or more seeds.",
    "event": "Show a record, where it lies, and what it proves.",
    "athena": "Prepare Athena for a trail bucket.",
    "export": "Write the whole graph, or all calls, for other tools.",
    "neo4j": "Fill, clean and check a Neo4j server.",
    "verify": "Prove that log files are whole and unchanged.",
    "keys": "Public keys of CloudTrail, for proof without a network.",
    "demo": "Simulate an incident and do the main job on it.",
    "doctor": "Say what is installed and what works.",
    "completion": "Print the completion for a shell.",
}


class Commands(click.Group):
    """The commands, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names, in the order of an investigation."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command with a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"graphtrail.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="graphtrail", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Who touched this bucket, through which chain of roles, and what else did they reach?"""
    from graphtrail.cli.config import defaults  # noqa: PLC0415 - not for --help

    ctx.default_map = defaults()


def main(words: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Args:
        words: what was typed after the program's name; None takes it from the process.
    """
    # numpy starts a thread a core for algebra that nothing here does
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A process that answers one question and ends makes no cycles worth the search for them: a fifth of its CPU.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # Names in a log hold any character, and JSON is UTF-8, whatever the locale says.
        cast("io.TextIOWrapper", stream).reconfigure(encoding="utf-8", errors="backslashreplace")
    code = run(words)
    # Python's last search for cycles would walk over millions of objects that go with the process anyway.
    gc.freeze()
    sys.exit(code)


def run(words: list[str] | None = None) -> int:
    """Run the command line; what went wrong stands on stderr.

    Returns:
        Its exit code: 0 done, 1 failed, 2 wrong usage, 3 found something (``--exit-code``).
    """
    try:
        code = cli.main(words, "graphtrail", standalone_mode=False)
        sys.stdout.flush()  # a reader that has gone is noticed here, not when the interpreter ends
    except click.ClickException as wrong:
        code = _misused(wrong)
    except click.Abort:
        code = _say("stopped", 1)
    except UsageError as wrong:
        code = _say(str(wrong), 2)
    except GraphtrailError as failed:
        code = _say(str(failed), 1)
    except OSError as failed:
        code = _unwritten(failed) if failed.filename is None else _say(f"{failed.filename}: {failed.strerror}", 1)
    return code or 0


def _misused(wrong: click.ClickException) -> int:
    """Say what click says, but nothing that somebody typed reaches the terminal raw."""
    ctx = wrong.ctx if isinstance(wrong, click.UsageError) else None
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError) or ctx is None:
        wrong.show()
    else:
        lines = wrong.format_message().expandtabs(2).split("\n")
        said = "\n".join(map(printable, lines))
        click.echo(f"{ctx.get_usage()}\nTry: {ctx.command_path} --help\n\nError: {said}", err=True)
    return wrong.exit_code


def _unwritten(failed: OSError) -> int:
    """Standard output takes no more: a reader that has gone is nothing to speak of, a full disk is."""
    # What is left is dropped, lest the interpreter tries it again at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if isinstance(failed, BrokenPipeError) else _say(f"standard output: {failed.strerror}", 1)


def _say(text: str, code: int) -> int:
    click.echo(f"graphtrail: {printable(text)}", err=True)
    return code


def note(text: str) -> None:
    """Say something on stderr."""
    click.echo(printable(text), err=True)


def remark(text: str) -> None:
    """Say something on stderr that ``-q`` does without."""
    ctx = click.get_current_context(silent=True)
    if ctx is None or not ctx.params.get("quiet"):
        note(text)


def printable(text: str) -> str:
    """Text as one line that a terminal takes for nothing but text: what controls it is written as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
