"""Trail buckets: what is wanted of them, fetched once, several objects at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from s3transfer.manager import TransferConfig, TransferManager
from s3transfer.subscribers import BaseSubscriber

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources import layout
from graphtrail.sources.aws import CONNECTIONS, TROUBLE, Account, code_of, explained, is_dead
from graphtrail.sources.blob import Found, Has, Stretch, Unreadable, delivery
from graphtrail.sources.bucket_listing import Discovery, Entry, Listing, Page, ahead
from graphtrail.sources.files import in_memory
from graphtrail.sources.layout import Stream
from graphtrail.sources.selection import Selection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCHEME = "s3://"
_UNDER_WAY = 64  # objects
_BYTES_UNDER_WAY = 128 * 2**20
_LARGEST = 2 * 2**30
_LISTED_AHEAD = 32  # streams
_NAMED = 3  # of what is there
_ONE_GET = 2**62  # bytes below which an object is fetched with one request
_NOT_ASKED = "not fetched: {}"


class Plan(NamedTuple):
    """What a run would fetch.

    Attributes:
        source: of the bucket.
        streams: how many, of an account and Region each.
        left: how many streams or accounts are there and not wanted.
        objects, bytes: to fetch.
        known: objects that the case has already.
        lists, gets: requests; those to list have been made.
        unlisted: prefixes that could not be listed, with the reason.
    """

    source: str
    streams: int
    left: int
    objects: int
    bytes: int
    known: int
    lists: int
    gets: int
    unlisted: tuple[str, ...]


class Fetcher:
    """Gets objects of one bucket."""

    def __init__(self, client: "S3Client", bucket: str, *, requester_pays: bool = False) -> None:
        self._client = client
        self._bucket = bucket
        self._extra = {"RequestPayer": "requester"} if requester_pays else {}
        self._dead: str | None = None

    def fetched(self, entries: Iterable[Entry]) -> Found:
        """Objects, several under way at a time, in their order."""
        waiting: deque[_Waiting] = deque()
        size = 0
        settings = TransferConfig(max_request_concurrency=CONNECTIONS // 2, multipart_threshold=_ONE_GET)
        manager = TransferManager(self._client, settings)
        heads = ThreadPoolExecutor(CONNECTIONS // 2)
        try:
            for entry in entries:
                head = heads.submit(self._metadata, entry.key) if layout.is_digest(entry.key) else None
                waiting.append(self._asked_for(entry, manager)._replace(head=head))
                size += entry.size or 0
                while len(waiting) >= _UNDER_WAY or size > _BYTES_UNDER_WAY:
                    size -= waiting[0].entry.size or 0
                    yield from self._arrived(waiting.popleft())
            while waiting:
                yield from self._arrived(waiting.popleft())
        finally:
            for one in waiting:
                if one.future is not None:
                    one.future.cancel()
            manager.shutdown()
            heads.shutdown(cancel_futures=True)

    def _metadata(self, key: str) -> dict[str, str]:
        """The user metadata of an object: of a digest file they hold its signature."""
        return self._client.head_object(Bucket=self._bucket, Key=key, **self._extra)["Metadata"]  # type: ignore[arg-type]  # the stubs know each parameter by its name

    def _asked_for(self, entry: Entry, manager: TransferManager) -> "_Waiting":
        if self._dead:
            return _Waiting(entry, None, None, _NOT_ASKED.format(self._dead))
        if (entry.size or 0) > _LARGEST:
            why = f"{entry.size:,} bytes are too many to be read from a bucket: copy it (aws s3 cp) and name the file"
            return _Waiting(entry, None, None, why)
        into = BytesIO()
        listed = [] if entry.size is None else [_Listed(entry.size, entry.etag)]
        future = manager.download(self._bucket, entry.key, into, extra_args=self._extra, subscribers=listed)
        return _Waiting(entry, into, future, None)

    def _arrived(self, one: "_Waiting") -> Found:
        name = f"{SCHEME}{self._bucket}/{one.entry.key}".encode()
        reason, metadata = one.reason, {}
        if one.future is not None:
            try:
                one.future.result()
                metadata = one.head.result() if one.head else {}
            except TROUBLE as error:
                self.note_death(error)
                reason = explained(error)
        if reason is not None or one.into is None:
            yield Unreadable(name, reason or "", missed=True)
            return
        data = one.into.getvalue()
        one.into.close()  # the transfer's own parts refer to each other, and to this, until somebody looks for cycles
        yield from in_memory(name, data, one.entry.etag or None, metadata)

    def note_death(self, error: Exception) -> None:
        """Credentials that are dead are not tried on a million objects."""
        if is_dead(error):
            self._dead = explained(error)


class Bucket:
    """One prefix of one bucket as a source.

    Attributes:
        remarks: what is there beside what was asked for, if nothing of that is.
    """

    caution: str | None = None

    def __init__(self, source: str, account: Account, selection: Selection) -> None:
        """Find the bucket, and its Region.

        Raises:
            UsageError: the source names no bucket.
            SourceError: there is none of that name.
        """
        name, _, self._prefix = source.removeprefix(SCHEME).partition("/")
        if not name:
            raise UsageError(f"{source}: names no bucket; write s3://bucket/prefix/")
        self.remarks: list[str] = []
        self._source = source
        self._bucket = name
        self._selection = selection
        client = at_home(account, source, name)
        self._listing = Listing(client, name, selection, requester_pays=account.access.requester_pays)
        self._fetcher = Fetcher(client, name, requester_pays=account.access.requester_pays)

    def blobs(self, has: Has) -> Found:
        """What is wanted and the case does not have, then what was fetched of each stream.

        Raises:
            SourceError: nothing begins with the prefix, or no trail was found among other logs or very much else.
        """
        with ThreadPoolExecutor(_LISTED_AHEAD) as pool:
            found = self._discovered(pool)
            yield from (self._stretch(one.prefix, reason=one.reason) for one in found.unlisted)
            yield from map(self._stretch, found.left)
            yield from (Stretch(f"{self._url(prefix)}*", None, None) for prefix in found.beside)
            done: dict[str, Stretch] = {}
            yield from self._fetcher.fetched(self._wanted(found.streams, has, pool, done))
            yield from done.values()

    def plan(self, has: Has) -> Plan:
        """What ``blobs`` would fetch: only listings are asked for.

        Raises:
            SourceError: as ``blobs``.
        """
        with ThreadPoolExecutor(_LISTED_AHEAD) as pool:
            found = self._discovered(pool)
            objects = size = known = 0
            unlisted = [f"{self._url(one.prefix)}: {one.reason}" for one in found.unlisted]
            for stream, counting in ahead(pool, lambda one: self._counted(one, has), found.streams, _LISTED_AHEAD):
                try:
                    counts = counting.result()
                except TROUBLE as error:
                    unlisted.append(f"{self._url(stream.prefix)}: {explained(error)}")
                    continue
                objects, size, known = objects + counts[0], size + counts[1], known + counts[2]
        lists = self._listing.requests
        streams = len(found.streams)
        return Plan(self._source, streams, len(found.left), objects, size, known, lists, objects, tuple(unlisted))

    def _discovered(self, pool: ThreadPoolExecutor) -> Discovery:
        """The streams below the prefix; of a bucket that is no trail's, all that lies there as one stream.

        Raises:
            SourceError: there are logs, but none of CloudTrail's; or nothing at all begins with the prefix.
        """
        found = self._listing.discover(self._prefix, pool)
        if found.left and not found.streams:
            there = ", ".join(self._url(prefix) for prefix in found.left[:_NAMED])
            more = f" and {len(found.left) - _NAMED:,} more" if len(found.left) > _NAMED else ""
            self.remarks.append(
                f"{self._source}: no logs of the accounts and Regions asked for; there are {there}{more}"
            )
        if found.has_trail:
            return found
        if self._prefix and not found.others and not found.beside:
            raise SourceError(f"{self._source}: nothing in bucket {self._bucket} begins with {self._prefix}")
        if found.others:
            raise SourceError(
                f"{self._source}: no logs of CloudTrail there, only {self._url(found.others[0])} and the like"
            )
        return Discovery([Stream("", self._prefix, "", "")], [], [], [], [])

    def _counted(self, stream: Stream, has: Has) -> tuple[int, int, int]:
        objects = size = known = 0
        for page in self._listing.pages(stream):
            for entry in self._chosen(page):
                if has(self._name(entry), entry.etag):
                    known += 1
                else:
                    objects, size = objects + 1, size + (entry.size or 0)
        return objects, size, known

    def _chosen(self, page: Page) -> Iterator[Entry]:
        return (entry for entry in page.entries if self._selection.takes_delivery(delivery(self._name(entry))))

    def _wanted(
        self, streams: list[Stream], has: Has, pool: ThreadPoolExecutor, done: dict[str, Stretch]
    ) -> Iterator[Entry]:
        """The objects to fetch; of each stream that was listed to its end it is noted what is fetched then."""
        for stream, first in ahead(pool, self._listing.first, streams, _LISTED_AHEAD):
            try:
                for page in self._pages(stream, first):
                    yield from (entry for entry in self._chosen(page) if not has(self._name(entry), entry.etag))
            except TROUBLE as error:
                self._fetcher.note_death(error)
                done[stream.prefix] = self._stretch(stream.prefix, reason=explained(error))
            else:
                done[stream.prefix] = self._stretch(stream.prefix, span=self._selection.span)

    def _pages(self, stream: Stream, first: "Future[Page]") -> Iterator[Page]:
        page = first.result()
        yield page
        while page.token:
            page = self._listing.following(stream, page.token)
            yield page

    def _stretch(
        self, prefix: str, span: tuple[int | None, int | None] | None = None, reason: str | None = None
    ) -> Stretch:
        stream = layout.stream(prefix, digests=True)
        account = stream.account if stream else layout.account(prefix)
        return Stretch(self._url(prefix), account, stream.region if stream else None, span, reason)

    def _url(self, prefix: str) -> str:
        return f"{SCHEME}{self._bucket}/{prefix}"

    def _name(self, entry: Entry) -> bytes:
        return self._url(entry.key).encode()


class _Waiting(NamedTuple):
    """An object that was asked for, or why it was not."""

    entry: Entry
    into: BytesIO | None
    future: Any
    reason: str | None
    head: "Future[dict[str, str]] | None" = None


class _Listed(BaseSubscriber):
    """Tells the transfer what the listing said of an object, so that it does not ask: a request less for each."""

    def __init__(self, size: int, etag: str) -> None:
        self._size = size
        self._etag = etag

    def on_queued(self, future: Any, **_: Any) -> None:  # noqa: ANN401 - s3transfer's signature
        """Called by the transfer."""
        future.meta.provide_transfer_size(self._size)
        future.meta.provide_object_etag(self._etag)


def at_home(account: Account, source: str, bucket: str) -> "S3Client":
    """A client in the Region of a bucket.

    Raises:
        SourceError: there is no such bucket, or AWS cannot be asked.
    """
    try:
        client: S3Client = account.client("s3", account.bucket_region(bucket))
    except TROUBLE as error:
        if code_of(error) in {"404", "NoSuchBucket"}:
            raise SourceError(f"{source}: there is no bucket {bucket}") from None
        raise SourceError(f"{source}: {explained(error)}") from None
    return client
