"""``blast-radius``."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from graphtrail.graph.schema import PRINCIPALS
from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.reach import REACHING, Reached, calls_from, reach, starts, touched_by
from graphtrail.questions.rows import Hop, Row, Text
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows
from graphtrail.window import iso


class Reach(Row, frozen=True, kw_only=True):
    """One thing that is reached: a session, a principal or a resource; the other two are None.

    Attributes:
        session, principal, resource: its key.
        label: its kind: ``Session``, ``User``, ``Bucket``, ...
        at: when it is reached.
        relation: the edge that reaches it, None of the seed itself; ``ON`` of a resource that a call touched.
        path: from the seed.
        confidence: the lowest on the path.
    """

    session: Text
    principal: Text
    resource: Text
    label: str
    at: str
    relation: Text
    path: tuple[Hop, ...]
    confidence: str


@question(Reach, "at label relation session principal resource path confidence", needs="calls")
def blast_radius(
    trail: Trail, seed: Annotated[str, "session, key, principal, instance or function, address, event"]
) -> Sequence[Reach]:
    """What did whoever held this reach, forwards in time?

    One row for each session, identity and resource that is reached from the seed on (``--since``: from then on), with
    its path. A hop counts only inside the life of the session that makes it. Resources are those that a successful
    call of a reached session touched from the moment on at which that session was held.
    """
    start = find(trail, seed)
    about_sessions(trail, start.sessions)
    held = reach(trail, starts(trail, start))
    touched = _touched(trail, held)
    trail.rests_on(one.way for one in held.values())
    times = trail.store.calls.column("time")
    found = [(one.at, key) for key, one in held.items()]
    found += [(int(times[calls[0]]), key) for key, (_, calls) in touched.items() if key not in held]
    found.sort()

    def row(place: int) -> Reach:
        _, key = found[place]
        return _row(trail, held[key]) if key in held else _resource(trail, key, *touched[key])

    return Lazy(range(len(found)), row)


def _row(trail: Trail, one: Reached) -> Reach:
    session = trail.store.session(one.key)
    entity = None if session else trail.store.entity(one.key)
    label = "Session" if session else entity.label if entity else "Resource"
    principal = entity is not None and label in PRINCIPALS
    return Reach(
        session=one.key if session else None,
        principal=one.key if principal else None,
        resource=None if session or principal else one.key,
        label=label,
        at=iso(one.at),
        relation=one.last.type if one.last else None,
        path=trail.hops(one.start, one.steps),
        confidence=str(one.least),
    )


def _touched(trail: Trail, held: dict[str, Reached]) -> dict[str, tuple[Reached, Rows]]:
    """The resources that reached sessions touched, each with the session that did so first, and its calls."""
    acting = [
        (session, one)
        for one in held.values()
        if (session := trail.store.session(one.key)) is not None and session.kind != "service"
    ]
    rank = {trail.store.number(session.key): place for place, (session, _) in enumerate(acting)}
    calls = trail.store.calls
    own = calls_from(trail, [(session, one.at) for session, one in acting])
    own = np.sort(calls.where_kind(own, lambda kind: kind.outcome == "ok"))
    places, nodes, roles = calls.touched(own)
    wanted = np.array([role in REACHING for role in calls.roles], np.bool_)[roles]
    touching, nodes = own[places[wanted]], nodes[wanted]
    numbers, codes = np.unique(trail.sessions(touching), return_inverse=True)
    ranks = np.array([rank[number] for number in numbers.tolist()], np.int64)[codes]
    order = np.lexsort((touching, ranks, nodes))
    touching, ranks, nodes = touching[order], ranks[order], nodes[order]
    starts = np.flatnonzero((np.diff(nodes, prepend=-1) != 0) | (np.diff(ranks, prepend=-1) != 0))
    ends = np.append(starts[1:], len(order))
    times = calls.column("time")[touching[starts]]
    # of each node the session whose first call is the earliest, of several that which is reached first
    best = np.lexsort((ranks[starts], times, nodes[starts]))
    best = best[np.diff(nodes[starts[best]], prepend=-1) != 0]
    return {
        key: (acting[int(ranks[starts[at]])][1], np.unique(touching[starts[at] : ends[at]]))
        for at in best.tolist()
        if not (key := trail.store.key(int(nodes[starts[at]]))).startswith("scope:")
    }


def _resource(trail: Trail, key: str, one: Reached, touching: Rows) -> Reach:
    calls = trail.store.calls
    at = iso(int(calls.column("time")[touching[0]]))
    entity = trail.store.entity(key)
    return Reach(
        session=None,
        principal=None,
        resource=key,
        label=entity.label if entity else "AccessKey",
        at=at,
        relation="ON",
        path=touched_by(trail, key, one, touching),
        confidence=str(one.least),
    )
