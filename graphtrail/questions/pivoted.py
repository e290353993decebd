"""Edges of pivots as rows: by whom, by which call."""

from collections.abc import Iterator
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


def until(later: Iterator[ControlEdge] | list[ControlEdge], edge: ControlEdge) -> Text:
    """When something was undone: the first of some edges that comes after."""
    times = [other.at for other in later if other.at >= edge.at]
    return iso(min(times)) if times else None


def unshared(trail: Trail, share: ControlEdge) -> Text:
    """When what was shared with somebody no longer was, whoever took it back."""
    into = trail.store.into(share.target)
    later = [other for other in into if other.type == "UNSHARED_WITH" and other.detail == share.detail]
    return until(later, share) or _replaced(trail, share)


def _replaced(trail: Trail, share: ControlEdge) -> Text:
    """When the policy that shared something gave way to one that does not let the party in, or to none."""
    allowed = {
        edge.at: edge.until
        for edge in trail.store.into(share.detail)
        if edge.type == "POLICY_ALLOWS" and edge.source == share.target
    }
    end = share.at
    while end in allowed and allowed[end] > end:
        end = allowed[end]
    return iso(end) if share.at < end < FOREVER else None
