"""Files, folders of any layout, zip archives and standard input as blobs."""

import hashlib
import io
import os
import stat
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from graphtrail.errors import SourceError
from graphtrail.sources.blob import Blob, Flaw, Unreadable
from graphtrail.sources.compression import GZIP, PART, WHOLE, ZIP, Damaged, Plain, inflated, parts, stream

STANDARD_INPUT = "-"
_NESTED = 3
Found = Iterator[Blob | Unreadable]


class Extent(NamedTuple):
    """How much there is to read: files, and bytes as they lie there."""

    files: int
    bytes: int


def extent(sources: Iterable[str]) -> Extent:
    """How much the sources hold, as far as their names tell; standard input counts as nothing."""
    named = [os.fsencode(source) for source in sources if source != STANDARD_INPUT]
    sizes = [os.lstat(entry).st_size for source in named if os.path.lexists(source) for entry in _entries(source)]
    return Extent(len(sizes), sum(sizes))


def blobs(sources: Iterable[str]) -> Found:
    """All files of the sources, each source in order of its names.

    Args:
        sources: paths of files or folders; ``-`` is standard input.

    Raises:
        SourceError: a source does not exist.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            if sys.stdin is None:
                raise SourceError("-: standard input is closed")
            yield _standard_input(sys.stdin.buffer)
            continue
        path = Path(source)
        if not path.exists():
            raise SourceError(f"{source}: no such file or folder")
        for entry in _entries(os.fsencode(path)):
            yield from _file(entry)


def again(name: bytes) -> Iterator[Blob | Unreadable]:
    """The blobs that a name of a blob stands for now: one, of an archive all its members."""
    return _file(name.partition(b"!")[0] if not os.path.lexists(name) else name)


def in_memory(name: bytes, data: bytes, version: str | None = None, metadata: Mapping[str, str] | None = None) -> Found:
    """The blobs of a file that was fetched: one, of an archive all its members. Their records must be kept.

    Args:
        name: where it was fetched from.
        data: its bytes.
        version: what the place calls these bytes; of an archive its last member bears it, and stands for all.
        metadata: of the object.
    """
    found = _archive(name, io.BytesIO(data), _NESTED) if data.startswith(ZIP) else iter((_whole(name, data),))
    last: Blob | None = None
    for one in found:
        if isinstance(one, Unreadable):
            yield one
            continue
        if last is not None:
            yield last
        one.keep, one.metadata, last = True, metadata or {}, one
    if last is not None:  # with it all of an archive is there
        last.version = version
        yield last


def _entries(path: bytes) -> Iterator[bytes]:
    """Everything below a folder that is no folder, sorted by name; links to folders are handed out, not followed."""
    if not os.path.isdir(path) or _is_case(path):  # noqa: PTH112 - the name may be no text
        yield path
        return
    try:
        with os.scandir(path) as listing:
            inside = sorted((entry.name, entry.path, entry.is_dir(follow_symlinks=False)) for entry in listing)
    except OSError:
        yield path
        return
    for _, entry, is_folder in inside:
        if is_folder:
            yield from _entries(entry)
        else:
            yield entry


def _is_case(path: bytes) -> bool:
    """Whether a folder is what graphtrail itself writes: it lies where people work, and is no source."""
    if not os.path.isdir(os.path.join(path, b"segments")):  # noqa: PTH112, PTH118 - the name may be no text
        return False
    return any(os.path.exists(os.path.join(path, name)) for name in (b".lock", b"manifest.json"))  # noqa: PTH110, PTH118


def _irregular(name: bytes, mode: int) -> str:
    """Why what is no regular file is not read."""
    if not stat.S_ISDIR(mode):
        return "no regular file"
    if os.path.islink(name):  # noqa: PTH114 - the name may be no text
        return "a link to a folder: it is not followed"
    return "a graphtrail case: it is no source" if _is_case(name) else "a folder that cannot be read"


def _file(name: bytes) -> Found:
    try:
        mode = os.stat(name)  # noqa: PTH116 - the name may be no text
        if not stat.S_ISREG(mode.st_mode):
            yield Unreadable(name, _irregular(name, mode.st_mode))
            return
        with open(name, "rb", buffering=0) as file:  # noqa: PTH123 - the name may be no text
            data = file.readall() if mode.st_size <= WHOLE else file.read(4)
            if data.startswith(ZIP):
                yield from _archive(name, file, _NESTED)
            elif mode.st_size <= WHOLE:
                yield _whole(name, data)
            else:
                yield _large(name, file, mode.st_size)
    except OSError as error:
        yield Unreadable(name, error.strerror or str(error))


def _whole(name: bytes, data: bytes, *, again: bool = True) -> Blob:
    noted = Flaw()
    return Blob(name, len(data), hashlib.sha256(data).digest(), lambda: _plain(data, noted), again, noted=noted)


def _plain(data: bytes, noted: Flaw) -> Iterator[Plain]:
    if not data.startswith(GZIP):
        return iter((data,)) if data else iter(())
    plain = inflated(data)
    return iter((plain,)) if plain is not None else parts(stream((data,), noted.trail))


def _large(name: bytes, file: io.FileIO, size: int) -> Blob:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").digest()
    noted = Flaw()

    def read() -> Iterator[Plain]:
        with open(name, "rb") as again:  # noqa: PTH123 - the name may be no text
            chunks = iter(lambda: again.read(PART), b"")
            first = next(chunks)
            whole = _chain(first, chunks)
            yield from parts(stream(whole, noted.trail) if first.startswith(GZIP) else whole)

    return Blob(name, size, digest, read, noted=noted)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _archive(name: bytes, file: IO[bytes], depth: int) -> Found:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in sorted(archive.infolist(), key=lambda info: info.filename):
                if not member.is_dir():
                    yield from _member(name + b"!" + os.fsencode(member.filename), archive, member, depth)
    except zipfile.BadZipFile as error:
        yield Unreadable(name, f"the zip archive is damaged ({error})")


def _member(name: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> Found:
    if member.file_size > 16 * WHOLE:
        yield Unreadable(name, f"{member.file_size} bytes inside an archive are too many: unpack it")
        return
    try:
        data = archive.read(member)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        yield Unreadable(name, f"cannot be unpacked ({error})")
        return
    if not data.startswith(ZIP):
        yield _whole(name, data)
    elif depth > 1:
        yield from _archive(name, io.BytesIO(data), depth - 1)
    else:
        yield Unreadable(name, "an archive too deep inside archives: unpack it")


def _standard_input(file: BinaryIO) -> Blob:
    """Standard input is read once, as it comes: its digest is known at its end."""
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        try:
            while chunk := file.read(PART):
                digest.update(chunk)
                blob.size += len(chunk)
                yield chunk
        finally:
            blob.sha256 = digest.digest()

    def read() -> Iterator[Plain]:
        source = chunks()
        first = next(source, b"")
        whole = _chain(first, source) if first else iter(())
        try:
            yield from parts(stream(whole, blob.noted.trail) if first.startswith(GZIP) else whole)
        finally:
            for _ in source:
                pass  # behind damage too: the digest is that of all bytes

    blob = Blob(STANDARD_INPUT.encode(), 0, b"", read, again=False)
    return blob


__all__ = ["Damaged", "Extent", "again", "blobs", "extent"]
