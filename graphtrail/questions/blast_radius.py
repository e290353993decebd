"""``blast-radius``."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.graph.schema import PRINCIPALS, Confidence
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.reach import REACHING, Reached, reach, starts, touched_by
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
) -> Iterator[Reach]:
    """What did whoever held this reach, forwards in time?

    One row for each session, identity and resource that is reached from the seed on (``--since``: from then on), with
    its path. A hop counts only inside the life of the session that makes it. Resources are those that a successful
    call of a reached session touched from the moment on at which that session was held.
    """
    found = find(trail, seed)
    about_sessions(trail, found.sessions)
    held = reach(trail, starts(trail, found))
    touched = _touched(trail, held)
    rows = [_row(trail, one) for one in held.values()]
    rows += [_resource(trail, key, *how) for key, how in touched.items() if key not in held]
    yield from sorted(rows, key=lambda row: (row.at, row.session or row.principal or row.resource or ""))


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
        relation=one.steps[-1].type if one.steps else None,
        path=trail.hops(one.start, one.steps),
        confidence=str(min((step.confidence for step in one.steps), default=Confidence.EXACT)),
    )


def _touched(trail: Trail, held: dict[str, Reached]) -> dict[str, tuple[Reached, Rows]]:
    """The resources that reached sessions touched, each with the session that did so first, and its calls."""
    found: dict[str, tuple[int, Reached, Rows]] = {}
    calls = trail.store.calls
    wanted = np.array([role in REACHING for role in calls.roles], np.bool_)
    for one in held.values():
        session = trail.store.session(one.key)
        if session is None or session.kind == "service":
            continue
        own = trail.calls_of([session])
        own = calls.where_kind(own[calls.column("time")[own] >= one.at], lambda kind: kind.outcome == "ok")
        places, nodes, roles = calls.touched(own)
        places, nodes = places[wanted[roles]], nodes[wanted[roles]]
        for node in np.unique(nodes).tolist():
            touching = own[np.unique(places[nodes == node])]
            at = int(calls.column("time")[touching[0]])
            key = trail.store.key(node)
            if not key.startswith("scope:") and (key not in found or at < found[key][0]):
                found[key] = (at, one, touching)
    return {key: (one, touching) for key, (_, one, touching) in found.items()}


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
        confidence=str(min((step.confidence for step in one.steps), default=Confidence.EXACT)),
    )
