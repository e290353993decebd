"""Sources into a case: read, derive, write, list; resumable at any moment, harmless to repeat."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from graphtrail.case import integrity, known, manifest, merging
from graphtrail.case.columns import Columns
from graphtrail.case.cycles import seldom_searched_for_cycles
from graphtrail.case.derive import Rejected, derive, judge
from graphtrail.case.files import NO_BYTES, File
from graphtrail.case.integrity import Check, Stated
from graphtrail.case.manifest import Manifest
from graphtrail.case.parquet import plain
from graphtrail.case.segment import Segment
from graphtrail.case.sound import Sound
from graphtrail.errors import SourceError
from graphtrail.events import envelopes
from graphtrail.events.documents import Reject
from graphtrail.events.envelopes import Parsed
from graphtrail.sources.blob import Blob, Has, Span, Stretch, Unreadable
from graphtrail.sources.integrity.digest import stated
from graphtrail.sources.integrity.seen import SIGNATURE, Seen, watched
from graphtrail.sources.integrity.verdicts import Verdict

# Of nested JSON in a batch: a part of a file adds at most a GiB, and Arrow counts to two.
_BATCH_SIZE = 2**29
One = Blob | Unreadable | Stretch
Found = Iterable[One] | Callable[[Has], Iterable[One]]
Tell = Callable[[One], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to ingest.

    Attributes:
        keep_records: store the records themselves too, secrets removed.
        check: prove that the files are those that CloudTrail delivered, and how; None does not.
        batch: records that are worked on at a time.
        segment: records of a segment, at which it is written.
        files: files of a segment, at which it is written.
        small: records and files of a segment below which it is put together with others like it.
    """

    keep_records: bool = False
    check: Check | None = None
    batch: int = 32_768
    segment: int = 131_072
    files: int = 50_000
    small: int = 32_768


@dataclass(slots=True)
class Report:
    """What an ingest did.

    Attributes:
        files: files read.
        known: files that the case had already.
        copies: files whose bytes the case has under another name: listed, not read again.
        unreadable: files that could not be read at all.
        missed: files and places of buckets and APIs that are there and could not be fetched.
        events: events found, duplicates among them.
        rejects: records that are no events and were expected to be.
        non_events: records known for what they are: digests, Insights events.
        verdicts: what became of every file of the case; None if nothing was to be proven.
    """

    files: int = 0
    known: int = 0
    copies: int = 0
    unreadable: int = 0
    missed: int = 0
    events: int = 0
    rejects: int = 0
    non_events: int = 0
    verdicts: list[Verdict] | None = None


def ingest(case: Path, found: Found, tell: Tell = lambda _: None, options: Options | None = None) -> Report:
    """Read files into a case; the case is made if there is none.

    What is written is listed in the manifest at once, so that a run that is killed loses at most what it held in
    memory; the next run sweeps up after it and goes on. Files whose bytes the case has are skipped.

    Args:
        case: the folder of the case.
        found: the files, as a source hands them out; or what makes them, given what the case has already.
        tell: is told of each file when it has been taken.
        options: sizes, and whether the records themselves are kept.

    Raises:
        CaseLocked: another process is writing the case.
        CaseError: the folder is no case, of another schema version, or cannot be written.
        SourceError: as the source raises it; what came before is in the case.
    """
    with manifest.writing(case) as held, seldom_searched_for_cycles():
        run = _Run(case, held, options or Options())
        ones = iter(found(Has(run.has, run.spans)) if callable(found) else found)
        with closing(ones) if isinstance(ones, Generator) else nullcontext(), run.kept():
            for one in ones:
                run.take(one)
                tell(one)
        run.check()
        run.merge()
        return run.report


