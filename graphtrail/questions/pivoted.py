"""Edges of pivots as rows: by whom, by which call."""

from bisect import bisect_left
from collections import defaultdict
from typing import Any

from graphtrail.graph.layout import FOREVER
from graphtrail.questions.gaps import about_sessions, about_window
from graphtrail.questions.reach import closure
from graphtrail.questions.rows import Text, Texts, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.stores.store import ControlEdge, SessionNode
from graphtrail.window import iso


class Pivoted(Traced, frozen=True, kw_only=True):
    """One pivot, and by whom.

    Attributes:
        time, event_id: of the call.
        action: ``s3:PutBucketPolicy``; ``event_name`` as recorded.
        account, region: in whose log it stands.
        event_ids, event_total: proofs.
    """

    time: str
    event_id: Text
    action: str
    event_name: str
    account: Text
    region: Text
    event_ids: Texts
    event_total: int


def pivoted(trail: Trail, seed: str | None, types: frozenset[str]) -> list[tuple[ControlEdge, SessionNode]]:
    """The edges of some types that the answer is about, by time, each with the session that called.

    Args:
        trail: the question.
        seed: only those of it and of all that it reached; everything without it.
        types: of edges.
    """
    about_window(trail)
    if seed is None:
        edges = trail.store.edges_of(types)
    else:
        edges = (
            edge
            for session, at in closure(trail, find(trail, seed))
            for edge in trail.store.out(session.key)
            if edge.type in types and edge.at >= at
        )
    found = [(edge, session) for edge in edges if (session := trail.store.session(edge.source)) and _asked(trail, edge)]
    about_sessions(trail, [session for _, session in found])
    return sorted(found, key=lambda pair: (pair[0].at, pair[0].event_ids, pair[0].target, pair[0].detail))


def _asked(trail: Trail, edge: ControlEdge) -> bool:
    if edge.at not in trail.limits.window:
        return False
    if not trail.limits.accounts and not trail.limits.regions:
        return True
    kind = trail.kind_of(edge)
    return kind is not None and trail.asked(kind)


def called(trail: Trail, edge: ControlEdge, session: SessionNode) -> dict[str, Any]:
    """What ``Pivoted`` says of an edge."""
    kind = trail.kind_of(edge)
    return {
        **trail.traced(session),
        "time": iso(edge.at),
        "event_id": edge.event_ids[0] if edge.event_ids else None,
        "action": kind.action if kind else "",
        "event_name": kind.name if kind else "",
        "account": kind.account if kind else None,
        "region": kind.region if kind else None,
        "event_ids": edge.event_ids[:PROOFS],
        "event_total": len(edge.event_ids),
    }


class Unshared:
    """When what was shared with somebody no longer was, whoever took it back."""

    def __init__(self, trail: Trail) -> None:
        """Nothing is known yet: what a party and a resource are asked for is looked up once."""
        self._store = trail.store
        self._taken: dict[str, dict[str, list[int]]] = {}
        self._replaced: dict[str, dict[str, dict[int, int]]] = {}

    def __call__(self, share: ControlEdge) -> Text:
        """When a share ended: it was taken back, or its policy gave way to one that lets the party in no longer."""
        times = self._taken_back(share.target).get(share.detail, [])
        place = bisect_left(times, share.at)
        end = times[place] if place < len(times) else self._ends(share.detail).get(share.target, {}).get(share.at)
        return iso(end) if end is not None and (place < len(times) or share.at < end < FOREVER) else None

    def _taken_back(self, party: str) -> dict[str, list[int]]:
        """When something was taken back from a party, by what it was."""
        if party not in self._taken:
            times: dict[str, list[int]] = defaultdict(list)
            for edge in self._store.into(party):
                if edge.type == "UNSHARED_WITH":
                    times[edge.detail].append(edge.at)
            self._taken[party] = {resource: sorted(several) for resource, several in times.items()}
        return self._taken[party]

    def _ends(self, resource: str) -> dict[str, dict[int, int]]:
        """Of each policy of a resource when none lets a party in any more that it lets in, by party and begin."""
        if resource not in self._replaced:
            allowed: dict[str, dict[int, int]] = defaultdict(dict)
            for edge in self._store.into(resource):
                if edge.type == "POLICY_ALLOWS":
                    allowed[edge.source][edge.at] = edge.until
            self._replaced[resource] = {party: _lasting(spans) for party, spans in allowed.items()}
        return self._replaced[resource]


def _lasting(spans: dict[int, int]) -> dict[int, int]:
    """When spans of time end of which one begins where another ends, by their begins."""
    ends: dict[int, int] = {}
    for begin in sorted(spans, reverse=True):
        ends[begin] = ends.get(spans[begin], spans[begin]) if spans[begin] > begin else begin
    return ends
