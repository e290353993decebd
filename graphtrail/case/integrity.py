"""What is proven of the files of a case: judged from what their ingest saw, and written as a segment of its own.

Verdicts are a function of the set of files: a digest that comes later, or a key, judges again what was there before.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from graphtrail.case import manifest, segment
from graphtrail.case.files import File
from graphtrail.case.manifest import Manifest
from graphtrail.case.schema import TABLES
from graphtrail.sources.blob import delivery
from graphtrail.sources.integrity.keys import Keys
from graphtrail.sources.integrity.seen import Seen
from graphtrail.sources.integrity.verdicts import Evidence, Scope, Verdict, judge


class Stated(NamedTuple):
    """A digest as a segment keeps it: the number of its file there, its signature, what it states."""

    file: int
    signature: str | None
    plain: bytes


class Check(NamedTuple):
    """How files are to be proven: with which keys, and what is asked about."""

    keys: Keys
    scope: Scope


def write_digests(folder: Path, digests: Sequence[Stated]) -> None:
    """Add the digests among its files to a segment that is being written."""
    if digests:
        _write(folder, "digests", digests)


def judged(case: Path, held: Manifest, check: Check) -> list[Verdict]:
    """What becomes of every file of a case, by their numbers over all segments."""
    files: list[File] = []
    events: Counter[int] = Counter()
    digests: dict[int, Stated] = {}
    for name in held.segments:
        rejects = Counter(file for file, *_ in segment.rows(case, name, "rejects"))
        listed = list(map(File._make, segment.rows(case, name, "files")))
        events.update({len(files) + row: file.records - rejects[row] for row, file in enumerate(listed)})
        digests |= {len(files) + one.file: one for one in _digests(case, name)}
        files += listed
    return judge(_evidence(files, events, digests), *check)


def _evidence(files: Sequence[File], events: Counter[int], digests: dict[int, Stated]) -> Evidence:
    """The files once each: bytes under a name, numbered by the row at which they first end."""
    seen: dict[bytes, Seen] = {}
    for row, file in enumerate(files):
        if file.plain or file.flaw:
            held = digests.get(row)
            known = seen.setdefault(file.sha256, Seen(file.plain, file.flaw))
            known.digest = held.plain if held else known.digest
            known.signature = (held.signature if held else None) or known.signature
    evidence = Evidence()
    taken: set[tuple[bytes, bytes]] = set()
    logs: set[bytes] = set()
    started = 0
    for row, file in enumerate(files):
        if not file.ends:
            started += events[row]
            continue
        if started + events[row] > 0:
            logs.add(file.sha256)
        started = 0
        if not file.unread and (file.name, file.sha256) not in taken:
            taken.add((file.name, file.sha256))
            log = file.sha256 in logs or delivery(file.name) is not None
            evidence.take(row, file.name, seen.get(file.sha256, Seen()), log=log)
    return evidence


def _digests(case: Path, name: str) -> list[Stated]:
    there = (manifest.folder(case, name) / "digests.parquet").exists()
    return list(map(Stated._make, segment.rows(case, name, "digests"))) if there else []


def write_verdicts(folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Add verdicts to a segment that is being written."""
    _write(folder, "verdicts", verdicts)


def _write(folder: Path, name: str, rows: Sequence[Stated] | Sequence[Verdict]) -> None:
    made = pa.Table.from_pylist([row._asdict() for row in rows], schema=TABLES[name])
    pq.write_table(made, folder / f"{name}.parquet", compression="zstd", write_page_checksum=True)


def same(case: Path, held: Manifest, verdicts: Sequence[Verdict]) -> bool:
    """Whether these are the verdicts that the case has."""
    return read(case, held) == list(verdicts)


def read(case: Path, held: Manifest) -> list[Verdict] | None:
    """The verdicts of the last time that the files of a case were judged; None if they never were.

    Raises:
        CaseError: they are damaged.
    """
    for name in reversed(held.segments):
        if (manifest.folder(case, name) / "verdicts.parquet").exists():
            return [Verdict._make(row) for row in segment.rows(case, name, "verdicts")]
    return None
