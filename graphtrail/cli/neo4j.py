"""``neo4j``: a server is filled, cleaned and checked."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphtrail.cli import note, options
from graphtrail.cli.config import within
from graphtrail.cli.server import address, case_name

if TYPE_CHECKING:
    from graphtrail.stores.server.loading import Held

MANY = 1_000_000


@click.group(no_args_is_help=True)
@click.pass_context
def neo4j(ctx: click.Context) -> None:
    """Fill, clean and check a Neo4j server."""
    ctx.default_map = {name: within(dict(ctx.default_map or {}), name) for name in neo4j.commands}


@neo4j.command()
@options.case()
@options.case_id
@options.calls
@click.option("--again", is_flag=True, help="Write everything once more, also what the server says it has.")
@options.server
@options.verbosity
def load(
    *, case: Path, case_id: str | None, calls: str | None, again: bool, verbose: bool, quiet: bool, **given: object
) -> None:
    """Load a case into a Neo4j server.

    Several cases stand beside each other, each under a name of its own. A load that was stopped goes on where it stood;
    one that is repeated changes nothing; of a case that has grown it changes what is another now.
    """
    from graphtrail import api  # noqa: PLC0415 - not for --help

    where = address(given)
    name = case_name(case, case_id)
    held = api.open(case)
    with _progress(quiet=quiet) as tell:
        loaded = held.load(where, name, which=calls, tell=tell, again=again)
    if quiet:
        return
    done = (
        "the server had it already" if not loaded.batches else f"{loaded.batches - loaded.skipped:,} batch(es) written"
    )
    note(f"{name} on {where.uri}: {loaded.nodes:,} nodes, {loaded.relationships:,} relationships; {done}")
    if loaded.skipped:
        note(f"{loaded.skipped:,} batch(es) were there from a load that was stopped")
    if loaded.removed:
        note(f"{loaded.removed:,} node(s) and relationship(s) of an earlier state of the case were removed")
    if verbose:
        note(f"ask it: graphtrail ask QUESTION --store neo4j --case-id {name} --neo4j-uri {where.uri}")


@neo4j.command()
@options.case()
@options.case_id
@click.option("--whole", is_flag=True, help="Remove the whole case from the server.")
@options.server
def prune(*, case: Path, case_id: str | None, whole: bool, **given: object) -> None:
    """Remove what interrupted loads left on a server, or a whole case.

    Other cases on the server stay as they are, and so does the case on disk.
    """
    from graphtrail.stores.server.connection import Connection  # noqa: PLC0415 - not for --help
    from graphtrail.stores.server.loading import prune as remove  # noqa: PLC0415 - as above

    where = address(given)
    name = case_name(case, case_id)
    with Connection(where) as connection, _progress(quiet=False) as tell:
        gone = remove(connection, name, tell, whole=whole)
    note(f"{name} on {where.uri}: {gone:,} node(s) and relationship(s) removed")


@neo4j.command()
@options.server
def doctor(**given: object) -> None:
    """Check a server: is it there, which version, which cases does it hold?

    Leaves with 1 if it cannot be reached, or holds what this graphtrail cannot read.
    """
    from graphtrail.stores.server.connection import Connection  # noqa: PLC0415 - not for --help
    from graphtrail.stores.server.health import health  # noqa: PLC0415 - as above

    with Connection(address(given)) as connection:
        found = health(connection)
    click.echo(f"{found.name} {found.version} ({found.edition}) at {connection.address.uri}")
    click.echo(f"database {connection.address.database}; an answer takes {found.milliseconds:.1f} ms")
    click.echo(f"driver {found.driver}{'' if found.fast else '; the extra fast would load with less CPU'}")
    indexes = f"{found.missing} missing, a load makes them" if found.missing else "all there"
    click.echo(f"constraints and indexes: {indexes}")
    for one in found.cases:
        click.echo(_case(one, readable=one.case_id not in found.unreadable))
    if not found.cases:
        click.echo("no case; load one: graphtrail neo4j load --case DIR")
    if found.unreadable:
        raise click.exceptions.Exit(1)


def _case(one: "Held", *, readable: bool) -> str:
    if not readable:
        return f"case {one.case_id}: version {one.version} of the schema, which this graphtrail cannot read"
    if one.load is None:
        return f"case {one.case_id}: its first load was stopped after {one.done or 0:,} batch(es); load it again"
    size = f"{one.nodes:,} nodes, {one.relationships:,} relationships"
    said = f"case {one.case_id}: {size}, calls: {one.calls}, {one.digest}"
    return f"{said}; a later load was stopped, load it again" if one.loading else said


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """Counts on stderr if it is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _part, _rows: None
        return
    from rich.console import Console  # noqa: PLC0415 - nobody pays for a bar that is not shown
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 - as above

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: Mapping[str, Any] = {
            part: bar.add_task(part, total=None) for part in ("nodes", "relationships", "removed")
        }
        yield lambda part, rows: bar.advance(tasks[part], rows)
