"""``path``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.graph.schema import Confidence
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import distinct
from graphtrail.questions.question import question
from graphtrail.questions.reach import Reached, reach, starts
from graphtrail.questions.rows import Hop, Row, Text
from graphtrail.questions.seeds import Seed
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail


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
    end: Annotated[str, "the same, or what it may have reached"],
) -> Iterator[Connection]:
    """How are these two connected?

    The path of fewest hops along which control can have travelled in time, in either direction; where there is none,
    what the two have in common.
    """
    first, second = find(trail, start), find(trail, end)
    about_sessions(trail, (*first.sessions, *second.sessions))
    ways = [way for pair in ((first, second), (second, first)) if (way := _shortest(trail, *pair))]
    if ways:
        yield from (_way(trail, way) for way in sorted(ways, key=lambda one: (len(one.steps), one.at)))
    else:
        yield from _shared(trail, first, second)


def _shortest(trail: Trail, source: Seed, target: Seed) -> Reached | None:
    wanted = {target.key, *(session.key for session in target.sessions if target.kind != "resource")}
    found = [one for key, one in reach(trail, starts(trail, source), fewest=True).items() if key in wanted]
    return min(found, key=lambda one: (len(one.steps), one.at, one.key), default=None)


def _way(trail: Trail, way: Reached) -> Connection:
    return Connection(
        relation="path",
        start=way.start,
        end=way.key,
        shared=None,
        value=None,
        path=trail.hops(way.start, way.steps),
        confidence=str(min((step.confidence for step in way.steps), default=Confidence.EXACT)),
    )


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
