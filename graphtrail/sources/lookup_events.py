"""``cloudtrail://``: the last 90 days of management events, through LookupEvents, of every Region at a time.

``cloudtrail://?EventName=AssumeRole`` asks for one lookup attribute. Source: API reference of CloudTrail, LookupEvents:
one Region a call, 50 events a page, the most recent first, two requests a second for an account and Region, at most one
attribute.
"""

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources.aws import CONNECTIONS, TROUBLE, Account, explained
from graphtrail.sources.blob import Found, Has, Stretch
from graphtrail.sources.files import in_memory
from graphtrail.sources.selection import DAY, Selection, still_wanted

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_sts import STSClient

SCHEME = "cloudtrail://"
KEPT = 90 * DAY
ATTRIBUTES = (
    "EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId",
)  # fmt: skip
_PAGE = 50
_PAGES = 20  # of one file of the case
CAUTION = (
    "LookupEvents has management events of the last 90 days only: no data events (reads and writes of objects, items, "
    "functions) are in it, whatever happened; a trail bucket has them if the trail records them"
)


class _Some(NamedTuple):
    """Some events of a Region.

    Attributes:
        client: that asks for them.
        region: its name.
        span: of which times events are asked for.
        events: each as CloudTrail wrote it, as text.
        token: where they go on, None at the beginning and the end.
        reached: the time of the last event of all so far, None before there was any.
        error: what broke off the lookup.
    """

    client: "CloudTrailClient"
    region: str
    span: tuple[int, int]
    events: list[str] = []  # noqa: RUF012 - never changed
    token: str | None = None
    reached: int | None = None
    error: Exception | None = None


class LookupEvents:
    """The events of one account that LookupEvents gives.

    Attributes:
        remarks: what was not looked up again, if anything.
    """

    caution: str | None = CAUTION

    def __init__(self, source: str, account: Account, selection: Selection) -> None:
        """Ask who is asking, and which Regions there are.

        Raises:
            UsageError: the source names no or several lookup attributes.
            SourceError: AWS cannot be asked, the Regions cannot be listed, or the window is older than what is kept.
        """
        until = selection.window.until
        if until is not None and until < int(time.time()) - KEPT:
            raise SourceError(
                f"{source}: LookupEvents keeps 90 days, and the window ends before them: read the trail's bucket"
            )
        self.remarks: list[str] = []
        self._source = source
        self._attribute = _attribute(source)
        self._account = account
        self._selection = selection
        try:
            sts: STSClient = account.client("sts")
            self._id = sts.get_caller_identity()["Account"]
        except TROUBLE as error:
            raise SourceError(f"{source}: {explained(error)}") from None
        self._regions = sorted(selection.regions) or _enabled(source, account)

    def blobs(self, has: Has) -> Found:
        """The events of all Regions that the case has not, some of one at a time, then what was looked up of each."""
        if not self._selection.takes(self._id):
            yield from (Stretch(self._place(region), self._id, region) for region in self._regions)
            return
        done = []
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            waiting = {pool.submit(self._some, some): some for some in self._lacking(has)}
            try:
                while waiting:
                    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                        asked, some = waiting.pop(future), future.result()
                        yield from self._files(asked.region, some)
                        if some.token is None or some.error:
                            done.append(self._stretch(some))
                        if some.token or some.error:
                            yield from self._so_far(some)
                        if some.token and not some.error:
                            waiting[pool.submit(self._some, some)] = some
            finally:
                for future in waiting:
                    future.cancel()
        yield from sorted(done, key=lambda one: one.reason is not None)  # what failed is said last, and stands

    def _lacking(self, has: Has) -> Iterator["_Some"]:
        """What is to be looked up: of each Region the times that the case has not, and a day for what came late."""
        now = int(time.time())
        since, until = self._selection.span
        start, end = max(since or 0, now - KEPT), min(now, now if until is None else until)
        less = 0
        for region in self._regions:
            client: CloudTrailClient = self._account.client("cloudtrail", region, mode="adaptive")
            spans = still_wanted((start, end), has.spans(self._place(region)))
            less += spans != [(start, end)]
            yield from (_Some(client, region, span) for span in spans)
        if less:
            self.remarks.append(
                f"{self._source}: of {less} Region(s) only what the case does not have was looked up, and the day "
                "before it again, for what came late"
            )

    def _some(self, before: "_Some") -> "_Some":
        """The next pages of a Region."""
        events: list[str] = []
        token, reached = before.token, before.reached
        asked: dict[str, Any] = {"MaxResults": _PAGE} | _window(before.span) | ({"NextToken": token} if token else {})
        if self._attribute:
            key, value = self._attribute
            asked["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
        for _ in range(_PAGES):
            try:
                page = before.client.lookup_events(**asked)
            except TROUBLE as error:
                return before._replace(events=events, token=token, reached=reached, error=error)
            events += [one["CloudTrailEvent"] for one in page["Events"]]
            if page["Events"]:
                reached = int(page["Events"][-1]["EventTime"].timestamp())
            token = page.get("NextToken")
            if token is None:
                break
            asked["NextToken"] = token
        return before._replace(events=events, token=token, reached=reached)

    def _files(self, region: str, some: "_Some") -> Found:
        """What was looked up as a file of the case, named by its first and last event."""
        if some.events:
            body = msgspec.json.encode({"Events": [{"CloudTrailEvent": event} for event in some.events]})
            ends = [msgspec.json.decode(event, type=_Id).eventID for event in (some.events[0], some.events[-1])]
            yield from in_memory(f"{self._place(region)}#{'..'.join(ends)}".encode(), body)

    def _so_far(self, some: "_Some") -> Iterator[Stretch]:
        """What was looked up when more is to come: events come newest first, and those of one second may be parted."""
        since, until = some.span
        if some.reached is not None and since <= some.reached < until:
            yield Stretch(self._place(some.region), self._id, some.region, (some.reached + 1, until))

    def _stretch(self, some: "_Some") -> Stretch:
        place = self._place(some.region)
        if some.error:
            return Stretch(place, self._id, some.region, None, explained(some.error))
        return Stretch(place, self._id, some.region, some.span)

    def _place(self, region: str) -> str:
        which = "?{}={}".format(*self._attribute) if self._attribute else ""
        return f"{SCHEME}{self._id}/{region}{which}"


class _Id(msgspec.Struct):
    eventID: str = ""  # noqa: N815 - CloudTrail's name


def _window(span: tuple[int, int]) -> dict[str, datetime]:
    return {name: datetime.fromtimestamp(end, UTC) for name, end in zip(("StartTime", "EndTime"), span, strict=True)}


def _attribute(source: str) -> tuple[str, str] | None:
    url = urlsplit(source)
    given = parse_qsl(url.query, keep_blank_values=True)
    if url.netloc or url.path.strip("/"):
        raise UsageError(f"{source}: write cloudtrail://, or cloudtrail://?EventName=AssumeRole; Regions with --region")
    if len(given) > 1 or any(key not in ATTRIBUTES or not value for key, value in given):
        raise UsageError(f"{source}: LookupEvents takes a value for one of {', '.join(ATTRIBUTES)}")
    return given[0] if given else None


def _enabled(source: str, account: Account) -> list[str]:
    """The Regions that are switched on in the account."""
    client: EC2Client = account.client("ec2")
    try:
        return sorted(region["RegionName"] for region in client.describe_regions()["Regions"])
    except TROUBLE as error:
        raise SourceError(f"{source}: which Regions are on? {explained(error)}; or name them with --region") from None
