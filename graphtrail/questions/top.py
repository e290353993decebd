"""``top``."""

from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np

from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_window
from graphtrail.questions.question import question
from graphtrail.questions.rows import Row, Text
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Numbers, Rows
from graphtrail.window import iso

_NODES = 2**31 - 1  # the most that an int32 numbers
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
    named, codes, of = _coded(trail, calls, by)
    if not len(codes):
        return ()
    times = trail.store.calls.column("time")[calls[of]]
    order = np.lexsort((times, codes))
    codes, times = codes[order], times[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    ends = np.append(starts[1:], len(order))

    def row(place: int) -> Count:
        start, end = starts[place], ends[place]
        first, last = iso(int(times[start])), iso(int(times[end - 1]))
        return Count(by=by, value=named(int(codes[start])), count=int(end - start), first_seen=first, last_seen=last)

    return Lazy(np.argsort(starts - ends, kind="stable").tolist(), row)


def _coded(trail: Trail, calls: Rows, by: str) -> tuple[Callable[[int], Text], Numbers, Rows]:
    """What a code stands for, in order of the codes; the codes of the calls, and which call each is of.

    A call may touch several resources.
    """
    held = trail.store.calls
    if by == "resource":
        touching, nodes, _ = held.touched(calls)
        pairs = np.sort(touching * (_NODES + 1) + nodes)
        of, nodes = np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], _NODES + 1)  # what is named twice counts once
        return trail.store.key, nodes, of
    everyone = np.arange(len(calls))
    found: list[Text]
    codes: Numbers
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
    values = sorted(set(found), key=lambda value: (value is not None, value or ""))
    rank = {value: code for code, value in enumerate(values)}
    return values.__getitem__, np.array([rank[value] for value in found], np.int64)[codes], everyone
