"""An answer leaves: as a table, for a machine, or as a page. Data goes to stdout, everything else to stderr."""

import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from graphtrail.cli import note, remark
from graphtrail.cli.table import fitted, plain, texts
from graphtrail.errors import GraphtrailError, UsageError
from graphtrail.render.machine import as_csv, as_json, as_jsonl
from graphtrail.render.visible import capped
from graphtrail.results import Result
from graphtrail.version import __version__

FOUND = 3
_FOLD = 40
_ALIKE = 6
_GAP = 2_000  # letters of what is said of a gap, which may name what a forged record names
_ENDINGS = {".html": "html", ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".graphml": "graphml"}


def form(output: str | None, file: Path | None) -> str:
    """The form of the answer: as asked for, else by the name of the file."""
    return output or (_ENDINGS.get(file.suffix.lower(), "table") if file else "table")


def put(results: Sequence[Result], output: str | None, file: Path | None, limit: int | None) -> None:
    """Write answers to questions about one case.

    Args:
        results: the answers.
        output: their form, None to tell it by the file.
        file: where to; None is stdout.
        limit: rows of each, None or 0 for all; a table on a terminal folds by itself and says so.
    """
    kind = form(output, file)
    if kind == "table" and file is None:
        for place, result in enumerate(results):
            sys.stdout.write("\n" if place else "")
            _show(result, limit)
    else:
        write(written(results, kind, limit), file)
    for text in _gaps(dict.fromkeys((gap.code, gap.text) for result in results for gap in result.coverage)):
        remark(f"what the logs cannot show: {capped(text, _GAP)}")


def _gaps(gaps: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What is said of gaps; of one sort at most so many, and how many more there are."""
    by_code: dict[str, list[str]] = defaultdict(list)
    for code, text in gaps:
        by_code[code].append(text)
    for code, said in by_code.items():
        yield from said if len(said) <= _ALIKE else said[: _ALIKE - 1]
        if len(said) > _ALIKE:
            yield f"{len(said) - _ALIKE + 1:,} more of this kind ({code}); --output json and graphtrail status have all"


def _show(result: Result, limit: int | None) -> None:
    """Print a table: on a terminal fitted to its width, elsewhere complete."""
    columns, rows = result.answer.question.columns, result.rows
    looked_at = sys.stdout.isatty()
    shown = rows[: limit or (_FOLD if limit is None and looked_at else None)]
    head, cells = texts(columns, shown, brief=looked_at)
    if looked_at:
        text, hidden = fitted(head, cells, shutil.get_terminal_size().columns)
    else:
        text, hidden = plain(head, cells), []
    sys.stdout.write(text)
    folded = len(rows) - len(shown)
    said = [f"{result.answer.question.name}: {len(rows):,} row(s)"]
    said += [f"{folded:,} of them folded (--limit 0 shows all)"] if folded else []
    said += [f"no room for {', '.join(hidden)} (--output json has all)"] if hidden else []
    (note if folded else remark)(", ".join(said))


def written(results: Sequence[Result], kind: str, limit: int | None) -> str:
    """Answers in one of the forms, as text; ``limit`` rows of each, None or 0 for all.

    Several answers are a JSON array, or the rows, the graph or the page of all of them.

    Raises:
        UsageError: they should stand in one table, and have different columns.
    """
    limit = limit or None
    first, *more = results
    if kind == "json":
        made = [as_json(result.answer, __version__, limit) for result in results]
        return f"[{','.join(text.strip() for text in made)}]\n" if more else made[0]
    if kind == "jsonl":
        return "".join(as_jsonl(result.rows[:limit]) for result in results)
    if kind == "html":
        return page_of(results)
    if kind == "graphml":
        from graphtrail.questions.drawing import subgraph  # noqa: PLC0415 - only for a drawing
        from graphtrail.stores.exchange import to_graphml  # noqa: PLC0415 - it carries networkx

        return to_graphml(subgraph(first.store, *(result.answer for result in results)))
    if more:
        names = " and ".join(result.answer.question.name for result in results)
        raise UsageError(f"{names} have different columns; ask them one by one with graphtrail ask, or name json")
    if kind == "csv":
        return as_csv(first.answer.question.row, first.rows[:limit])
    return plain(*texts(first.answer.question.columns, first.rows[:limit], brief=False))


def page_of(results: Sequence[Result]) -> str:
    """One page of several answers; the table on it is that of the one with most rows."""
    from graphtrail.render.page import page  # noqa: PLC0415 - it carries pyvis
    from graphtrail.render.pictures import picture  # noqa: PLC0415 - as above

    first, *more = sorted(results, key=lambda result: -len(result.rows))
    return page(picture(first.store, first.answer, *(result.answer for result in more)))


def write(text: str, file: Path | None) -> None:
    """Write text to a file or to stdout; a file is there whole or as it was, whatever stops this.

    Raises:
        GraphtrailError: the file cannot be written.
    """
    if file is None:
        sys.stdout.write(text)
        return
    try:
        # A device or a pipe nothing can take the place of, and beside some files nothing can be written.
        if file.exists() and not (file.is_file() and os.access(file.resolve().parent, os.W_OK)):
            _write(text, file)
        else:
            _replace(text, file.resolve())
    except OSError as error:
        raise GraphtrailError(f"{file}: cannot be written ({error.strerror}); name another place with -o") from None
    remark(f"wrote {file}")


def make_folder(folder: Path) -> None:
    """Make a folder for several files, unless it is there.

    Raises:
        GraphtrailError: it cannot be made: a file has its name, or stands in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror
        raise GraphtrailError(f"{folder}: cannot be made a folder ({why}); name another one with -o") from None


def _write(text: str, file: Path) -> None:
    # half a surrogate pair is no UTF-8; a file name or a query string can hold one
    file.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _replace(text: str, file: Path) -> None:
    """Write a file beside another and put it in its place: half a table of rows would look like a whole one."""
    new = file.with_name(f".graphtrail-{os.getpid()}.new")
    try:
        _write(text, new)
        if file.exists():
            shutil.copymode(file, new)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
