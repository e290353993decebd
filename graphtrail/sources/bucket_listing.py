"""Listing a trail bucket with few requests: accounts and Regions by delimiter, then one stream each, from a day on.

Levels are listed by ``/``. Of an account one request finds all kinds of logs and their Regions at once: its delimiter
is what a day begins with, ``/20``. Where that is denied or not understood, or shows more than a trail has, the account
is listed by ``/`` after all. Source: API reference of S3, ListObjectsV2: ``CommonPrefixes`` holds the keys up to the
next occurrence of the string that the delimiter is.

One prefix a day would cost a request a day and stream even where nothing happened; listing everything, one a thousand
keys of all years. A stream that starts after the day before the window and stops past its end costs what it holds.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from graphtrail.errors import SourceError
from graphtrail.sources import layout
from graphtrail.sources.aws import TROUBLE, explained
from graphtrail.sources.layout import Stream
from graphtrail.sources.selection import Selection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

_EXPLORED = 1_000  # prefixes that are looked into for a trail
_LEVEL = "/"
_DAYS = "/20"
Item = TypeVar("Item")
Made = TypeVar("Made")


class Entry(NamedTuple):
    """An object, as a listing or a message names it; the tag may be empty, the size None, where it says none."""

    key: str
    etag: str
    size: int | None


class Page(NamedTuple):
    """Some objects of a stream, and where they go on; None at the end."""

    entries: list[Entry]
    token: str | None


class Unlisted(NamedTuple):
    """A prefix that could not be listed; ``reason`` says why."""

    prefix: str
    reason: str


class Discovery(NamedTuple):
    """What lies below a prefix.

    Attributes:
        streams: those that are wanted, in the order of their prefixes.
        left: prefixes of streams, or of all those of an account, that are not wanted.
        unlisted: prefixes that could not be looked into.
        beside: prefixes with objects of which no trail is made.
        others: prefixes of logs that are not CloudTrail's.
    """

    streams: list[Stream]
    left: list[str]
    unlisted: list[Unlisted]
    beside: list[str]
    others: list[str]

    @property
    def has_trail(self) -> bool:
        """Whether it is the layout of a trail at all."""
        return bool(self.streams or self.left or self.unlisted)


class _Looked(NamedTuple):
    """What lies directly below a prefix: prefixes, and whether objects too."""

    prefix: str
    below: list[str]
    objects: bool


class Listing:
    """The listing of one bucket.

    Attributes:
        requests: how many were made.
    """

    def __init__(self, client: "S3Client", bucket: str, selection: Selection, *, requester_pays: bool = False) -> None:
        self.requests = 0
        self._client = client
        self._bucket = bucket
        self._selection = selection
        self._payer = {"RequestPayer": "requester"} if requester_pays else {}

    def discover(self, prefix: str, pool: Executor) -> Discovery:
        """Look for trails below a prefix, a level at a time.

        Raises:
            SourceError: very much lies there beside trails.
        """
        found = Discovery([], [], [], [], [])
        stream = layout.stream(prefix, digests=self._selection.digests)
        level = [] if stream else [prefix]
        if stream or not self._selection.takes(layout.account(prefix)):
            level = self._sorted([prefix], found)
        explored = 0
        while level:
            explored += sum(not layout.leads_to_streams(one, digests=self._selection.digests) for one in level)
            if explored > _EXPLORED:
                raise SourceError(
                    f"s3://{self._bucket}/{prefix}: more than {_EXPLORED:,} folders beside trails; "
                    "name the prefix that AWSLogs/ lies in"
                )
            level = [child for looked in pool.map(self._looked_into, level) for child in self._further(looked, found)]
        found.streams.sort()
        return found

    def _further(self, looked: "_Looked | Unlisted", found: Discovery) -> list[str]:
        """The prefixes to look into next."""
        if isinstance(looked, Unlisted):
            found.unlisted.append(looked)
            return []
        if looked.objects:
            found.beside.append(looked.prefix)
        return self._sorted(looked.below, found)

    def _sorted(self, children: list[str], found: Discovery) -> list[str]:
        """Note the streams among some prefixes; hand out those that may lead to others."""
        further = []
        digests = self._selection.digests
        for child in children:
            stream = layout.stream(child, digests=digests)
            if stream and self._selection.takes(stream.account, stream.region):
                found.streams.append(stream)
            elif stream or not self._selection.takes(layout.account(child)):
                found.left.append(child)
            elif layout.is_outside(child, digests=digests):
                found.others.append(child)
            else:
                further.append(child)
        return further

    def _looked_into(self, prefix: str) -> "_Looked | Unlisted":
        """What lies below a prefix: of an account its streams, else what is one level down."""
        return (self._streams_of(prefix) if layout.is_account(prefix) else None) or self._level(prefix)

    def _streams_of(self, account: str) -> "_Looked | None":
        """The streams of an account, and folders of other logs, by one request; None if that does not tell them."""
        try:
            held = self._list(account, {"Delimiter": _DAYS})
        except TROUBLE:
            return None
        names = [one["Prefix"] for one in held.get("CommonPrefixes", ()) if "Prefix" in one]
        names += [one["Key"] for one in held.get("Contents", ()) if "Key" in one]
        below = {layout.below_account(name) for name in names}
        if held.get("IsTruncated") or None in below:
            return None
        return _Looked(account, sorted(one for one in below if one), objects=False)

    def _level(self, prefix: str) -> "_Looked | Unlisted":
        """What lies one level below a prefix."""
        below: list[str] = []
        objects = False
        extra = {"Delimiter": _LEVEL}
        try:
            while extra:
                held = self._list(prefix, extra)
                below += [one["Prefix"] for one in held.get("CommonPrefixes", ()) if "Prefix" in one]
                objects |= any(not one["Key"].endswith("/") for one in held.get("Contents", ()) if "Key" in one)
                token = held.get("NextContinuationToken")
                extra = extra | {"ContinuationToken": token} if token else {}
        except TROUBLE as error:
            return Unlisted(prefix, explained(error))
        return _Looked(prefix, below, objects)

    def first(self, stream: Stream) -> Page:
        """The first objects of a stream that can hold events of the window.

        Raises:
            ClientError, BotoCoreError: as AWS answers.
        """
        day = self._selection.first_day
        start = stream.day(day) if day and stream.root else None
        return self._page(stream, {"StartAfter": start} if start and start > stream.prefix else {})

    def following(self, stream: Stream, token: str) -> Page:
        """The objects that follow others.

        Raises:
            ClientError, BotoCoreError: as AWS answers.
        """
        return self._page(stream, {"ContinuationToken": token})

    def pages(self, stream: Stream) -> Iterator[Page]:
        """All pages of a stream.

        Raises:
            ClientError, BotoCoreError: as AWS answers.
        """
        page = self.first(stream)
        yield page
        while page.token:
            page = self.following(stream, page.token)
            yield page

    def _page(self, stream: Stream, extra: dict[str, str]) -> Page:
        held = self._list(stream.prefix, extra)
        entries = [Entry(one["Key"], one["ETag"].strip('"'), one["Size"]) for one in held.get("Contents", ())]
        token: str | None = held.get("NextContinuationToken")
        last = self._selection.last_day if stream.root else None
        if last:
            end = f"{stream.day(last)}\U0010ffff"
            within = [entry for entry in entries if entry.key <= end]
            going_on = token is not None and len(within) == len(entries)
            entries, token = within, token if going_on else None
        return Page([entry for entry in entries if not entry.key.endswith("/")], token)

    def _list(self, prefix: str, extra: dict[str, str]) -> "ListObjectsV2OutputTypeDef":
        self.requests += 1
        return self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, **self._payer, **extra)  # type: ignore[arg-type]  # the stubs know each parameter by its name


def ahead(
    pool: Executor, work: Callable[[Item], Made], items: Iterable[Item], most: int
) -> Iterator[tuple[Item, Future[Made]]]:
    """Work on items in a pool, handing them out in their order; at most so many are under way."""
    waiting: deque[tuple[Item, Future[Made]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) >= most:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for _, future in waiting:
            future.cancel()
