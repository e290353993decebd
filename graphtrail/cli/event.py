"""``event``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options


@click.command()
@click.argument("event_id")
@options.case()
@click.option("--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Form.")
@options.file
def event(*, event_id: str, case: Path, output: str, file: Path | None) -> None:
    """Show a record, where it lies, and what it proves.

    The record is read again from its source file, secrets removed; facts and edges are those of the case.
    """
    from graphtrail import api  # noqa: PLC0415 - not for --help
    from graphtrail.cli import note  # noqa: PLC0415 - as above
    from graphtrail.cli.output import write  # noqa: PLC0415 - as above
    from graphtrail.render.edges import edge  # noqa: PLC0415 - as above
    from graphtrail.render.machine import encoded, indented  # noqa: PLC0415 - as above

    found, facts, edges = api.open(case).event(event_id)
    said: dict[str, Any] = {
        "record": found.record,
        "file": found.file,
        "index": found.place,
        "facts": facts,
        "edges": [edge(one) for one in edges],
    }
    if found.trouble:
        note(f"{found.trouble}; facts and edges are what the case keeps")
    write((encoded(said) if output == "json" else indented(said)) + "\n", file)
