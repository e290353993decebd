"""``denied``."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.rows import Text
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch
from graphtrail.stores.call_table import Rows
from graphtrail.window import iso

_ANYTHING = -1  # no node


class Refusal(Touch, frozen=True, kw_only=True):
    """What one session tried on one resource, and was refused.

    Attributes:
        resource: key of what it tried to act on; a scope where the record names nothing.
        worked_later: first time at which the same action worked on the same resource (of a scope: on any) for anybody
            of the closure, None if it never did.
    """

    resource: str
    worked_later: Text


@question(Refusal, "action resource error_code origin principal count first_seen last_seen worked_later")
def denied(
    trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]
) -> Iterator[Refusal]:
    """What was tried and refused, and which of it worked later?

    Of the seed and all that it reached: one row for each session, action, error code and resource.
    """
    reached = closure(trail, find(trail, seed))
    about_sessions(trail, [session for session, _ in reached])
    calls = calls_from(trail, reached)
    held = trail.store.calls
    refused = held.where_kind(calls, lambda kind: kind.outcome == "denied")
    worked = held.where_kind(calls, lambda kind: kind.outcome == "ok")
    later = _Later(trail, worked)
    places, nodes, _ = held.touched(refused)
    rows = []
    for group in by_action(trail, refused[places], nodes.astype(np.int64)):
        fields = said_of(trail, group)
        key = trail.store.key(group.key[0])
        node = _ANYTHING if key.startswith("scope:") else group.key[0]
        first = int(held.column("time")[group.calls[0]])
        rows.append(Refusal(resource=key, worked_later=later(node, fields["action"], first), **fields))
    yield from sorted(rows, key=lambda row: (row.first_seen, row.session or "", row.action, row.resource))


class _Later:
    """When actions worked, by what they were on."""

    def __init__(self, trail: Trail, worked: Rows) -> None:
        held = trail.store.calls
        places, nodes, _ = held.touched(worked)
        times = held.column("time")[worked].tolist()
        actions = [held.kinds[code].action for code in held.column("kind")[worked].tolist()]
        found: dict[tuple[int, str], set[int]] = defaultdict(set)
        for time, action in zip(times, actions, strict=True):
            found[_ANYTHING, action].add(time)
        for place, node in zip(places.tolist(), nodes.tolist(), strict=True):
            found[node, actions[place]].add(times[place])
        self._times = {named: sorted(several) for named, several in found.items()}

    def __call__(self, node: int, action: str, after: int) -> Text:
        """The first time from a time on at which an action worked on a node."""
        times = self._times.get((node, action), [])
        place = bisect_left(times, after)
        return iso(times[place]) if place < len(times) else None
