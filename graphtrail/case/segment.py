"""A segment: the facts of some files as Parquet tables in one folder, written once and never changed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphtrail.case import arrow, manifest
from graphtrail.case.arrow import Ints
from graphtrail.case.columns import is_canonical
from graphtrail.case.derive import Client, Derived, Rejected
from graphtrail.case.distinct import Codes, Key
from graphtrail.case.files import File
from graphtrail.case.schema import TABLES
from graphtrail.errors import CaseError
from graphtrail.events.actions import Kind
from graphtrail.events.credentials import Credential
from graphtrail.events.identity import Caller
from graphtrail.events.pivots import Pivot


class Segment:
    """Takes the facts of batches and writes them.

    Attributes:
        rows: how many events it holds.
        files: what is known of its files, by their numbers.
        rejects: what was no event.
        records: records kept, by number of the file and place in it.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.files: list[File] = []
        self.rejects: list[Rejected] = []
        self.records: dict[tuple[int, int], bytes] = {}
        self._kinds: Codes[Kind] = Codes()
        self._callers: Codes[Caller] = Codes()
        self._clients: Codes[Client] = Codes()
        self._resources: Codes[str] = Codes()
        self._roles: Codes[str] = Codes()
        self._parts: list[_Part] = []
        self._credentials: list[tuple[int, Credential]] = []
        self._pivots: list[tuple[int, Pivot]] = []
        self._owners: set[tuple[str, str]] = set()

    def add(self, facts: Derived) -> None:
        """Take the facts of a batch."""
        start = self.rows
        touched = facts.touched
        self._parts.append(
            _Part(
                start=start,
                facts=facts,
                kinds=_moved(self._kinds, facts.kind_values)[facts.kinds],
                callers=_moved(self._callers, facts.caller_values)[facts.callers],
                clients=_moved(self._clients, facts.client_values)[facts.clients],
                touch_rows=touched.rows + np.int32(start),
                touch_resources=_moved(self._resources, touched.resource_values)[touched.resources],
                touch_roles=_moved(self._roles, touched.role_values)[touched.roles],
            )
        )
        self._credentials += [(start + row, credential) for row, credential in facts.issued]
        self._owners |= touched.owners
        self._pivots += [(start + row, pivot) for row, pivot in facts.effects]
        self.rejects += facts.rejects
        self.rows += facts.batch.rows

    def write(self, folder: Path) -> None:
        """Write all tables into a new folder.

        Args:
            folder: it must not exist; its parent must.
        """
        folder.mkdir()
        files = _joined([part.facts.batch.files for part in self._parts])
        tables = {
            "calls": self._calls(files),
            "kinds": _table("kinds", self._kinds),
            "callers": _table("callers", self._callers),
            "clients": _table("clients", self._clients),
            "touches": self._touches(),
            "owners": _table("owners", sorted(self._owners)),
            "credentials": _table("credentials", [(row, *credential) for row, credential in self._credentials]),
            "pivots": _table("pivots", [(row, *pivot) for row, pivot in self._pivots]),
            "files": _table("files", self.files),
            "rejects": _table("rejects", [(file, *reject) for file, reject in self.rejects]),
        }
        if self.records:
            tables["records"] = self._kept(files)
        write_tables(folder, tables)

    def _calls(self, files: Ints) -> pa.Table:
        parts = self._parts
        ids = np.concatenate([np.zeros((0, 16), np.uint8), *(part.facts.batch.ids for part in parts)])
        texts = self._by_row(lambda facts: facts.batch.odd_ids)
        correction = np.zeros(self.rows, np.bool_)
        for row, text in self._by_row(lambda facts: facts.corrected).items():
            correction[row] = True
            ids[row] = np.frombuffer(id_bytes(text), np.uint8)
            texts[row] = text
        texts = {row: text for row, text in texts.items() if not is_canonical(text)}
        for row, text in texts.items():
            ids[row] = np.frombuffer(id_bytes(text), np.uint8)
        columns = [
            arrow.fixed(ids),
            _sparse(texts, self.rows),
            _sparse(self._by_row(lambda facts: facts.batch.shared), self.rows),
            arrow.numbers(np.concatenate([np.zeros(0, np.uint64), *(part.facts.batch.request_ids for part in parts)])),
            arrow.numbers(np.concatenate([np.zeros(0, np.int64), *(part.facts.times for part in parts)])),
            arrow.numbers(_joined([part.kinds for part in parts])),
            arrow.numbers(_joined([part.callers for part in parts])),
            arrow.numbers(_joined([part.clients for part in parts])),
            _sparse(self._by_row(lambda facts: facts.sessions), self.rows),
            arrow.mask(correction),
            arrow.numbers(files),
            arrow.numbers(_joined([part.facts.batch.places for part in parts])),
        ]
        return pa.Table.from_arrays(columns, schema=TABLES["calls"])

    def _by_row(self, chosen: Callable[[Derived], dict[int, str]]) -> dict[int, str]:
        """Something that few rows have, by their number in the segment."""
        return {part.start + row: value for part in self._parts for row, value in chosen(part.facts).items()}

    def _touches(self) -> pa.Table:
        parts = self._parts
        columns = [
            arrow.numbers(_joined([part.touch_rows for part in parts])),
            arrow.coded(_joined([part.touch_resources for part in parts]), self._resources),
            arrow.coded(_joined([part.touch_roles for part in parts]), self._roles),
        ]
        return pa.Table.from_arrays(columns, schema=TABLES["touches"])

    def _kept(self, files: Ints) -> pa.Table:
        places = _joined([part.facts.batch.places for part in self._parts])
        at = {(file, place): row for row, (file, place) in enumerate(zip(files.tolist(), places.tolist(), strict=True))}
        return _table("records", [(at[where], record) for where, record in self.records.items() if where in at])