class _Run:
    """One ingest on its way: records go into columns, full columns into the segment, full segments to disk."""

    def __init__(self, case: Path, held: Manifest, options: Options) -> None:
        self.report = Report()
        self._case = case
        self._manifest = held
        self._options = options
        self._names = held.names()
        self._known = known.of(case, held)
        self._pending: list[str] = []
        self._stretches: list[Stretch] = []
        self._columns = Columns(judge)
        self._segment = Segment()
        self._digests: list[Stated] = []

    def has(self, name: bytes, version: str) -> bool:
        """Whether the case has a version of a name: then it is not fetched, and counted here."""
        known = self._known.has_version(name, version, hashed=self._options.check is not None)
        self.report.known += known
        return known

    def spans(self, place: str) -> Sequence[Span]:
        """Of which times the case has all records of a place."""
        held = self._manifest.fetched.get(place)
        return held.spans if held else ()

    def take(self, found: One) -> None:
        """Read one file, or remember what was fetched."""
        if isinstance(found, Stretch):
            self._stretches.append(found)
            self.report.missed += found.reason is not None
        elif isinstance(found, Unreadable):
            self._unreadable(found)
        elif not found.again:
            self._read_once(found)
        elif self._known.has(found.sha256) and self._unproven(found):
            self._hash(found)
        elif self._known.is_current(found.name, found.sha256):
            self.report.known += 1
            if found.version is not None:
                self._list_again(found)
        elif self._known.has(found.sha256):
            self._copy(found)
        else:
            self._read(found)
            self._known.take(self._segment.files[-1])
            self._full()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """At the end, and where a source breaks off, what came before is written."""
        try:
            yield
        except SourceError:
            self.end()
            raise
        self.end()

    def end(self) -> None:
        """Write and list what is held, and then what was fetched."""
        self._close()
        self._commit()

    def check(self) -> None:
        """Judge all files of the case, and write what became of them if that is new."""
        check = self._options.check
        if check is None:
            return
        verdicts = integrity.judged(self._case, self._manifest, check)
        if not integrity.same(self._case, self._manifest, verdicts):
            self._place(Segment(), verdicts)
            self._commit()
        self.report.verdicts = verdicts

    def merge(self) -> None:
        """Put small segments together where there are many; the next run sweeps those away that are listed no more."""
        while names := merging.small(self._case, self._manifest, self._options.small):
            name = next(self._names)
            place = manifest.folder(self._case, name)
            new = place.with_name(f"{name}.new")
            merging.write(self._case, names, new)
            new.rename(place)
            self._manifest = self._manifest.merged(names, name)
            manifest.save(self._case, self._manifest)

    def _unproven(self, found: Blob) -> bool:
        """Whether something is to be proven of bytes that the case has, and they were not seen for that purpose yet."""
        asked = self._options.check is not None
        return asked and (not self._known.is_hashed(found.sha256) or SIGNATURE in found.metadata)

    def _hash(self, found: Blob) -> None:
        """Read bytes that the case has for their hash alone."""
        if self._known.is_current(found.name, found.sha256):
            self.report.known += 1
        else:
            self.report.copies += 1
        seen = Seen()
        parts = Sound(watched(found, seen))
        for _ in parts:
            pass
        self._list_copy(found)
        self._saw(seen, parts)
        self._known.take(self._segment.files[-1])
        self._full()

    def _saw(self, seen: Seen, parts: Sound) -> None:
        """Note what was seen of the file that was just read."""
        number = len(self._segment.files) - 1
        flaw = seen.flaw or parts.damage
        self._segment.files[-1] = self._segment.files[-1]._replace(plain=None if flaw else seen.plain, flaw=flaw)
        if seen.digest is not None:
            self._digests.append(Stated(number, seen.signature, stated(seen.digest)))

    def _unreadable(self, found: Unreadable) -> None:
        self.report.unreadable += 1
        self.report.missed += found.missed
        if not self._known.is_unread(found.name, found.reason):
            self._segment.rejects.append(Rejected(len(self._segment.files), Reject(None, found.reason)))
            self._segment.files.append(File(found.name, 0, NO_BYTES, 1, ends=True))
            self._known.take_unread(found.name, found.reason)
            self._full()

    def _copy(self, found: Blob) -> None:
        """Bytes that the case has under another name are listed under this one too."""
        self.report.copies += 1
        self._list_again(found)

    def _list_again(self, found: Blob) -> None:
        """List bytes that the case has, under a name or a version that it may not have."""
        self._list_copy(found)
        self._known.take(self._segment.files[-1])
        self._full()

    def _list_copy(self, found: Blob) -> None:
        self._open(found)
        self._segment.files[-1] = self._segment.files[-1]._replace(
            sha256=found.sha256, ends=True, copy=True, version=found.version
        )

    def _full(self) -> None:
        """Write and list what is held if that is enough for it: whole files only, so that a kill leaves no half one."""
        rows, files = self._segment.rows + self._columns.rows, len(self._segment.files)
        if self._pending or rows >= self._options.segment or files >= self._options.files:
            self._close()
        if self._pending:
            self._commit()

    def _read_once(self, found: Blob) -> None:
        """A stream is known by its digest only when it has been read: then it is listed, or dropped as known."""
        self.end()
        before = replace(self.report)
        self._read(found)
        file = self._segment.files[-1]
        if not self._known.has(found.sha256):
            self._known.take(file)
            self.end()
            return
        self.report, self._segment, self._columns, self._pending = before, Segment(), Columns(judge), []
        self._digests = []
        if self._known.is_current(found.name, found.sha256):
            self.report.known += 1
        else:
            self._copy(found)

    def _read(self, found: Blob) -> None:
        """The records of one file; a file that fills a segment by itself goes on in the next."""
        self.report.files += 1
        seen = Seen() if self._options.check else None
        parts = Sound(plain(found.parts() if seen is None else watched(found, seen)))
        keep = self._options.keep_records or found.keep or not found.again
        self._open(found)
        taken = 0
        for parsed in envelopes.read(parts, keep=keep):
            self._take(parsed, parts)
            taken += len(parsed.records)
            if self._columns.rows >= self._options.batch or self._columns.size >= _BATCH_SIZE:
                self._derive()
            if taken >= self._options.segment:
                self._close()
                self._open(found)
                taken = 0
        if seen is not None:
            for _ in parts:
                pass  # what the reader of records left is hashed too
            self._saw(seen, parts)
        parts.close()
        self._break(parts)
        self._segment.files[-1] = self._segment.files[-1]._replace(
            name=found.name, size=found.size, sha256=found.sha256, ends=True, version=found.version
        )

    def _open(self, found: Blob) -> None:
        delivery = found.delivery()
        account, region = (delivery.account, delivery.region) if delivery else (None, None)
        self._segment.files.append(File(found.name, found.size, bytes(32), 0, found.again, account, region))

    def _take(self, parsed: Parsed, parts: Sound) -> None:
        """The records of a part of the open file, and why others are none."""
        number = len(self._segment.files) - 1
        rejects = parsed.rejects
        if parts.damage:  # what ends too early is the damage's doing
            rejects = [reject for reject in rejects if reject.at is not None]
        self._segment.rejects += [Rejected(number, reject) for reject in rejects]
        self._segment.records |= {(number, at): record for at, record in parsed.kept.items()}
        if parsed.records:
            self._columns.add(parsed.records, number, parsed.places)
        file = self._segment.files[number]
        form = "; ".join(sorted({*parsed.forms, *(file.form.split("; ") if file.form else ())})) or None
        records = file.records + len(parsed.records) + len(rejects)
        self._segment.files[number] = file._replace(records=records, form=form)

    def _break(self, parts: Sound) -> None:
        """Where the bytes of the open file are damaged, that is one reject."""
        if parts.damage:
            file = self._segment.files[-1]
            self._segment.rejects.append(Rejected(len(self._segment.files) - 1, Reject(None, parts.damage)))
            self._segment.files[-1] = file._replace(records=file.records + 1)

    def _derive(self) -> None:
        if self._columns.rows:
            self._segment.add(derive(self._columns))
            self._columns = Columns(judge)

    def _close(self) -> None:
        """Write what is held, whatever there is."""
        self._derive()
        if self._segment.files:
            self._write()

    def _write(self) -> None:
        segment, self._segment = self._segment, Segment()
        self._place(segment)
        self.report.events += segment.rows
        non_events = sum(rejected.reject.non_event for rejected in segment.rejects)
        self.report.non_events += non_events
        self.report.rejects += len(segment.rejects) - non_events

    def _place(self, segment: Segment, verdicts: list[Verdict] | None = None) -> None:
        """Put a segment to the others, whole or not at all."""
        name = next(self._names)
        place = manifest.folder(self._case, name)
        new = place.with_name(f"{name}.new")
        segment.write(new)
        integrity.write_digests(new, self._digests)
        self._digests = []
        if verdicts is not None:
            integrity.write_verdicts(new, verdicts)
        new.rename(place)
        self._pending.append(name)

    def _commit(self) -> None:
        """List what is written, and what was fetched: everything that came before it is written."""
        if self._pending or self._stretches:
            self._manifest = self._manifest.with_segments(self._pending).with_stretches(self._stretches)
            manifest.save(self._case, self._manifest)
            self._pending, self._stretches = [], []
