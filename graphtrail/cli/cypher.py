"""``cypher``: statements that people type."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from graphtrail.cli import options
from graphtrail.cli.server import address
from graphtrail.errors import UsageError

if TYPE_CHECKING:
    from graphtrail.questions.file import CypherFile
    from graphtrail.results import Options


@click.command()
@click.argument("statement", required=False)
@click.option("--file", "script", type=click.Path(path_type=Path, dir_okay=False), help="Read it from this file.")
@click.option(
    "-p",
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=TEXT",
    help="Value of $NAME: NAME=TEXT is text, NAME:=JSON a number, truth, list or map; repeatable.",
)
@options.case()
@options.cypher
@click.option("--write", is_flag=True, help="Let it change nodes and relationships; of a Neo4j server only.")
@options.server
@options.output
def cypher(
    *,
    statement: str | None,
    script: Path | None,
    given: tuple[str, ...],
    case: Path,
    output: str | None,
    file: Path | None,
    exit_code: bool,
    **how: Any,  # noqa: ANN401 - what click read
) -> None:
    """Run Cypher on a case, embedded or on a Neo4j server.

    STATEMENT reads the graph that docs/schema.md describes; what writes, reads files or reaches the network is refused.
    Values are parameters, never text: $name takes what -p name=... says, and $case_id is always there.
    """
    if (statement is None) == (script is None):
        raise UsageError("give a statement, or a file with one: --file FILE")
    from graphtrail.questions.file import parsed  # noqa: PLC0415 - not for --help

    asked = script if script and str(script) != "-" else parsed("cypher", statement or sys.stdin.read())
    answered(case, asked, dict(_value(one) for one in given), how, (output, file, exit_code))


def answered(
    case: Path,
    asked: "Path | CypherFile",
    given: dict[str, Any],
    how: dict[str, Any],
    to: tuple[str | None, Path | None, bool],
) -> None:
    """Run a statement, and write what it gives.

    Args:
        case: folder of the case.
        asked: the statement.
        given: values of its parameters.
        how: what the options of ``options.cypher`` and ``options.server`` gave.
        to: form, file, and whether finding something is told by the exit code.
    """
    from graphtrail import api, results  # noqa: PLC0415 - not for --help
    from graphtrail.case.manifest import NAME  # noqa: PLC0415 - as above
    from graphtrail.cli.found import FOUND, put_found  # noqa: PLC0415 - as above

    server = address(how)
    on_server = how.pop("store") == "neo4j"
    held = api.open(case).store if not on_server or (case / NAME).exists() else None
    chosen = {name: value for name, value in how.items() if value is not None}
    if on_server:
        chosen["server"] = server
    result = results.run(case, held, asked, given, cast("Options", chosen))
    output, file, exit_code = to
    put_found(result, output, file)
    if exit_code and result.rows:
        raise click.exceptions.Exit(FOUND)


def _value(text: str) -> tuple[str, object]:
    """A parameter as it is typed."""
    name, equals, value = text.partition("=")
    if not equals or not name.removesuffix(":"):
        raise UsageError(f"-p {text}: write NAME=TEXT, or NAME:=JSON for anything but text")
    if not name.endswith(":"):
        return name, value
    import msgspec  # noqa: PLC0415 - not for --help

    try:
        return name[:-1], msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise UsageError(f"-p {text}: {value!r} is no JSON; text is given with = alone") from None
