"""What the logs hold: events by account, Region, day and category, and the accounts that are only spoken of."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.case.facts import Facts
from graphtrail.graph.records import Records
from graphtrail.graph.silence import DAY

_DIGITS = 12


class Extent(NamedTuple):
    """How many events of one category one account's logs hold on one day in one Region.

    Attributes:
        account, region: as recorded, None where the records do not say.
        day: epoch seconds of its beginning, UTC.
        category: ``Management``, ``Data`` or ``NetworkActivity``.
        events: how many.
    """

    account: str | None
    region: str | None
    day: int
    category: str
    events: int


def extents(facts: Facts, records: Records) -> list[Extent]:
    """What is there, sorted."""
    rows = records.events
    days, day_codes = np.unique(facts.times[rows] // DAY, return_inverse=True)
    places = [(kind.account, kind.region, kind.category) for kind in facts.kinds]
    ordered = sorted(set(places), key=lambda place: tuple(part or "" for part in place))
    rank = {place: number for number, place in enumerate(ordered)}
    by_kind = np.array([rank[place] for place in places], np.int64)
    keys, counts = np.unique(by_kind[facts.kind[rows]] * max(len(days), 1) + day_codes, return_counts=True)
    found = []
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        account, region, category = ordered[key // len(days)]
        found.append(Extent(account, region, int(days[key % len(days)]) * DAY, category, count))
    return found


def spans(facts: Facts, records: Records) -> dict[str, tuple[int, int]]:
    """The first and the last record in each account's own logs, epoch seconds."""
    rows = records.events
    first = np.full(len(facts.kinds), np.iinfo(np.int64).max, np.int64)
    last = np.full(len(facts.kinds), np.iinfo(np.int64).min, np.int64)
    np.minimum.at(first, facts.kind[rows], facts.times[rows])
    np.maximum.at(last, facts.kind[rows], facts.times[rows])
    found: dict[str, tuple[int, int]] = {}
    for kind, begin, end in zip(facts.kinds, first.tolist(), last.tolist(), strict=True):
        if kind.account and begin <= end:
            known = found.get(kind.account, (begin, end))
            found[kind.account] = min(begin, known[0]), max(end, known[1])
    return found


def spoken_of(facts: Facts, principals: Iterable[str | None], observed: Iterable[str]) -> list[str]:
    """Accounts that callers or principals belong to, and whose own logs are not in the case, sorted."""
    named = {account for account in facts.callers.column("account").values if account}
    for key in principals:
        found = arns.parse(key or "")
        if found:
            named.add(found.account)
    return sorted(account for account in named - set(observed) if len(account) == _DIGITS and account.isdigit())
