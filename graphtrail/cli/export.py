"""``export``."""

from pathlib import Path

import click

from graphtrail.cli import options


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(["json", "csv", "graphml"]))
@options.case()
@click.option(
    "-o", "place", type=click.Path(path_type=Path), help="File, of csv a folder; json and graphml: else stdout."
)
def export(*, form: str, case: Path, place: Path | None) -> None:
    """Write the whole graph as JSON, CSV or GraphML.

    FORMAT: json (one object with nodes and edges), csv (nodes.csv and edges.csv), graphml. Control edges stand one a
    call; touches are put together by session, action, outcome and error code, with the first and last ten event ids.
    """
    from graphtrail import api  # noqa: PLC0415 - not for --help
    from graphtrail.cli.output import write  # noqa: PLC0415 - as above
    from graphtrail.errors import UsageError  # noqa: PLC0415 - as above
    from graphtrail.render.machine import graph_csv, graph_json  # noqa: PLC0415 - as above
    from graphtrail.stores.exchange import to_graphml  # noqa: PLC0415 - as above
    from graphtrail.stores.whole import whole  # noqa: PLC0415 - as above

    graph = whole(api.open(case).store)
    if form == "csv":
        if place is None:
            raise UsageError("csv is two files: name a folder with -o")
        place.mkdir(parents=True, exist_ok=True)
        nodes, edges = graph_csv(graph)
        write(nodes, place / "nodes.csv")
        write(edges, place / "edges.csv")
    else:
        write(graph_json(graph) if form == "json" else to_graphml(graph), place)
