"""Files for ``neo4j-admin database import``: the fastest way for the first load of a large case."""

import csv
import shlex
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from graphtrail.errors import GraphtrailError
from graphtrail.graph.properties import INTEGER, INTEGERS, TEXTS, TRUTH, Property, of_node, of_relationship
from graphtrail.graph.schema import labels
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import Row
from graphtrail.stores.rows import batches
from graphtrail.stores.server.loading import Plan, case_row

_TYPES = {INTEGER: ":long", TRUTH: ":boolean", TEXTS: ":string[]", INTEGERS: ":long[]"}
# Between the texts of a list: a character that nobody types, and that no name in AWS has.
_BETWEEN = "\x1f"
_COMMAND = "import-command.txt"
_BUFFER = 4_000_000  # bytes that the import reads at once, if nobody asks for more: no value may be longer


class Import:
    """The files of one import.

    Attributes:
        nodes, relationships: how many rows were written.
    """

    def __init__(self, folder: Path, files: ExitStack) -> None:
        self.nodes = 0
        self.relationships = 0
        self._folder = folder
        self._files = files
        self._writers: dict[tuple[str, str], Any] = {}
        self._lines = False
        self._longest = 0

    def write(self, part: str, name: str, rows: Iterable[Row]) -> None:
        """Write rows of one label or type."""
        properties = of_node(name) if part == "nodes" else of_relationship(name)
        writer = self._writer(part, name, properties)
        for row in rows:
            said = [self._cell(row["properties"].get(held.name)) for held in properties]
            if part == "nodes":
                self.nodes += 1
                writer.writerow(said)
            else:
                self.relationships += 1
                writer.writerow([row["source"], row["target"], *said])

    def command(self, database: str) -> str:
        """The command that imports the files, to be run in their folder while the server is stopped."""
        words = ["neo4j-admin", "database", "import", "full", database, "--overwrite-destination=true"]
        words += ["--array-delimiter=U+001F"]
        words += ["--multiline-fields=true"] if self._lines else []
        words += [f"--read-buffer-size={2 * self._longest}"] if self._longest > _BUFFER // 2 else []
        for part, name in self._writers:
            kind = ":".join(labels(name)) if part == "nodes" else name
            words.append(f"--{part}={kind}={_file(part, name)}")
        return shlex.join(words)

    def _writer(self, part: str, name: str, properties: tuple[Property, ...]) -> Any:  # noqa: ANN401 - csv names no type
        if (part, name) not in self._writers:
            path = self._folder / _file(part, name)
            file = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
            writer = csv.writer(file, lineterminator="\n")
            heads = [f"{held.name}{_TYPES.get(held.type, '')}" for held in properties]
            if part == "nodes":
                writer.writerow(["uid:ID" if head == "uid" else head for head in heads])
            else:
                writer.writerow([":START_ID", ":END_ID", *heads])
            self._writers[part, name] = writer
        return self._writers[part, name]

    def _cell(self, value: Any) -> str | int | None:  # noqa: ANN401 - a text, integer, truth, list of texts or None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list):
            value = list(map(str, value))
            if any(_BETWEEN in one for one in value):
                raise GraphtrailError(
                    f"{value!r}: holds the character that separates the texts of a list in these files; load the case "
                    "with graphtrail neo4j load"
                )
            value = _BETWEEN.join(value)
        if isinstance(value, str):
            self._lines = self._lines or "\n" in value or "\r" in value
            self._longest = max(self._longest, 4 * len(value))
            return value
        number: int | None = value
        return number


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
    with ExitStack() as files:
        made = Import(folder, files)
        for batch in batches(store, plan.name, plan.calls):
            made.write(batch.part, batch.name, batch.rows)
        held = case_row(store, plan, made.nodes, made.relationships)
        made.write("nodes", "Case", [held])
    (folder / _COMMAND).write_text(f"{made.command(database)}\n", encoding="utf-8")
    return made


def _file(part: str, name: str) -> str:
    return f"{part}-{name}.csv"
