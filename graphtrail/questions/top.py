"""``top``."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_window
from graphtrail.questions.question import question
from graphtrail.questions.rows import Row, Text
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Numbers, Rows
from graphtrail.window import iso

_BY = ("principal", "action", "resource", "address", "error")


class Count(Row, frozen=True, kw_only=True):
    """How many calls have one value.

    Attributes:
        by: what was counted by.
        value: which; None stands for calls without one.
        count: distinct calls.
        first_seen, last_seen: of them.
    """

    by: str
    value: Text
    count: int
    first_seen: str
    last_seen: str


@question(Count, "by value count first_seen last_seen", needs="calls")
def top(
    trail: Trail,
    *,
    by: Annotated[str, "what to count by", *_BY] = "principal",
) -> Sequence[Count]:
    """Who and what occurs most?

    One row for each value, the most frequent first.
    """
    about_window(trail)
    calls = trail.within(trail.store.calls.all(trail.limits.window))
    values, codes, of = _coded(trail, calls, by)
    if not len(codes):
        return ()
    times = trail.store.calls.column("time")[calls[of]]
    order = np.lexsort((times, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    counts, times = (ends - starts).tolist(), times[order]
    named = [values[code] for code in codes[order[starts]].tolist()]

    def row(place: int) -> Count:
        first, last = iso(int(times[starts[place]])), iso(int(times[ends[place] - 1]))
        return Count(by=by, value=named[place], count=counts[place], first_seen=first, last_seen=last)

    return Lazy(sorted(range(len(named)), key=lambda place: (-counts[place], named[place] or "")), row)


def _coded(trail: Trail, calls: Rows, by: str) -> tuple[list[Text], Numbers, Rows]:
    """The values, the code of each, and which call it is of: a call may touch several resources."""
    held = trail.store.calls
    everyone = np.arange(len(calls))
    found: list[Text]
    codes: Numbers
    if by == "resource":
        places, nodes, _ = held.touched(calls)
        used, codes = np.unique(nodes, return_inverse=True)
        pairs = np.unique(places * len(used) + codes)  # a call that names something twice counts once
        of, codes = np.divmod(pairs, max(len(used), 1))
        return [trail.store.key(node) for node in used.tolist()], codes, of
    if by == "principal":
        used, codes = np.unique(trail.sessions(calls), return_inverse=True)
        found = [trail.store.principal(number) for number in used.tolist()]
    elif by == "address":
        found, codes = [client.address for client in held.clients], held.column("client")[calls]
    elif by == "action":
        found, codes = [kind.action for kind in held.kinds], held.column("kind")[calls]
    else:
        failing = held.where_kind(calls, lambda kind: kind.error_code is not None)
        everyone = np.flatnonzero(np.isin(calls, failing))
        found, codes = [kind.error_code for kind in held.kinds], held.column("kind")[failing]
    names: dict[Text, int] = {}
    moved = np.array([names.setdefault(value, len(names)) for value in found], np.int64)
    return list(names), moved[codes], everyone
