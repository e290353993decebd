"""The search forward in time: everything that whoever held the seed could come to hold.

One label-setting search over the control relation: whoever holds a node at ``a`` may cross an edge if ``a <= until``
and holds its end from ``max(a, since)``. It runs once a level of confidence; what a surer level reaches keeps its path.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

from graphtrail.graph.layout import FOREVER
from graphtrail.graph.schema import RELATIONS, Confidence
from graphtrail.questions.rows import Hop
from graphtrail.questions.seeds import Seed
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.questions.way import Proofs, Way, onward
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import ControlEdge, SessionNode
from graphtrail.window import iso

# Edges that end a path: their end is reached, and nobody goes on from there.
LEAVES = frozenset(name for name, relation in RELATIONS.items() if relation.ends)
# Roles in which whoever calls reaches a resource.
REACHING = frozenset({"target", "source", "created", "passed"})


@dataclass(frozen=True, slots=True)
class Reached:
    """A node that is reached.

    Attributes:
        key: of the node.
        at: epoch seconds from which it is held.
        confidence: the surest level that reaches it.
        start: the node of the seed at which the path begins.
        way: from there; None of the seed itself.
    """

    key: str
    at: int
    confidence: Confidence
    start: str
    way: Way | None

    @property
    def steps(self) -> tuple[ControlEdge, ...]:
        """The edges of the way."""
        return self.way.steps() if self.way else ()

    @property
    def hops(self) -> int:
        """How many edges the way has."""
        return self.way.hops if self.way else 0

    @property
    def last(self) -> ControlEdge | None:
        """The last edge of the way."""
        return self.way.edge if self.way else None

    @property
    def least(self) -> Confidence:
        """The lowest confidence on the way."""
        return self.way.least if self.way else Confidence.EXACT


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


def reach(trail: Trail, seeds: Iterable[tuple[str, int]], *, fewest: bool = False) -> dict[str, Reached]:
    """Everything that is reached at the level asked for, the seeds first; what only less sure edges reach is noted.

    Args:
        trail: the question.
        seeds: what is held, and since when.
        fewest: by the fewest hops, then the earliest, instead of the earliest and then by the fewest hops.
    """
    until = trail.limits.window.until
    held = [(key, at) for key, at in seeds if until is None or at <= until]
    trail.store.grow(held, until)
    found: dict[str, Reached] = {}
    for level in sorted(Confidence, reverse=True):
        if level >= trail.limits.level:
            for reached in _search(trail, held, level, fewest=fewest):
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


class _Arrival(NamedTuple):
    """A way to a node, in the order in which ways are looked at.

    Attributes:
        rank: arrival and hops, or hops, whether it only ends there, and arrival.
        proofs: the first event of each edge.
        key: of the node.
        start: the node of the seed at which it begins.
        number: of two ways that are equal in all that counts the first stays the first.
        way: itself, None at the node of the seed.
        at: when it arrives.
    """

    rank: tuple[int, ...]
    proofs: Proofs
    key: str
    start: str
    number: int
    way: Way | None
    at: int


def _search(
    trail: Trail, seeds: list[tuple[str, int]], level: Confidence, *, fewest: bool = False
) -> Iterable[Reached]:
    """What one level reaches, each by the best way; ties by event ids.

    Whoever has only read of a thing, or made it, does not hold it; he may come to hold it later, and that counts then.
    A node that is held again earlier, by more hops, is walked on from again: less may have been over by then.
    """
    number = count()
    none = Proofs()
    queue = [
        _Arrival((0, False, at) if fewest else (at, 0), none, key, key, next(number), None, at) for key, at in seeds
    ]
    heapq.heapify(queue)
    found: dict[str, Reached] = {}
    held: dict[str, int] = {}
    while queue:
        one = heapq.heappop(queue)
        ended = one.way is not None and one.way.edge.type in LEAVES
        if (ended and one.key in found) or one.at >= held.get(one.key, FOREVER):
            continue
        if one.key not in found or not (fewest or one.key in held):
            found[one.key] = Reached(one.key, one.at, level, one.start, one.way)
        if ended:
            continue
        held[one.key] = one.at
        for edge in () if _is_hub(trail, one.key) else trail.store.onward(one.key):
            at = max(one.at, edge.since)
            if at < held.get(edge.target, FOREVER) and _crosses(trail, edge, one.at, level):
                way = onward(one.way, edge)
                rank = (way.hops, edge.type in LEAVES, at) if fewest else (at, way.hops)
                proofs = one.proofs.and_of(edge)
                heapq.heappush(queue, _Arrival(rank, proofs, edge.target, one.start, next(number), way, at))
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


def calls_from(trail: Trail, reached: Sequence[tuple[SessionNode, int]]) -> Rows:
    """The calls of sessions, of each from the time on from which it is held."""
    since = {session.key: at for session, at in reached}
    calls = trail.calls_of([session for session, _ in reached])
    numbers, places = np.unique(trail.sessions(calls), return_inverse=True)
    held = np.array([since[trail.store.key(number)] for number in numbers.tolist()], np.int64)
    return calls[trail.store.calls.column("time")[calls] >= held[places]]


def touched_by(trail: Trail, key: str, one: Reached, touching: Rows) -> tuple[Hop, ...]:
    """The way to a resource that a session touched: the way to the session, and its calls, the first of them first."""
    at = iso(int(trail.store.calls.column("time")[touching[0]]))
    last = Hop(
        node=key,
        session=None,
        principal=None,
        relation="ON",
        at=at,
        rule="record",
        confidence=str(Confidence.EXACT),
        tie=one.last is not None and iso(one.last.at) == at,
        event_ids=tuple(map(trail.store.calls.event_id, touching[:PROOFS].tolist())),
    )
    return (*trail.hops(one.start, one.steps), last)
