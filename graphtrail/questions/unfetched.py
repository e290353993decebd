"""What was not fetched of the buckets and APIs that a case was made from, and when it matters for an answer."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from graphtrail.case.fetched import Fetched, Place
from graphtrail.sources.blob import Span
from graphtrail.window import Window, iso

_ALL = Window()
_NAMED = 3
# LookupEvents; source: API reference of CloudTrail: it gives management and Insights events of the last 90 days only.
_NO_DATA = "cloudtrail://"


def lacking(fetched: Fetched, window: Window = _ALL) -> Iterator[tuple[str, Place]]:
    """The places of which not everything of a window was fetched, by name."""
    for name, place in sorted(fetched.items()):
        if place.reason is not None or not place.covers(window) or _is_narrowed(name):
            yield name, place


def unfetched_rows(fetched: Fetched) -> list[dict[str, Any]]:
    """The places of which not everything was fetched, for ``status``."""
    return [
        {
            "place": name,
            "account": place.account,
            "region": place.region,
            "fetched": [{"since": _end(since), "until": _end(until)} for since, until in place.spans],
            "reason": place.reason,
        }
        for name, place in lacking(fetched)
    ]


def sentences(fetched: Fetched, window: Window = _ALL) -> Iterator[tuple[str | None, str | None, str]]:
    """Account, Region and a sentence for what was not fetched of a window; equal ones of an account stand together."""
    groups: dict[tuple[str | None, tuple[Span, ...], str | None, bool], list[tuple[str, Place]]] = defaultdict(list)
    for name, place in lacking(fetched, window):
        groups[place.account, place.spans, place.reason, _is_narrowed(name)].append((name, place))
    for (account, spans, reason, _), places in groups.items():
        regions = sorted({place.region for _, place in places if place.region})
        names = ", ".join(name for name, _ in places[:_NAMED])
        more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
        narrowed = ", of the records that the name says" if spans and _is_narrowed(places[0][0]) else ""
        held = f"only {_said(spans)} was fetched{narrowed}" if spans else "nothing was fetched"
        why = f" ({reason})" if reason else ""
        yield account, regions[0] if len(regions) == 1 else None, f"{names}{more}: {held}{why}"


def without_data_events(fetched: Fetched) -> bool:
    """Whether records were looked up in an API that has no data events."""
    return any(name.startswith(_NO_DATA) and place.spans for name, place in fetched.items())


def _is_narrowed(name: str) -> bool:
    """Whether an API was asked for some records only."""
    return "?" in name and not name.startswith("s3://")


def _said(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{_end(since) or 'the beginning'} to {_end(until) or 'the end'}" for since, until in spans)


def _end(seconds: int | None) -> str | None:
    return None if seconds is None else iso(seconds)
