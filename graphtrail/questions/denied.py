"""``denied``."""

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
    places, nodes, _ = held.touched(refused)
    rows = []
    for group in by_action(trail, refused[places], nodes.astype(np.int64)):
        fields = said_of(trail, group)
        key = trail.store.key(group.key[0])
        there = worked if key.startswith("scope:") else np.intersect1d(worked, held.touching(list(group.key), None))
        later = _later(trail, there, fields["action"], int(held.column("time")[group.calls[0]]))
        rows.append(Refusal(resource=key, worked_later=later, **fields))
    yield from sorted(rows, key=lambda row: (row.first_seen, row.session or "", row.action, row.resource))


def _later(trail: Trail, worked: Rows, action: str, after: int) -> Text:
    held = trail.store.calls
    same = held.where_kind(worked, lambda kind: kind.action == action)
    times = held.column("time")[same]
    times = times[times >= after]
    return iso(int(times.min())) if len(times) else None
