"""``cloudtrail://``: the last 90 days of management events, through LookupEvents, of every Region at a time.

``cloudtrail://?EventName=AssumeRole`` asks for one lookup attribute. Source: API reference of CloudTrail, LookupEvents:
one Region a call, 50 events a page, two requests a second for an account and Region, at most one attribute.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources.aws import CONNECTIONS, TROUBLE, Account, explained
from graphtrail.sources.blob import Found, Has, Stretch
from graphtrail.sources.files import in_memory
from graphtrail.sources.selection import DAY, Selection

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
        events: each as CloudTrail wrote it, as text.
        token: where they go on, None at the end.
        error: what broke off the lookup.
    """

    events: list[str]
    token: str | None
    error: Exception | None = None


class LookupEvents:
    """The events of one account that LookupEvents gives."""

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
        self._attribute = _attribute(source)
        self._account = account
        self._selection = selection
        try:
            sts: STSClient = account.client("sts")
            self._id = sts.get_caller_identity()["Account"]
        except TROUBLE as error:
            raise SourceError(f"{source}: {explained(error)}") from None
        self._regions = sorted(selection.regions) or _enabled(source, account)

    def blobs(self, has: Has) -> Found:  # noqa: ARG002 - an API has no versions
        """The events of all Regions, some of one at a time, then what was looked up of each."""
        if not self._selection.takes(self._id):
            yield from (Stretch(self._place(region), self._id, region) for region in self._regions)
            return
        now = int(time.time())
        done = []
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            clients: dict[str, CloudTrailClient] = {
                region: self._account.client("cloudtrail", region, mode="adaptive") for region in self._regions
            }
            waiting: dict[Future[_Some], str] = {
                pool.submit(self._some, client, None, now): region for region, client in clients.items()
            }
            try:
                while waiting:
                    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                        region, some = waiting.pop(future), future.result()
                        yield from self._files(region, some)
                        if some.token is None or some.error:
                            done.append(self._stretch(region, some, now))
                        else:
                            waiting[pool.submit(self._some, clients[region], some.token, now)] = region
            finally:
                for future in waiting:
                    future.cancel()
        yield from done

    def _some(self, client: "CloudTrailClient", token: str | None, now: int) -> _Some:
        """The next pages of a Region."""
        events: list[str] = []
        asked: dict[str, Any] = {"MaxResults": _PAGE} | self._window(now) | ({"NextToken": token} if token else {})
        if self._attribute:
            key, value = self._attribute
            asked["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
        for _ in range(_PAGES):
            try:
                page = client.lookup_events(**asked)
            except TROUBLE as error:
                return _Some(events, token, error)
            events += [one["CloudTrailEvent"] for one in page["Events"]]
            token = page.get("NextToken")
            if token is None:
                break
            asked["NextToken"] = token
        return _Some(events, token)

    def _window(self, now: int) -> dict[str, datetime]:
        since, until = self._selection.span
        ends = {"StartTime": max(since or 0, now - KEPT), "EndTime": until}
        return {name: datetime.fromtimestamp(end, UTC) for name, end in ends.items() if end is not None}

    def _files(self, region: str, some: _Some) -> Found:
        """What was looked up as a file of the case, named by its first and last event."""
        if some.events:
            body = msgspec.json.encode({"Events": [{"CloudTrailEvent": event} for event in some.events]})
            ends = [msgspec.json.decode(event, type=_Id).eventID for event in (some.events[0], some.events[-1])]
            yield from in_memory(f"{self._place(region)}#{'..'.join(ends)}".encode(), body)

    def _stretch(self, region: str, some: _Some, now: int) -> Stretch:
        place = self._place(region)
        if some.error:
            return Stretch(place, self._id, region, None, explained(some.error))
        since, until = self._selection.span
        return Stretch(place, self._id, region, (max(since or 0, now - KEPT), until))

    def _place(self, region: str) -> str:
        which = "?{}={}".format(*self._attribute) if self._attribute else ""
        return f"{SCHEME}{self._id}/{region}{which}"


class _Id(msgspec.Struct):
    eventID: str = ""  # noqa: N815 - CloudTrail's name


def _attribute(source: str) -> tuple[str, str] | None:
    url = urlsplit(source)
    given = parse_qsl(url.query, keep_blank_values=True)
    if url.netloc or url.path.strip("/"):
        raise UsageError(f"{source}: write cloudtrail://, or cloudtrail://?EventName=AssumeRole; Regions with --region")
    if len(given) > 1 or any(key not in ATTRIBUTES for key, _ in given):
        raise UsageError(f"{source}: LookupEvents takes one of {', '.join(ATTRIBUTES)}")
    return given[0] if given else None


def _enabled(source: str, account: Account) -> list[str]:
    """The Regions that are switched on in the account."""
    client: EC2Client = account.client("ec2")
    try:
        return sorted(region["RegionName"] for region in client.describe_regions()["Regions"])
    except TROUBLE as error:
        raise SourceError(f"{source}: which Regions are on? {explained(error)}; or name them with --region") from None
