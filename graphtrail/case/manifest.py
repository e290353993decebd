"""What a case consists of: one small file that lists its segments and is replaced as a whole.

A segment that is not listed does not exist: whatever a killed process left behind is removed by the next that writes.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import filelock

from graphtrail.case.fetched import Fetched, from_json, to_json, with_stretches
from graphtrail.case.schema import VERSION
from graphtrail.errors import CaseError, CaseLocked, CaseNotFound, SchemaMismatch
from graphtrail.sources.blob import Stretch

NAME = "manifest.json"
SEGMENTS = "segments"
GRAPH = "graph"
_LOCK = ".lock"
_OWN = frozenset({NAME, f"{NAME}.new", SEGMENTS, GRAPH, _LOCK})
_SEGMENT = re.compile(r"\d{6,}", re.ASCII)
_LEFT = re.compile(r"\d{6,}(?:\.new)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments of a case.

    Attributes:
        segments: names of their folders, in the order in which they were written.
        fetched: what was fetched of buckets and APIs.
    """

    segments: tuple[str, ...] = ()
    fetched: Fetched = field(default_factory=dict)

    def names(self) -> Iterator[str]:
        """Names for new segments, rising."""
        number = max((int(name) for name in self.segments), default=0)
        while True:
            number += 1
            yield f"{number:06d}"

    def with_segments(self, names: list[str]) -> "Manifest":
        """The manifest of the case when these segments belong to it too."""
        return replace(self, segments=(*self.segments, *names))

    def merged(self, names: Sequence[str], name: str) -> "Manifest":
        """The manifest of the case when one segment says what its last ones said."""
        return replace(self, segments=(*self.segments[: -len(names)], name))

    def with_stretches(self, stretches: list[Stretch]) -> "Manifest":
        """The manifest of the case when this was fetched too."""
        return replace(self, fetched=with_stretches(self.fetched, stretches))


def load(case: Path) -> Manifest:
    """The manifest of a case.

    Raises:
        CaseNotFound: there is none.
        SchemaMismatch: another version of the schema wrote it.
        CaseError: it cannot be read.
    """
    try:
        held = json.loads((case / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise CaseNotFound(f"{case}: no case here; make one with: graphtrail ingest SOURCE --case {case}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _unsound(case, str(error)) from None
    version = held.get("schema") if isinstance(held, dict) else None
    if version is None:
        raise _unsound(case, "it names no version")
    if version != VERSION:
        raise SchemaMismatch(
            f"{case}: written with version {version} of the schema, this graphtrail reads version {VERSION}: "
            "ingest the sources again into a new case, or use the graphtrail that wrote it"
        )
    segments = held.get("segments")
    if not isinstance(segments, list) or not all(isinstance(one, str) and _SEGMENT.fullmatch(one) for one in segments):
        raise _unsound(case, "it lists no segments")
    try:
        return Manifest(tuple(segments), from_json(held.get("fetched", {})))
    except ValueError as error:
        raise _unsound(case, str(error)) from None


def _unsound(case: Path, why: str) -> CaseError:
    return CaseError(f"{case / NAME}: cannot be read as a manifest ({why}); move the folder and ingest again")


def save(case: Path, manifest: Manifest) -> None:
    """Replace the manifest of a case, whole or not at all."""
    new = case / f"{NAME}.new"
    with new.open("w", encoding="utf-8") as file:
        places = {"fetched": to_json(manifest.fetched)} if manifest.fetched else {}
        json.dump({"schema": VERSION, "segments": manifest.segments, **places}, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(case / NAME)


def folder(case: Path, segment: str) -> Path:
    """Where a segment lies."""
    return case / SEGMENTS / segment


@contextmanager
def writing(case: Path) -> Iterator[Manifest]:
    """The manifest, while no other process writes this case; the case is made if there is none.

    Raises:
        CaseLocked: another process does.
        CaseError: the folder holds something else, or cannot be written.
    """
    try:
        _make(case)
        lock = filelock.FileLock(case / _LOCK, blocking=False)
        with lock:
            if not (case / NAME).exists():
                save(case, Manifest())
            manifest = load(case)
            _sweep(case, manifest)
            yield manifest
    except filelock.Timeout:
        raise CaseLocked(f"{case}: another process is writing this case; wait for it or use another --case") from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CaseError(f"{case}: cannot be written ({why}); make room or name another folder with --case") from None


def _make(case: Path) -> None:
    if str(case).encode(errors="ignore") != os.fsencode(case):  # Arrow takes no such path
        raise CaseError(f"{case}: its name is no UTF-8, which its tables need; name another folder with --case")
    if case.exists() and not case.is_dir():
        raise CaseError(f"{case}: a file; name a folder with --case")
    if case.is_dir() and not (case / NAME).exists() and any(_foreign(case)):
        raise CaseError(f"{case}: holds other files and no case; name another folder with --case")
    (case / SEGMENTS).mkdir(parents=True, exist_ok=True)


def _foreign(case: Path) -> Iterator[Path]:
    """What lies in a folder without a manifest and was not left there by an ingest that was killed."""
    yield from (entry for entry in case.iterdir() if entry.name not in _OWN)
    if (case / SEGMENTS).is_dir():
        yield from (entry for entry in (case / SEGMENTS).iterdir() if not _LEFT.fullmatch(entry.name))


def _sweep(case: Path, manifest: Manifest) -> None:
    """Remove what a killed process left: segments that no manifest lists."""
    listed = set(manifest.segments)
    for left in (case / SEGMENTS).iterdir():
        if left.name not in listed and _LEFT.fullmatch(left.name):
            shutil.rmtree(left)
    for segment in manifest.segments:
        if not folder(case, segment).is_dir():
            raise CaseError(
                f"{folder(case, segment)}: listed in the manifest but gone; ingest the sources into a new case"
            )
