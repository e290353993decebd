"""``export``."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from graphtrail.cli import options

if TYPE_CHECKING:
    from graphtrail.questions.events import Call


@click.command()
@click.argument(
    "form",
    metavar="FORMAT",
    type=click.Choice(["json", "csv", "graphml", "neo4j-admin", "opengraph", "stix", "timesketch"]),
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@options.case()
@options.case_id
@options.calls
@click.option(
    "-o", "place", type=click.Path(path_type=Path), help="File, of csv and neo4j-admin a folder; of others else stdout."
)
def export(
    *, form: str, folder: Path | None, case: Path, case_id: str | None, calls: str | None, place: Path | None
) -> None:
    """Write the whole graph, or all calls, for other tools.

    FORMAT: json (one object with nodes and edges), csv (nodes.csv and edges.csv), graphml, neo4j-admin (files for an
    import), opengraph (for BloodHound), stix (a bundle of STIX 2.1). Control edges stand one a call, of opengraph one
    a pair of nodes; touches are put together by session, action, outcome and error code, with the first and last ten
    event ids. timesketch: every call as a line of JSON for a timeline.
    """
    from graphtrail import api  # noqa: PLC0415 - not for --help
    from graphtrail.cli.output import make_folder, write  # noqa: PLC0415 - as above
    from graphtrail.errors import UsageError  # noqa: PLC0415 - as above
    from graphtrail.render.interchange import opengraph, timesketch  # noqa: PLC0415 - as above
    from graphtrail.render.machine import graph_csv, graph_json  # noqa: PLC0415 - as above
    from graphtrail.render.stix import stix  # noqa: PLC0415 - as above
    from graphtrail.stores.exchange import to_graphml  # noqa: PLC0415 - as above
    from graphtrail.stores.whole import whole  # noqa: PLC0415 - as above

    place = place or folder
    if form == "neo4j-admin":
        _admin(case, case_id, calls, place)
        return
    held = api.open(case)
    if form == "timesketch":
        write("".join(timesketch(held.store, cast("Iterable[Call]", held.ask.events().rows))), place)
        return
    graph = whole(held.store)
    if form == "csv":
        if place is None:
            raise UsageError("csv is two files: name a folder with -o")
        make_folder(place)
        nodes, edges = graph_csv(graph)
        write(nodes, place / "nodes.csv")
        write(edges, place / "edges.csv")
    else:
        write({"json": graph_json, "graphml": to_graphml, "opengraph": opengraph, "stix": stix}[form](graph), place)


def _admin(case: Path, case_id: str | None, calls: str | None, folder: Path | None) -> None:
    from graphtrail import api  # noqa: PLC0415 - not for --help
    from graphtrail.cli import note  # noqa: PLC0415 - as above
    from graphtrail.cli.server import case_name  # noqa: PLC0415 - as above
    from graphtrail.errors import GraphtrailError, UsageError  # noqa: PLC0415 - as above
    from graphtrail.stores.server.admin import export as write  # noqa: PLC0415 - as above

    if folder is None:
        raise UsageError("neo4j-admin takes many files: name a folder")
    try:
        held = api.open(case)
        made = write(held.store, held.plan(case_name(case, case_id), calls), folder)
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror
        raise GraphtrailError(f"{folder}: cannot be written ({why}); name another folder with -o") from None
    note(f"wrote {folder}; stop the server, and in that folder run the command below (--overwrite-destination replaces")
    note("the whole database); then graphtrail neo4j load makes the constraints and finds the case complete")
    click.echo(made.command("neo4j"))
