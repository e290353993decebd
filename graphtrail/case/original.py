"""The record itself, found again where it lies: in its source file, or in the case if it was kept."""

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from graphtrail.case import arrow, segment
from graphtrail.case.files import File, standing
from graphtrail.case.manifest import Manifest
from graphtrail.case.parquet import plain
from graphtrail.case.sound import Sound
from graphtrail.events import envelopes
from graphtrail.sources.blob import Blob, shown
from graphtrail.sources.files import again


class Original(NamedTuple):
    """A record as it was logged, secrets removed.

    Attributes:
        record: its JSON, decoded; None if it cannot be found any more.
        file: name of the file that it came from.
        place: its place among the records of that file, from 0.
        trouble: why there is no record, None if there is.
    """

    record: Any
    file: str
    place: int
    trouble: str | None


def original(case: Path, manifest: Manifest, file: int, place: int) -> Original:
    """Find a record again.

    Args:
        case: the folder of the case.
        manifest: of the case.
        file: number of its file, counted over all segments.
        place: its place in that file.
    """
    files: list[File] = []
    for name in manifest.segments:
        held = list(map(File._make, segment.rows(case, name, "files")))
        if 0 <= file - len(files) < len(held):
            within = name, file - len(files)
        files += held
    kept = _kept(case, *within, place)
    ended = files[int(standing(files).ends[file])]  # a large file fills several segments
    if kept is not None:
        return Original(msgspec.json.decode(kept), shown(ended.name), place, None)
    return _found(ended, place)


def _found(file: File, place: int) -> Original:
    where = shown(file.name)
    blob = next((blob for blob in again(file.name) if isinstance(blob, Blob) and blob.name == file.name), None)
    if blob and blob.sha256 != file.sha256:
        return Original(None, where, place, f"{where} has other bytes now than when it was read")
    parts = envelopes.read(Sound(plain(blob.parts())), keep=True) if blob else iter(())
    record = next((parsed.kept[place] for parsed in parts if place in parsed.kept), None)
    if record is None:
        return Original(None, where, place, f"{where} is not there any more")
    return Original(msgspec.json.decode(record), where, place, None)


def _kept(case: Path, name: str, file: int, place: int) -> bytes | None:
    """A record that the case itself holds."""
    if not (case / "segments" / name / "records.parquet").exists():
        return None
    calls = segment.read(case, name, "calls", ["file", "place"])
    lies = (arrow.integers(calls.column("file")) == file) & (arrow.integers(calls.column("place")) == place)
    rows = set(np.flatnonzero(lies).tolist())
    return next((record for call, record in segment.rows(case, name, "records") if call in rows), None)
