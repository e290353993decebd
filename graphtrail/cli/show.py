"""``show``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options


@click.command()
@click.argument("seeds", nargs=-1, required=True)
@options.case()
@options.store
@options.case_id
@options.server
@options.limits
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default="graphtrail.html",
    show_default=True,
    help="Write the page to this file.",
)
@options.verbosity
def show(
    *,
    seeds: tuple[str, ...],
    case: Path,
    store: str,
    case_id: str | None,
    file: Path,
    verbose: bool,  # noqa: ARG001 - there is no more to say
    quiet: bool,  # noqa: ARG001 - cli.remark reads it
    **limits: Any,  # noqa: ANN401 - what click read
) -> None:
    """Draw the page around one or more seeds.

    SEEDS are keys of sessions, access key ids, ARNs of principals or resources, their bare names (bob, my-bucket,
    i-0123...) and unique ids, account numbers, addresses, event ids. Drawn are who touched a resource, and of anything
    else where it comes from and what it reached.
    """
    from graphtrail.cli.output import put  # noqa: PLC0415 - not for --help
    from graphtrail.cli.server import asked  # noqa: PLC0415 - as above
    from graphtrail.cli.showing import about  # noqa: PLC0415 - as above

    put(about(asked(case, store, case_id, limits), seeds, limits), "html", file, None)
