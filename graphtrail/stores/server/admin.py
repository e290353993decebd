"""Files for ``neo4j-admin database import``: the fastest way for the first load of a large case."""

import csv
import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from graphtrail.errors import GraphtrailError
from graphtrail.graph.properties import INTEGER, INTEGERS, TEXTS, TRUTH, Property, of_node, of_relationship
from graphtrail.graph.schema import labels
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import Row
from graphtrail.stores.rows import batches
from graphtrail.stores.server.loading import Plan, case_row

_TYPES = {INTEGER: ":long", TRUTH: ":boolean", TEXTS: ":string[]", INTEGERS: ":long[]"}
# Between the texts of a list: a character that nobody types, and that no name in AWS has; where a forged one has it,
# another that the case has nowhere in its lists.
_BETWEEN = "\x1f"
_OTHERS = ("\x1e", "\x1d", "\x1c", *map(chr, range(0xE000, 0xF900)))
_COMMAND = "import-command.txt"
_BUFFER = 4_000_000  # bytes that the import reads at once, if nobody asks for more: no value may be longer


class Import:
    """The files of one import.

    Attributes:
        nodes, relationships: how many rows were written.
    """

    def __init__(self, folder: Path, files: ExitStack, between: str = _BETWEEN) -> None:
        self.nodes = 0
        self.relationships = 0
        self._between = between
        self._folder = folder
        self._files = files
        self._tables: dict[tuple[str, str], _Table] = {}
        self._lines = False
        self._longest = 0

    def write(self, part: str, name: str, rows: Sequence[Row]) -> None:
        """Write rows of one label or type."""
        table = self._table(part, name)
        said = [table.cells(row["properties"]) for row in rows]
        if part == "nodes":
            self.nodes += len(rows)
        else:
            self.relationships += len(rows)
            said = [[row["source"], row["target"], *cells] for row, cells in zip(rows, said, strict=True)]
        text = _text(said)
        self._look(text, said)
        table.file.write(text)

    def command(self, database: str) -> str:
        """The command that imports the files, to be run in their folder while the server is stopped."""
        words = ["neo4j-admin", "database", "import", "full", database, "--overwrite-destination=true"]
        words += [f"--array-delimiter=U+{ord(self._between):04X}"]
        words += ["--multiline-fields=true"] if self._lines else []
        words += [f"--read-buffer-size={2 * self._longest}"] if self._longest > _BUFFER // 2 else []
        for part, name in self._tables:
            kind = ":".join(labels(name)) if part == "nodes" else name
            words.append(f"--{part}={kind}=./{_file(part, name)}")  # 2026 takes no path that is a name alone
        return shlex.join(words)

    def _table(self, part: str, name: str) -> "_Table":
        if (part, name) not in self._tables:
            path = self._folder / _file(part, name)
            file = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
            properties = of_node(name) if part == "nodes" else of_relationship(name)
            heads = [f"{held.name}{_TYPES.get(held.type, '')}" for held in properties]
            if part == "nodes":
                heads = ["uid:ID" if head == "uid" else head for head in heads]
            else:
                heads = [":START_ID", ":END_ID", *heads]
            file.write(_text([heads]))
            self._tables[part, name] = _Table(file, properties, self._between)
        return self._tables[part, name]

    def _look(self, text: str, rows: list[list[Any]]) -> None:
        """Note whether a value has several lines, and how long one is that the import may find too long."""
        lines = text.split("\n")
        several = len(lines) > len(rows) + 1 or "\r" in text
        self._lines = self._lines or several
        if several or 4 * max(map(len, lines)) > _BUFFER // 2:
            longest = max((len(cell) for row in rows for cell in row if isinstance(cell, str)), default=0)
            self._longest = max(self._longest, 4 * longest)


class _Table:
    """One file: how a row is written into it."""

    def __init__(self, file: TextIO, properties: tuple[Property, ...], between: str) -> None:
        self.file = file
        self._names = [held.name for held in properties]
        listed = partial(_list, between)
        how: dict[str, Callable[[Any], str]] = {TRUTH: _truth, TEXTS: listed, INTEGERS: listed}
        self._written = [(place, how[held.type]) for place, held in enumerate(properties) if held.type in how]

    def cells(self, said: Row) -> list[str | int | None]:
        """What a node or relationship says, in the order of the head."""
        cells = list(map(said.get, self._names))
        for place, written in self._written:
            if cells[place] is not None:
                cells[place] = written(cells[place])
        return cells


def _truth(value: bool) -> str:  # noqa: FBT001 - a value, not a switch
    return "true" if value else "false"


class _Ambiguous(Exception):
    """A text of a list holds the character that separates them."""


def _list(between: str, value: list[str | int]) -> str:
    texts = list(map(str, value))
    if any(between in one for one in texts):
        raise _Ambiguous
    return between.join(texts)


def _text(rows: list[list[Any]]) -> str:
    """Rows as lines of a file."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def export(store: MemoryStore, plan: Plan, folder: Path, database: str = "neo4j") -> Import:
    """Write the files and the command.

    Args:
        store: the case.
        plan: what of it.
        folder: where to; made if it is not there.
        database: that the import makes.

    Raises:
        GraphtrailError: a text cannot be written in such files.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        made = _written(store, plan, folder, _BETWEEN)
    except _Ambiguous:
        made = _written(store, plan, folder, _free(store, plan))
    (folder / _COMMAND).write_text(f"{made.command(database)}\n", encoding="utf-8")
    return made


def _written(store: MemoryStore, plan: Plan, folder: Path, between: str) -> Import:
    with ExitStack() as files:
        made = Import(folder, files, between)
        for batch in batches(store, plan.name, plan.calls):
            made.write(batch.part, batch.name, batch.rows)
        held = case_row(store, plan, made.nodes, made.relationships)
        made.write("nodes", "Case", [held])
    return made


def _free(store: MemoryStore, plan: Plan) -> str:
    """A character that is in no text of any list."""
    used: set[str] = set()
    for batch in batches(store, plan.name, plan.calls):
        lists = (value for row in batch.rows for value in row["properties"].values() if isinstance(value, list))
        used.update(*(str(one) for value in lists for one in value))
    free = next((one for one in _OTHERS if one not in used), None)
    if free is None:
        raise GraphtrailError(
            "forged names of this case hold every character that could separate the texts of a list in these files; "
            "load it with graphtrail neo4j load"
        )
    return free


def _file(part: str, name: str) -> str:
    return f"{part}-{name}.csv"
