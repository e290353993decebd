"""Checksums of derived files: a byte that was flipped on the disk must not become another answer.

The segments have theirs inside, page by page, as Parquet provides; Arrow's files have none.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphtrail.case.tables import damaged

SUMS = "sums.json"
# What is checked before a question is answered: 20 ms of CPU. A question costs what its answer costs, not what the case
# weighs: of more only the smaller files are checked then, all of them where an answer fails.
AT_ONCE = 128 << 20
_PART = 1 << 20


def write(folder: Path) -> None:
    """Write the checksums of all files of a folder."""
    sums = {path.name: _sum(path) for path in sorted(folder.iterdir())}
    (folder / SUMS).write_text(json.dumps({"sums": sums, "own": _own(sums)}) + "\n", encoding="utf-8")


def check(folder: Path, limit: int | None = None) -> Iterable[str]:
    """See whether the files of a folder are as they were written; what others put beside them is no concern.

    Args:
        folder: of the files.
        limit: bytes; of more than these the smaller files are looked at.

    Returns:
        The names of the files.

    Raises:
        CaseError: one is not, or is gone.
    """
    sums = _read(folder / SUMS)
    for name in _within(folder, sums, limit):
        if _sum(folder / name) != sums[name]:
            raise damaged(folder / name, "it is not as it was written")
    return sums.keys()


def _within(folder: Path, sums: dict[str, int], limit: int | None) -> Iterator[str]:
    """The files that are looked at, the smaller ones first."""
    left = limit
    for size, name in sorted((_size(folder / name), name) for name in sums):
        if left is not None and size > left:
            return
        yield name
        left = None if left is None else left - size


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise damaged(path, "it is gone") from None


def _read(path: Path) -> dict[str, int]:
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from None
    sums = held.get("sums") if isinstance(held, dict) else None
    if not isinstance(sums, dict) or held.get("own") != _own(sums):
        raise damaged(path, "it is not as it was written")
    return sums


def _own(sums: dict[str, int]) -> int:
    return zlib.crc32(json.dumps(sums, sort_keys=True).encode())


def _sum(path: Path) -> int:
    found = 0
    try:
        with path.open("rb") as file:
            while part := file.read(_PART):
                found = zlib.crc32(part, found)
    except OSError as error:
        raise damaged(path, error.strerror or str(error)) from None
    return found
