"""``lake://EVENT_DATA_STORE``: CloudTrail Lake, for those who have it (closed to new customers since 31 May 2026).

Source: API reference of CloudTrail, StartQuery (at most 10,000 characters, ten queries at a time), DescribeQuery and
GetQueryResults (1,000 rows a page, kept for seven days); CloudTrail Lake's SQL: the id of the store is the table, and
``eventjson`` is the event as it was recorded.
"""

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources.aws import TROUBLE, Account, explained
from graphtrail.sources.blob import Found, Has, Stretch
from graphtrail.sources.files import in_memory
from graphtrail.sources.selection import Selection
from graphtrail.window import iso

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient

SCHEME = "lake://"
_STORE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REGION = re.compile(r"[a-z0-9-]{1,32}")
_ACCOUNT = re.compile(r"\d{12}")
_COLUMN = "eventjson"
_PAGE = 1_000
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0  # seconds between two looks at a query
_ENDED = frozenset({"FAILED", "CANCELLED", "TIMED_OUT"})


class Lake:
    """The events of one event data store."""

    caution: str | None = None

    def __init__(self, source: str, account: Account, selection: Selection) -> None:
        """Make the query.

        Raises:
            UsageError: the source names no event data store, or an account or Region is none.
        """
        store = source.removeprefix(SCHEME).strip("/")
        if not _STORE.fullmatch(store):
            raise UsageError(
                f"{source}: name an event data store by its id: lake://11111111-2222-4333-8444-555555555555"
            )
        self._source = f"{SCHEME}{store}"
        self._selection = selection
        self._statement = statement(store, selection)
        self._client: CloudTrailClient = account.client("cloudtrail")

    def blobs(self, has: Has) -> Found:  # noqa: ARG002 - an API has no versions
        """The events as files of the case, a page each, then what was asked for.

        Raises:
            SourceError: the query fails.
        """
        try:
            query = self._client.start_query(QueryStatement=self._statement)["QueryId"]
            self._wait(query)
            for number, events in enumerate(self._pages(query)):
                body = b"\n".join(event.encode() for event in events) + b"\n"
                yield from in_memory(f"{self._source}/{query}/{number}".encode(), body)
        except TROUBLE as error:
            yield Stretch(self._place(), None, None, None, explained(error))
        else:
            yield Stretch(self._place(), None, None, self._selection.span)

    def _wait(self, query: str) -> None:
        pause = _FIRST_WAIT
        while True:
            found = self._client.describe_query(QueryId=query)
            if found["QueryStatus"] == "FINISHED":
                return
            if found["QueryStatus"] in _ENDED:
                why = found.get("ErrorMessage") or "CloudTrail Lake says no more"
                raise SourceError(f"{self._source}: the query ended as {found['QueryStatus']} ({why})")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_WAIT)

    def _pages(self, query: str) -> Iterator[list[str]]:
        token: dict[str, str] = {}
        while True:
            page = self._client.get_query_results(QueryId=query, MaxQueryResults=_PAGE, **token)
            events = [value for row in page["QueryResultRows"] if (value := _event(row))]
            if events:
                yield events
            if "NextToken" not in page:
                return
            token = {"NextToken": page["NextToken"]}

    def _place(self) -> str:
        chosen = [*sorted(self._selection.accounts), *sorted(self._selection.regions)]
        return f"{self._source}{'?' + '&'.join(chosen) if chosen else ''}"


def statement(store: str, selection: Selection) -> str:
    """The query: StartQuery binds no parameters, so that nothing is written into it that is not of a checked form.

    Raises:
        UsageError: an account or Region is none.
    """
    since, until = selection.span
    terms = []
    if since is not None:
        terms.append(f"eventtime >= '{_sql_time(since)}'")
    if until is not None:
        terms.append(f"eventtime <= '{_sql_time(until)}'")
    for column, pattern, values in (
        ("recipientaccountid", _ACCOUNT, selection.accounts),
        ("awsregion", _REGION, selection.regions),
    ):
        wrong = [value for value in values if not pattern.fullmatch(value)]
        if wrong:
            raise UsageError(f"{min(wrong)!r}: no account or Region")
        if values:
            terms.append(f"{column} IN ({', '.join(repr(value) for value in sorted(values))})")
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    return f"SELECT {_COLUMN} FROM {store}{where}"  # noqa: S608 - each part is of a checked form


def _sql_time(seconds: int) -> str:
    return iso(seconds).removesuffix("Z").replace("T", " ")


def _event(row: list[dict[str, str]]) -> str | None:
    """The event of a row, on one line."""
    text = next((value for cell in row for name, value in cell.items() if name.lower() == _COLUMN), None)
    return None if text is None else text.replace("\n", " ").replace("\r", " ")
