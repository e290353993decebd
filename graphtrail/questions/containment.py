"""``containment``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple

from graphtrail import arn as arns
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.reach import Reached, begin, is_lasting, reach, starts
from graphtrail.questions.rows import Hop, Row, Text, Texts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.questions.undoings import Undoing, Undoings, deletions, ends_password_only
from graphtrail.stores.store import ControlEdge, SessionNode
from graphtrail.window import iso, moment

_KEYS, _SESSIONS, _PASSWORD, _ROTATE = "disable key", "revoke sessions", "reset password", "rotate secret"
# What to do about each thing that control went on to, by the edge that led there; in the order of haste.
_STEPS = {
    "SET_PASSWORD": _PASSWORD,
    "ISSUED_OTHER": "remove credential",
    "CHANGED_MFA": "check MFA",
    "CREATED": "remove identity",
    "EXECUTED_ON": "isolate workload",
    "CONTROLS": "isolate workload",
    "BLINDED": "restore logging",
    "CHANGED_TRUST": "restore trust",
    "CHANGED_PERMISSIONS": "restore permissions",
    "CHANGED_POLICY": "restore policy",
    "SHARED_WITH": "take back share",
    "KMS_GRANT": "take back grant",
    "CHANGED_ORG": "check organisation",
    "READ_SECRET": _ROTATE,
}
_UNDONE = "undone"
_ORDER = {step: place for place, step in enumerate((_KEYS, _SESSIONS, *dict.fromkeys(_STEPS.values()), _UNDONE))}


class Containment(Row, frozen=True, kw_only=True):
    """One thing to do.

    Attributes:
        account: where.
        step: ``disable key``, ``revoke sessions``, ``reset password``, ``remove credential``, ``check MFA``,
            ``remove identity``, ``isolate workload``, ``restore logging``, ``restore trust``, ``restore permissions``,
            ``restore policy``, ``take back share``, ``take back grant``, ``check organisation``, ``rotate secret``;
            ``undone`` is a step that these logs show to be done already.
        target, target_type: of what: a key ``key:AKIA...``, the principal whose sessions are revoked, a resource.
        party: with whom it is shared, or who may use the key, None of anything else.
        cut_off: of sessions: revoke those issued at or before this time, the last issue that is known to be held.
        until: of keys and sessions: when the last of them ends by itself, None if never.
        sessions: keys of the sessions that it stops.
        undone: of what is undone the step that it would have been, None of what is still to do.
        undone_at: when the last of it was undone.
        undone_by: keys of the principals who undid it.
        undone_event_ids: the calls that did.
        reached_at: when whoever held the seed came to hold or did it first.
        path: how, from the seed on.
        confidence: the lowest on the path.
        event_ids, event_total: the calls that did it.
    """

    account: Text
    step: str
    target: str
    target_type: str
    party: Text
    cut_off: Text
    until: Text
    sessions: Texts
    undone: Text
    undone_at: Text
    undone_by: Texts
    undone_event_ids: Texts
    reached_at: str
    path: tuple[Hop, ...]
    confidence: str
    event_ids: Texts
    event_total: int


class _Done(NamedTuple):
    """An edge that control went over, and how its source was reached."""

    edge: ControlEdge
    held: Reached


@question(
    Containment,
    "account step target party cut_off until sessions undone undone_at undone_by reached_at path event_ids",
    needs="calls",
)
def containment(
    trail: Trail,
    seed: Annotated[str, "session, key, principal, workload, address or event"],
    *,
    at: Annotated[str | None, "a time (ISO 8601), or an age before the last event; without it the last event"] = None,
) -> Iterator[Containment]:
    """What must be disabled, revoked and undone, in which accounts, with which cut-off times?

    Of the seed and all that it reached until the moment asked about: one row for each key, each principal whose
    sessions are still alive, and each change; by account, what is most urgent first, and at last what these logs show
    to be undone already, by whom and when. A session cannot be ended, but a policy can refuse all that were issued
    before a time: ``cut_off``.
    """
    last = trail.store.case.last or 0
    now = last if at is None else moment(at, last)
    held = [one for one in reach(trail, starts(trail, find(trail, seed))).values() if one.at <= now]
    acting = [(session, one) for one in held if (session := trail.store.session(one.key)) and session.kind != "service"]
    about_sessions(trail, [session for session, _ in acting])
    changes = list(_changes(trail, acting, now))
    known = {(row.step, row.target) for row in changes}
    undone = {(row.undone, row.target) for row in changes if row.undone}
    rows = [
        row
        for row in _credentials(trail, acting, now)
        if (row.undone or row.step, row.target) not in known and (row.undone, row.target) not in undone
    ]
    yield from sorted(
        (*rows, *changes), key=lambda row: (row.account or "", _ORDER[row.step], row.target, row.party or "")
    )


def _credentials(trail: Trail, acting: list[tuple[SessionNode, Reached]], now: int) -> Iterator[Containment]:
    """Keys to disable, and principals whose sessions to revoke."""
    groups: dict[tuple[str, str], list[tuple[SessionNode, Reached]]] = defaultdict(list)
    for session, one in acting:
        if session.kind == "anonymous" or (session.expires is not None and session.expires <= now):
            continue
        if is_lasting(session):
            groups[_KEYS, session.key].append((session, one))
        else:
            groups[_SESSIONS, session.principal or session.key].append((session, one))
        if session.kind == "console_family" and session.label == "User" and session.principal:
            groups[_PASSWORD, session.principal].append((session, one))
    gone = deletions(trail, {target for step, target in groups if step == _PASSWORD})
    for (step, target), members in groups.items():
        signed_in = [session for session, _ in members if step == _PASSWORD]
        undone = _all([_gone_since(session, gone.get(target, ()), now) for session in signed_in])
        first = min((one for _, one in members), key=lambda one: (one.at, one.key))
        issued = max(session.created or session.first_seen or 0 for session, _ in members)
        ends = [session.expires for session, _ in members]
        known = [end for end in ends if end is not None]
        proofs = sorted({event_id for _, one in members if one.last for event_id in one.last.event_ids})
        entity = trail.store.entity(target)
        yield Containment(
            account=_account(target) or members[0][0].account,
            target=target,
            target_type="AccessKey" if step == _KEYS else entity.label if entity else "Session",
            party=None,
            cut_off=iso(issued) if step == _SESSIONS else None,
            until=iso(max(known)) if known and len(known) == len(ends) else None,
            sessions=tuple(sorted(session.key for session, _ in members)),
            **_done_or_to_do(step, undone),
            reached_at=iso(first.at),
            path=trail.hops(first.start, first.steps),
            confidence=str(first.least),
            event_ids=tuple(proofs[:PROOFS]),
            event_total=len(proofs),
        )


def _changes(trail: Trail, acting: list[tuple[SessionNode, Reached]], now: int) -> Iterator[Containment]:
    """What to undo: one row for each thing and party, from the first call that did it."""
    groups: dict[tuple[str, str, Text], list[_Done]] = defaultdict(list)
    for _, one in acting:
        for edge in trail.store.out(one.key):
            if edge.type in _STEPS and one.at <= edge.at <= now and edge.confidence >= trail.limits.level:
                shared = edge.type in {"SHARED_WITH", "KMS_GRANT"} and not edge.target.startswith("service:")
                named = (edge.detail, edge.target) if shared else (edge.target, None)
                groups[_STEPS[edge.type], *named].append(_Done(edge, one))
    gone, undoings = deletions(trail, {target for _, target, _ in groups}), Undoings(trail, now)
    for (step, target, party), done in groups.items():
        done.sort(key=lambda one: (one.edge.at, one.edge.event_ids))
        ends = [one for one in gone.get(target, ()) if _ends_it(step, one)]
        calls = {event_id for one in done for event_id in one.edge.event_ids}
        changing = [one.edge for one in done if not undoings.is_only_that(one.edge, calls)]
        undone = _all([undoings.first(edge, ends) for edge in changing])
        edge, held = done[0]
        proofs = list(dict.fromkeys(event_id for one in done for event_id in one.edge.event_ids))
        entity = trail.store.entity(target)
        steps = (*held.steps, edge)
        yield Containment(
            account=_account(target) or _log(trail, edge),
            target=target,
            target_type=entity.label if entity else "AccessKey" if target.startswith("key:") else "Resource",
            party=party,
            cut_off=None,
            until=None,
            sessions=(),
            **_done_or_to_do(step, undone),
            reached_at=iso(edge.at),
            path=trail.hops(held.start, steps),
            confidence=str(min(held.least, edge.confidence)),
            event_ids=tuple(proofs[:PROOFS]),
            event_total=len(proofs),
        )


def _gone_since(session: SessionNode, gone: Iterable[Undoing], now: int) -> Undoing | None:
    """The first deletion with which what somebody signed in with was gone."""
    found = [one for one in gone if begin(session) < one.at <= now]
    return min(found, default=None, key=lambda one: (one.at, one.event_id))


def _done_or_to_do(step: str, undone: list[Undoing]) -> dict[str, Any]:
    """What a row says of its step, and of what undid it."""
    return {
        "step": _UNDONE if undone else step,
        "undone": step if undone else None,
        "undone_at": iso(max(one.at for one in undone)) if undone else None,
        "undone_by": tuple(sorted({one.by for one in undone if one.by})),
        "undone_event_ids": tuple(dict.fromkeys(one.event_id for one in undone)),
    }


def _all(found: list[Undoing | None]) -> list[Undoing]:
    """What undid several calls, if each of them was undone; by time."""
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: (one.at, one.event_id)) if len(known) == len(found) else []


def _ends_it(step: str, one: Undoing) -> bool:
    """Whether there is nothing left of a step after a deletion; what was read of a secret is known for good."""
    return step == _PASSWORD if ends_password_only(one) else step != _ROTATE


def _log(trail: Trail, edge: ControlEdge) -> Text:
    """The account in whose log the call of an edge stands, which owns what has no account in its ARN."""
    kind = trail.kind_of(edge)
    return kind.account if kind else None


def _account(key: str) -> Text:
    found = arns.parse(key)
    return (found.account or None) if found else None
