"""Answers to Cypher leave: as a table, for a machine, or as a page."""

import shutil
import sys
from pathlib import Path

from graphtrail.cli import note
from graphtrail.cli.output import FOUND, form, write
from graphtrail.cli.table import fitted, plain, shown
from graphtrail.render.typed import told, typed_csv, typed_json, typed_jsonl
from graphtrail.results import CypherResult
from graphtrail.version import __version__

__all__ = ["FOUND", "put_found"]


def put_found(result: CypherResult, output: str | None, file: Path | None) -> None:
    """Write an answer, and say on stderr what it does not hold.

    Args:
        result: the answer.
        output: its form, None to tell it by the file.
        file: where to; None is stdout.
    """
    kind = form(output, file)
    if kind == "table" and file is None:
        _show(result)
    else:
        write(_written(result, kind), file)
    found = result.answer.found
    if found.cut:
        of = "" if found.total is None else f" of {found.total:,}"
        note(f"cut: {len(found.rows):,} row(s){of} are given; --limit 0 gives all")
    for text in dict.fromkeys(
        (*found.notes, *(f"what the logs cannot show: {gap.text}" for gap in result.answer.coverage))
    ):
        note(text)


def _show(result: CypherResult) -> None:
    looked_at = sys.stdout.isatty()
    head, cells = _table(result, brief=looked_at)
    text, hidden = fitted(head, cells, shutil.get_terminal_size().columns) if looked_at else (plain(head, cells), [])
    sys.stdout.write(text)
    room = f", no room for {', '.join(hidden)} (--output json has all)" if hidden else ""
    note(f"{result.answer.file.name}: {len(cells):,} row(s){room}")


def _table(result: CypherResult, *, brief: bool) -> tuple[list[str], list[list[str]]]:
    rows = [[told(cell) for cell in row] for row in result.answer.found.rows]
    return shown(result.columns, rows, brief=brief)


def _written(result: CypherResult, kind: str) -> str:
    if kind == "json":
        return typed_json(result.answer, __version__)
    if kind == "jsonl":
        return typed_jsonl(result.answer)
    if kind == "csv":
        return typed_csv(result.answer)
    if kind == "html":
        return result.to_html()
    if kind == "graphml":
        from graphtrail.stores.exchange import to_graphml  # noqa: PLC0415 - it carries networkx

        return to_graphml(result.graph)
    return plain(*_table(result, brief=False))
