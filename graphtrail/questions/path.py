"""``path``."""

from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import numpy as np

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import distinct
from graphtrail.questions.question import question
from graphtrail.questions.reach import REACHING, Reached, reach, starts, touched_by
from graphtrail.questions.rows import Hop, Row, Text
from graphtrail.questions.seeds import Seed, touching
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows


class Connection(Row, frozen=True, kw_only=True):
    """A way from one seed to the other, or something that they share.

    Attributes:
        relation: ``path``, or ``shares`` where there is none.
        start, end: the nodes that the path connects; of what is shared the seeds as they were given.
        shared: what is shared: ``origin``, ``principal``, ``address`` or ``agent``.
        value: which.
        path: hops, empty of what is shared.
        confidence: the lowest on the path.
    """

    relation: str
    start: str
    end: str
    shared: Text
    value: Text
    path: tuple[Hop, ...]
    confidence: Text


@question(Connection, "relation start end path shared value confidence")
def path(
    trail: Trail,
    start: Annotated[str, "session, key, principal, workload, address or event"],
    end: Annotated[str, "session, key, principal, workload, address, event or resource"],
) -> Iterator[Connection]:
    """How are these two connected?

    The path of fewest hops along which control can have travelled in time, in either direction; to a resource also by
    a call that worked of a session that is reached. Where there is none, what the two have in common.
    """
    first, second = find(trail, start), find(trail, end)
    about_sessions(trail, (*first.sessions, *second.sessions))
    ways = [way for pair in ((first, second), (second, first)) for way in _shortest(trail, *pair)]
    if ways:
        yield from sorted(ways, key=lambda one: (len(one.path), one.path[-1].at or ""))
    else:
        yield from _shared(trail, first, second)


class _Way(NamedTuple):
    """A way, in the order in which it is preferred: hops, whether a call is the last of them, and when it arrives."""

    hops: int
    called: bool
    at: int
    end: str
    reached: Reached
    calls: Rows | None = None


def _shortest(trail: Trail, source: Seed, target: Seed) -> Iterator[Connection]:
    """The best way, if there is one; a resource holds nothing, and nothing goes out from it."""
    if source.kind == "resource":
        return
    held = reach(trail, starts(trail, source), fewest=True)
    wanted = {target.key, *(session.key for session in target.sessions if target.kind != "resource")}
    ways = [
        _Way(hops=one.hops, called=False, at=one.at, end=key, reached=one) for key, one in held.items() if key in wanted
    ]
    if target.kind == "resource":
        ways += _calling(trail, target.key, [*held.values(), *reach(trail, starts(trail, source)).values()])
    for way in sorted(ways, key=lambda one: one[:4])[:1]:
        one = way.reached
        yield Connection(
            relation="path",
            start=one.start,
            end=way.end,
            shared=None,
            value=None,
            path=trail.hops(one.start, one.steps) if way.calls is None else touched_by(trail, way.end, one, way.calls),
            confidence=str(one.least),
        )


def _calling(trail: Trail, key: str, held: Iterable[Reached]) -> Iterator[_Way]:
    """The ways to a resource by calls that worked of sessions that are reached, each from then on."""
    calls = trail.store.calls
    worked = calls.where_kind(trail.within(touching(trail, key, REACHING)), lambda kind: kind.outcome == "ok")
    worked = calls.by_time(worked)
    acting = trail.sessions(worked)
    order = np.argsort(acting, kind="stable")
    worked, acting = worked[order], acting[order]
    times = calls.column("time")[worked]
    for one in held:
        session, number = trail.store.session(one.key), trail.store.number(one.key)
        if session is not None and session.kind != "service" and number is not None:
            places = slice(*np.searchsorted(acting, [number, number + 1]).tolist())
            own = worked[places][times[places] >= one.at]
            if len(own):
                at = int(calls.column("time")[own[0]])
                yield _Way(hops=one.hops + 1, called=True, at=at, end=key, reached=one, calls=own)


def _shared(trail: Trail, first: Seed, second: Seed) -> Iterator[Connection]:
    for what, values in _features(trail, first).items():
        for value in sorted(values & _features(trail, second)[what]):
            yield Connection(
                relation="shares", start=first.text, end=second.text, shared=what, value=value, path=(), confidence=None
            )


def _features(trail: Trail, seed: Seed) -> dict[str, set[str]]:
    calls = trail.store.calls
    clients = [calls.clients[code] for code in set(calls.column("client")[trail.calls_of(seed.sessions)].tolist())]
    return {
        "origin": set(distinct(trail.origin(session.key).principal for session in seed.sessions)),
        "principal": set(distinct(session.principal for session in seed.sessions)),
        "address": set(distinct(client.address for client in clients)),
        "agent": set(distinct(client.agent for client in clients)),
    }
