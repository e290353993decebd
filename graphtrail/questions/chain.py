"""``chain``."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Annotated

from graphtrail import arn as arns
from graphtrail.graph.schema import Confidence
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.rows import Hop, Row, Text, Texts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge

_LINKS = frozenset({"ASSUMED", "ISSUED", "VIA"})


class Chain(Row, frozen=True, kw_only=True):
    """One chain of sessions, as far back and as far on as the logs tell.

    Attributes:
        origin, origin_status: of its oldest session.
        session: key of its last session.
        principal: of that session.
        depth: how many times credentials were handed on.
        accounts: that it crosses, in order of the chain.
        chain: its hops.
        confidence: the lowest on it.
    """

    origin: Text
    origin_status: str
    session: str
    principal: Text
    depth: int
    accounts: Texts
    chain: tuple[Hop, ...]
    confidence: str


@question(Chain, "origin origin_status chain depth accounts confidence")
def chain(trail: Trail, seed: Annotated[str, "session, key, principal, resource, address or event"]) -> Iterator[Chain]:
    """Which chains of sessions lead through this, how deep are they, and which accounts do they cross?

    One row for each chain, the deepest first: from its origin through a session of the seed to a session that hands
    nothing on.
    """
    found = find(trail, seed)
    about_sessions(trail, found.sessions)
    rows, seeds = {}, {session.key for session in found.sessions}
    for session in found.sessions:
        for onward in _onward(trail, session.key, seeds):
            row = _row(trail, session.key, onward)
            rows[tuple(hop.node for hop in row.chain)] = row
    yield from sorted(rows.values(), key=lambda row: (-row.depth, [hop.at or "" for hop in row.chain], row.session))


def _onward(trail: Trail, key: str, seeds: AbstractSet[str]) -> Iterator[tuple[ControlEdge, ...]]:
    """All ways on from a session to one that hands nothing on; services hand on for everybody.

    Where a way comes to another session of the seed by the way from which that session comes, it ends without a word:
    the chains through it are told of that session.
    """
    visited, steps = {key}, list[ControlEdge]()
    stack = [(edge, 0, True) for edge in _links(trail, key, visited)]
    if not stack:
        yield ()
    while stack:
        edge, before, straight = stack.pop()
        straight = straight and _comes_by(trail, edge)
        if straight and edge.target in seeds:
            continue
        visited.difference_update(step.target for step in steps[before:])
        steps[before:] = [edge]
        visited.add(edge.target)
        further = _links(trail, edge.target, visited)
        stack.extend((onward, before + 1, straight) for onward in further)
        if not further:
            yield tuple(steps)


def _comes_by(trail: Trail, edge: ControlEdge) -> bool:
    """Whether the way back from the target of an edge goes over the edge, and on as the way back from its source."""
    back = trail.origin(edge.target)
    return back.step == edge and back.before is trail.origin(edge.source)


def _links(trail: Trail, key: str, visited: AbstractSet[str]) -> list[ControlEdge]:
    """The edges by which a session hands on credentials, but for those to where the way has been."""
    session = trail.store.session(key)
    edges = () if session is None or session.kind == "service" else trail.store.out(key)
    return [
        edge
        for edge in edges
        if edge.type in _LINKS and edge.confidence >= trail.limits.level and edge.target not in visited
    ]


def _row(trail: Trail, key: str, onward: tuple[ControlEdge, ...]) -> Chain:
    behind = trail.origin(key)
    steps = (*behind.steps, *onward)
    hops = trail.hops(behind.first, steps)
    last = hops[-1]
    accounts = (found.account for hop in hops if (found := arns.parse(hop.principal or "")) and found.account)
    return Chain(
        origin=behind.principal,
        origin_status=behind.status,
        session=last.node,
        principal=last.principal,
        depth=sum(step.type in _LINKS for step in steps),
        accounts=tuple(dict.fromkeys(accounts)),
        chain=hops,
        confidence=str(min((step.confidence for step in steps), default=Confidence.EXACT)),
    )
