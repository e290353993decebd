"""``timeline``."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from graphtrail.graph.schema import RELATIONS
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import access_class, by_action, counted, said_first
from graphtrail.questions.question import question
from graphtrail.questions.reach import Reached, calls_from, closure, reach, starts
from graphtrail.questions.rows import Row, Text, Texts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.stores.call_table import Kind
from graphtrail.window import iso


class Moment(Row, frozen=True, kw_only=True):
    """One step that matters.

    Attributes:
        time: of its first call.
        last_seen: of its last call, where it stands for several.
        relation: the edge that control travelled on, or ``PERFORMED``.
        principal, session: who did it.
        target: key of what it led to: a session, a principal; None of calls.
        action, outcome, error_code, class_: of calls; of an edge the action that issued, or what was made.
        count: calls that the line stands for.
        addresses: where they came from.
        confidence: of the edge.
        event_ids, event_total: proofs.
    """

    time: str
    last_seen: str
    relation: str
    principal: Text
    session: Text
    target: Text
    action: Text
    outcome: Text
    error_code: Text
    class_: Text = msgspec.field(name="class")
    count: int
    addresses: Texts
    confidence: str
    event_ids: Texts
    event_total: int


@question(Moment, "time relation principal session target action outcome error_code count event_ids", needs="calls")
def timeline(
    trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]
) -> Iterator[Moment]:
    """What happened, step by step?

    Of the seed and all that it reached, by time: how control travelled, and for each session what it changed, what data
    it read, and what was refused. Calls that only look around are left out; ``events`` has them.
    """
    found = find(trail, seed)
    held = reach(trail, starts(trail, found))
    sessions = closure(trail, found)
    about_sessions(trail, [session for session, _ in sessions])
    rows = [row for one in held.values() for row in _step(trail, one)]
    for group in by_action(trail, calls_from(trail, sessions)):
        if any(map(_matters, group.kinds)):
            session = trail.session_at(group.session)
            many, kind = counted(trail, group.calls), said_first(group)
            rows.append(
                Moment(
                    time=many["first_seen"],
                    last_seen=many["last_seen"],
                    relation="PERFORMED",
                    principal=session.principal,
                    session=session.key,
                    target=None,
                    action=kind.action,
                    outcome=kind.outcome,
                    error_code=kind.error_code,
                    class_=access_class(kind),
                    count=many["count"],
                    addresses=many["addresses"],
                    confidence="exact",
                    event_ids=many["event_ids"],
                    event_total=many["event_total"],
                )
            )
    yield from sorted(
        rows,
        key=lambda row: (row.time, row.relation == "PERFORMED", row.session or "", row.action or "", row.target or ""),
    )


def _matters(kind: Kind) -> bool:
    looks = kind.read_only is True and kind.category != "Data" and access_class(kind) != "read_data"
    return kind.outcome == "denied" or not looks


def _step(trail: Trail, one: Reached) -> Iterator[Moment]:
    edge = one.last
    if edge is None:
        return
    source = trail.store.session(edge.source)
    yield Moment(
        time=iso(edge.at),
        last_seen=iso(edge.at),
        relation=edge.type,
        principal=source.principal if source else edge.source,
        session=source.key if source else None,
        target=edge.target,
        action=None if RELATIONS[edge.type].resource else edge.detail or None,
        outcome=None,
        error_code=None,
        class_=None,
        count=len(edge.event_ids),
        addresses=(),
        confidence=str(edge.confidence),
        event_ids=edge.event_ids[:PROOFS],
        event_total=len(edge.event_ids),
    )
