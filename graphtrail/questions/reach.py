"""The search forward in time: everything that whoever held the seed could come to hold.

One label-setting search over the control relation: whoever holds a node at ``a`` may cross an edge if ``a <= until``
and holds its end from ``max(a, since)``. It runs once a level of confidence; what a surer level reaches keeps its path.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

import numpy as np

from graphtrail.graph.schema import RELATIONS, Confidence
from graphtrail.questions.seeds import Seed
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import ControlEdge, SessionNode

# Edges that end a path: their end is reached, and nobody goes on from there.
LEAVES = frozenset(name for name, relation in RELATIONS.items() if relation.ends)


@dataclass(frozen=True, slots=True)
class Reached:
    """A node that is reached.

    Attributes:
        key: of the node.
        at: epoch seconds from which it is held.
        confidence: the surest level that reaches it.
        start: the node of the seed at which the path begins.
        steps: the edges from there.
    """

    key: str
    at: int
    confidence: Confidence
    start: str
    steps: tuple[ControlEdge, ...]


def starts(trail: Trail, seed: Seed) -> list[tuple[str, int]]:
    """The nodes that a seed stands for, each with the time from which it is held.

    A principal stands for its sessions, each held from the later of the seed's time and its first sight, unless it had
    expired; a workload for itself.
    """
    since = trail.limits.window.since
    if seed.kind == "workload":
        return [(seed.key, since if since is not None else trail.store.case.first or 0)]
    if seed.kind == "event":
        call = trail.store.calls.find(seed.key)
        time = int(trail.store.calls.column("time")[call]) if call is not None else 0
        return [(session.key, max(time, since or time)) for session in seed.sessions]
    found = []
    for session in seed.sessions:
        first = begin(session)
        if since is None or since <= end(session):
            found.append((session.key, first if since is None else max(first, since)))
    return found


def begin(session: SessionNode) -> int:
    """The first moment at which a session is known to be held, epoch seconds."""
    return min((time for time in (session.created, session.first_seen) if time is not None), default=0)


def is_lasting(session: SessionNode) -> bool:
    """Whether it is a key that does not end until somebody deletes it, used or not."""
    return session.key.startswith("key:") and not session.key.startswith(("key:ASIA", "key:ABIA"))


def end(session: SessionNode) -> int:
    """The later of its end and its last call, epoch seconds."""
    return 2**62 if session.expires is None else max(session.expires, session.last_seen or 0)


def reach(trail: Trail, seeds: Iterable[tuple[str, int]]) -> dict[str, Reached]:
    """Everything that is reached at the level asked for, the seeds first; what only less sure edges reach is noted."""
    held = list(seeds)
    trail.store.grow(held, trail.limits.window.until)
    found: dict[str, Reached] = {}
    for level in sorted(Confidence, reverse=True):
        if level >= trail.limits.level:
            for reached in _search(trail, held, level):
                found.setdefault(reached.key, reached)
    if trail.limits.level > Confidence.HEURISTIC:
        more = {reached.key for reached in _search(trail, held, Confidence.HEURISTIC)} - set(found)
        if more:
            trail.note(
                "heuristic-only",
                f"{len(more)} more session(s) or resource(s) are reached only by links that are mere hints "
                "(--min-confidence heuristic shows them)",
            )
    return found


def _search(trail: Trail, seeds: list[tuple[str, int]], level: Confidence) -> Iterable[Reached]:
    """What one level reaches, in order of arrival; ties by hops, then by event ids.

    Whoever has only read of a thing, or made it, does not hold it; he may come to hold it later, and that counts then.
    """
    number = count()  # of two edges that are equal in all that counts the first stays the first
    queue: list[tuple[int, int, tuple[str, ...], str, str, int, tuple[ControlEdge, ...]]] = [
        (at, 0, (), key, key, next(number), ()) for key, at in seeds
    ]
    heapq.heapify(queue)
    found: dict[str, Reached] = {}
    held: set[str] = set()
    while queue:
        at, hops, proofs, key, start, _, steps = heapq.heappop(queue)
        ended = bool(steps) and steps[-1].type in LEAVES
        if key in (found if ended else held):
            continue
        found[key] = Reached(key, at, level, start, steps)
        if ended:
            continue
        held.add(key)
        for edge in () if _is_hub(trail, key) else trail.store.onward(key):
            if edge.target not in held and _crosses(trail, edge, at, level):
                entry = (
                    max(at, edge.since),
                    hops + 1,
                    (*proofs, *edge.event_ids[:1]),
                    edge.target,
                    start,
                    next(number),
                    (*steps, edge),
                )
                heapq.heappush(queue, entry)
    return found.values()


def _crosses(trail: Trail, edge: ControlEdge, at: int, level: Confidence) -> bool:
    if not (RELATIONS[edge.type].walked or edge.type in LEAVES):
        return False
    until = trail.limits.window.until
    soon = until is None or max(edge.at, edge.since) <= until
    return edge.confidence >= level and at <= edge.until and soon


def _is_hub(trail: Trail, key: str) -> bool:
    """Services act for everybody: whoever reaches one has not reached what it does for others."""
    session = trail.store.session(key)
    return session is not None and session.kind == "service"


def closure(trail: Trail, seed: Seed) -> list[tuple[SessionNode, int]]:
    """The sessions that a seed stands for and all that it reaches, each with the time from which it is held."""
    reached = reach(trail, starts(trail, seed))
    sessions = ((trail.store.session(key), one.at) for key, one in reached.items())
    return [(session, at) for session, at in sessions if session is not None]


def calls_from(trail: Trail, reached: Iterable[tuple[SessionNode, int]]) -> Rows:
    """The calls of sessions, of each from the time on from which it is held."""
    times = trail.store.calls.column("time")
    parts = [(own := trail.calls_of([session]))[times[own] >= at] for session, at in reached]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