def write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write tables into the folder of a segment."""
    for name, table in tables.items():
        coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        pq.write_table(
            table,
            folder / f"{name}.parquet",
            compression="zstd",
            compression_level=1,
            use_dictionary=coded,  # type: ignore[arg-type]  # the stub knows no list of columns
            write_statistics=False,
            write_page_checksum=True,
        )


def rows(case: Path, segment: str, table: str) -> list[tuple[Any, ...]]:
    """The rows of a small table of a segment.

    Raises:
        CaseError: the file is gone or damaged.
    """
    return python(read(case, segment, table))


def python(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of a small table."""
    return list(zip(*(arrow.python(column) for column in table.columns), strict=True))


def read(case: Path, segment: str, table: str, columns: list[str] | None = None) -> pa.Table:
    """A table of a segment.

    Args:
        case: the folder of the case.
        segment: its name.
        table: one of ``schema.TABLES``.
        columns: the columns that are needed; all if None.

    Raises:
        CaseError: the file is gone or damaged.
    """
    path = manifest.folder(case, segment) / f"{table}.parquet"
    with _named(path):
        file = pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
        held = file.read(columns, use_threads=False)
        held.validate()
        for name in columns or TABLES[table].names:
            if _plain(held.schema.field(name).type) != _plain(TABLES[table].field(name).type):
                raise pa.ArrowInvalid(f"its column {name} is of another type")
    return held


def length(case: Path, segment: str, table: str) -> int:
    """How many rows a table of a segment has.

    Raises:
        CaseError: the file is gone or damaged.
    """
    path = manifest.folder(case, segment) / f"{table}.parquet"
    with _named(path):
        return pq.read_metadata(path).num_rows


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Arrow's errors of files, which do not name them, as errors of the case."""
    try:
        yield
    except (OSError, pa.ArrowException, KeyError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: cannot be read ({error}); ingest the sources into a new case") from None


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of the values of a column, be they written as codes or not."""
    return kind.value_type if isinstance(kind, pa.DictionaryType) else kind


class _Part(NamedTuple):
    """The facts of one batch, their codes those of the segment."""

    start: int
    facts: Derived
    kinds: Ints
    callers: Ints
    clients: Ints
    touch_rows: Ints
    touch_resources: Ints
    touch_roles: Ints


def id_bytes(text: str) -> bytes:
    """The 16 bytes that stand for an event id: of a canonical UUID its own, of any other text half its SHA-256."""
    return bytes.fromhex(text.replace("-", "")) if is_canonical(text) else hashlib.sha256(text.encode()).digest()[:16]


def _moved(codes: Codes[Key], values: Sequence[Key]) -> Ints:
    return np.fromiter(map(codes.__getitem__, values), np.int32, len(values))


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts, dtype=np.int32) if parts else np.zeros(0, np.int32)


def _sparse(values: dict[int, str], rows: int) -> arrow.Array:
    """A column that few rows have a value in."""
    numbered: Codes[str] = Codes()
    codes = np.full(rows, -1, np.int32)
    for row, value in values.items():
        codes[row] = numbered[value]
    return arrow.coded(codes, numbered)


def _table(name: str, rows: Iterable[tuple[object, ...]]) -> pa.Table:
    schema = TABLES[name]
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    return pa.Table.from_arrays(
        [arrow.array(field.type, column) for field, column in zip(schema, columns, strict=True)], schema=schema
    )
