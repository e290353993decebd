"""Which files a case has, and what of them counts.

A file is its bytes, known by their SHA-256, and a place, known by its name. The rule:

* Bytes that are new are read, whatever their name.
* Bytes that the case has already, under another name, are not read again but listed as a copy: their records count as
  duplicates, their rejects and non-events once more.
* Bytes that their name stood for when it was last listed change nothing.
* New bytes under a known name are a new file. What the old bytes had of rejects is superseded, for a download that
  broke off comes again whole: left out of the totals, counted apart. Their events stay: they are evidence.
* A name that does not find its bytes again (standard input, an API) is never superseded, only repeated.
* A file that cannot be read is listed once, with the reason, until its name is read after all: of an archive, until any
  of its members is.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from graphtrail.case.arrow import Ints

NO_BYTES = bytes(32)
_MEMBER = b"!"


class File(NamedTuple):
    """What a segment says of a file that it holds records of; the fields of ``schema.FILES``."""

    name: bytes
    size: int
    sha256: bytes
    records: int
    again: bool = False
    account: str | None = None
    region: str | None = None
    ends: bool = False
    copy: bool = False
    plain: bytes | None = None
    flaw: str | None = None
    form: str | None = None
    version: str | None = None

    @property
    def unread(self) -> bool:
        """Whether it could not be read at all."""
        return self.ends and self.sha256 == NO_BYTES


class Known:
    """What an ingest must know of the files before: a few hundred bytes a file, and one look a question."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._contents: set[bytes] = set()
        self._last: dict[bytes, bytes] = {}
        self._streamed: set[tuple[bytes, bytes]] = set()
        self._unread: dict[bytes, str] = {}
        self._hashed: set[bytes] = set()
        self._versions: dict[bytes, str] = {}
        self._archives: dict[bytes, tuple[str, bool]] = {}  # of those read whole the version, and whether all is hashed

    def has_version(self, name: bytes, version: str, *, hashed: bool = False) -> bool:
        """Whether the case has the bytes that a place calls so: then they need not be fetched to be known.

        Args:
            name: of the file.
            version: what its place calls its bytes now.
            hashed: whether it must be known, too, what they are when they are decompressed.
        """
        held, proven = self._archives.get(name, (None, False))
        if held == version:
            return proven or not hashed
        return self._versions.get(name) == version and (not hashed or self._last.get(name) in self._hashed)

    def has(self, sha256: bytes) -> bool:
        """Whether the case has these bytes, under any name."""
        return sha256 in self._contents

    def is_current(self, name: bytes, sha256: bytes) -> bool:
        """Whether these are the bytes that the name stood for when it was last listed: then there is nothing to do."""
        listed = self._last.get(name) == sha256 or (name, sha256) in self._streamed
        return listed and self._unread.keys().isdisjoint(_names(name))

    def is_hashed(self, sha256: bytes) -> bool:
        """Whether it is known what these bytes are when they are decompressed."""
        return sha256 in self._hashed

    def is_unread(self, name: bytes, reason: str) -> bool:
        """Whether the file is listed as one that cannot be read, for this reason."""
        return self._unread.get(name) == reason

    def take(self, file: File) -> None:
        """Take a file that is listed, where it ends."""
        self._contents.add(file.sha256)
        if file.plain or file.flaw:
            self._hashed.add(file.sha256)
        if file.again:
            self._last[file.name] = file.sha256
        else:
            self._streamed.add((file.name, file.sha256))
        for name in _names(file.name):
            self._unread.pop(name, None)
        if file.version is not None:
            self._versions[file.name] = file.version
            proven = bool(file.plain or file.flaw)
            self._archives |= {name: (file.version, proven) for name in _names(file.name) if name != file.name}

    def take_unread(self, name: bytes, reason: str) -> None:
        """Take a file that is listed as one that cannot be read."""
        self._unread[name] = reason


class Standing(NamedTuple):
    """What counts of the files of a case.

    Attributes:
        files: how many there are: bytes under a name.
        ends: for each row of the table the row at which its file ends; a large file has several rows.
        live: for each such row under how many names its bytes stand.
        superseded: under how many names other bytes came after them.
    """

    files: int
    ends: Ints
    live: Ints
    superseded: Ints


def standing(files: Sequence[File]) -> Standing:
    """What counts of the files that the segments of a case list, in the order in which they do."""
    ends = np.arange(len(files), dtype=np.int32)
    for row in range(len(files) - 2, -1, -1):
        if not files[row].ends:
            ends[row] = ends[row + 1]
    contents: dict[bytes, int] = {}
    placed: dict[tuple[bytes, bytes], int] = {}
    last: dict[bytes, bytes] = {}
    unread: dict[bytes, int] = {}
    live, superseded = np.zeros(len(files), np.int32), np.zeros(len(files), np.int32)
    for row, file in enumerate(files):
        if file.unread:
            superseded[row] = 1
            unread[file.name] = row
        elif file.ends:
            first = contents.setdefault(file.sha256, row)
            placed.setdefault((file.name, file.sha256), first if file.copy else row)
            if file.again:
                last[file.name] = file.sha256
            for name in _names(file.name):
                unread.pop(name, None)
    for (name, sha256), row in placed.items():
        stands = last.get(name, sha256) == sha256
        (live if stands else superseded)[row] += 1
    for row in unread.values():
        live[row], superseded[row] = 1, 0
    return Standing(len(placed), ends, live, superseded)


def _names(name: bytes) -> Iterator[bytes]:
    """The name, and those of the archives that it lies in."""
    yield name
    while _MEMBER in name:
        name = name.rpartition(_MEMBER)[0]
        yield name
