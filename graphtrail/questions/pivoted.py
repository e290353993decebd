"""Edges of pivots as rows: by whom, by which call."""

from bisect import bisect_left
from collections import defaultdict
from operator import attrgetter
from typing import Any

from graphtrail.graph.layout import FOREVER
from graphtrail.questions.gaps import about_sessions, about_window
from graphtrail.questions.reach import closure
from graphtrail.questions.rows import Text, Texts, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.stores.store import ControlEdge, SessionNode
from graphtrail.window import iso

_AT = attrgetter("at")


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
        self._taken: dict[str, dict[str, list[ControlEdge]]] = {}
        self._replaced: dict[str, dict[str, dict[int, int]]] = {}

    def __call__(self, share: ControlEdge) -> Text:
        """When a share ended: it was taken back, or its policy gave way to one that lets the party in no longer."""
        taken = self.taken_back(share)
        place = bisect_left(taken, share.at, key=_AT)
        end = taken[place].at if place < len(taken) else self.policy_end(share)
        return None if end is None else iso(end)

    def taken_back(self, share: ControlEdge) -> list[ControlEdge]:
        """The calls that took something back from whom it was shared with, whenever they were, by time."""
        if share.target not in self._taken:
            taken: dict[str, list[ControlEdge]] = defaultdict(list)
            into = (edge for edge in self._store.into(share.target) if edge.type == "UNSHARED_WITH")
            for edge in sorted(into, key=_AT):
                taken[edge.detail].append(edge)
            self._taken[share.target] = taken
        return self._taken[share.target].get(share.detail, [])

    def policy_end(self, share: ControlEdge) -> int | None:
        """When the policy that shared something gave way to one that does not let the party in, or to none."""
        if share.detail not in self._replaced:
            allowed: dict[str, dict[int, int]] = defaultdict(dict)
            for edge in self._store.into(share.detail):
                if edge.type == "POLICY_ALLOWS":
                    allowed[edge.source][edge.at] = edge.until
            self._replaced[share.detail] = {party: _lasting(spans) for party, spans in allowed.items()}
        end = self._replaced[share.detail].get(share.target, {}).get(share.at)
        return end if end is not None and share.at < end < FOREVER else None


def _lasting(spans: dict[int, int]) -> dict[int, int]:
    """When spans of time end of which one begins where another ends, by their begins."""
    ends: dict[int, int] = {}
    for begin in sorted(spans, reverse=True):
        ends[begin] = ends.get(spans[begin], spans[begin]) if spans[begin] > begin else begin
    return ends


class Undid:
    """Which calls were undone by which, as the edges to what they were on say; each thing is looked at once."""

    def __init__(self, trail: Trail) -> None:
        """Look at nothing yet."""
        self._store = trail.store
        self._undone: dict[str, dict[str, list[ControlEdge]]] = {}
        self._undid: dict[str, dict[str, set[str]]] = {}

    def of(self, edge: ControlEdge) -> list[ControlEdge]:
        """The edges that undid what the calls of an edge did."""
        undone = self._undone[self._looked_at(edge)]
        return [other for event_id in edge.event_ids for other in undone.get(event_id, ())]

    def by(self, edge: ControlEdge) -> set[str]:
        """The ids of the calls that the calls of an edge undid."""
        undid = self._undid[self._looked_at(edge)]
        return {other for event_id in edge.event_ids for other in undid.get(event_id, ())}

    def _looked_at(self, edge: ControlEdge) -> str:
        """What an edge is on; of a grant the key."""
        on = edge.detail if edge.type == "KMS_GRANT" else edge.target
        if on not in self._undone:
            undone: dict[str, list[ControlEdge]] = defaultdict(list)
            undid: dict[str, set[str]] = defaultdict(set)
            for other in self._store.into(on):
                if other.type == "UNDID":
                    undone[other.detail].append(other)
                    for event_id in other.event_ids:
                        undid[event_id].add(other.detail)
            self._undone[on], self._undid[on] = undone, undid
        return on


def revoked(undid: Undid, grant: ControlEdge) -> Text:
    """When a grant of a key was revoked or retired, whoever did it."""
    times = [other.at for other in undid.of(grant) if other.at >= grant.at]
    return iso(min(times)) if times else None
