"""``assumptions`` and ``assumed-by``."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.origin import LONG_LIVED
from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text, Texts, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Issue
from graphtrail.stores.store import SessionNode
from graphtrail.window import iso, moment


class Assumption(Traced, frozen=True, kw_only=True):
    """One credential that a call handed out, and who called.

    Attributes:
        time, event_id: of the call.
        action: ``sts:AssumeRole``.
        target_role: key of the principal whose credential it is.
        issued_session: key of the session that it opened, None if none is known.
        issued_key: access key id, None where the record hides it.
        issued_name, issued_arn: of that session.
        issued_kind: its kind: ``unused`` where no record uses it.
        issued_calls: how many calls it made.
        account, region: where the call landed.
        address, agent: where it came from.
        cross_account: caller and target are of two accounts.
        event_ids: the call, and the copy of it in the other account.
    """

    time: str
    event_id: str
    action: str
    target_role: Text
    issued_session: Text
    issued_key: Text
    issued_name: Text
    issued_arn: Text
    issued_kind: Text
    issued_calls: int
    account: Text
    region: Text
    address: Text
    agent: Text
    cross_account: bool
    event_ids: Texts


_COLUMNS = "time action origin chain target_role issued_session issued_kind issued_calls cross_account event_id"


class _Given(NamedTuple):
    """A credential that was handed out, before its row is made: number of the session that called, and principals."""

    issue: Issue
    source: int
    caller: Text


@question(Assumption, _COLUMNS)
def assumptions(
    trail: Trail,
    *,
    cross_account: Annotated[bool, "only where caller and role are of two accounts"] = False,
    first_seen_after: Annotated[str | None, "only by accounts that never assumed the role before this time"] = None,
) -> Sequence[Assumption]:
    """Which roles were assumed and temporary credentials handed out, by whom?

    One row for each credential, by time, also for those that no record uses.
    """
    given = _given(trail)
    if first_seen_after is not None:
        start = moment(first_seen_after, trail.store.case.last or 0)
        times = trail.store.calls.column("time")
        firsts: dict[tuple[Text, Text], int] = {}
        for one in _given(trail, ever=True):
            firsts.setdefault((one.issue.target, _account(one.caller)), int(times[one.issue.call]))
        given = [one for one in given if firsts[one.issue.target, _account(one.caller)] >= start]
    return _rows(trail, [one for one in given if not cross_account or _crosses(one)])


@question(Assumption, _COLUMNS)
def assumed_by(
    trail: Trail, seed: Annotated[str, "ARN or name of a role: who assumed it; a principal or session: what it assumed"]
) -> Sequence[Assumption]:
    """Who assumed this role, and what did this principal assume?

    One row for each credential, by time.
    """
    found = find(trail, seed)
    acting = {trail.store.number(session.key) for session in found.sessions} if found.kind != "resource" else set()
    about_sessions(trail, found.sessions)
    return _rows(trail, [one for one in _given(trail) if one.issue.target == found.key or one.source in acting])


def _given(trail: Trail, *, ever: bool = False) -> list[_Given]:
    """The credentials that the answer is about, or all ever, by time and id of the call and by key."""
    held = trail.store.calls
    issues = [issue for issue in held.issues if issue.method != LONG_LIVED]
    issuing = np.unique(np.array([issue.call for issue in issues], np.int64))
    calls = held.by_time(issuing if ever else trail.within(issuing))
    places = {call: place for place, call in enumerate(calls.tolist())}
    sources = trail.sessions(calls).tolist()
    inside = sorted(
        (issue for issue in issues if issue.call in places), key=lambda one: (places[one.call], one.key or "")
    )
    callers = {number: trail.store.principal(number) for number in set(sources)}
    return [_Given(issue, source := sources[places[issue.call]], callers[source]) for issue in inside]


def _rows(trail: Trail, given: Sequence[_Given]) -> Sequence[Assumption]:
    def row(at: int) -> Assumption:
        return _row(trail, given[at].issue, trail.session_at(given[at].source))

    return Lazy(range(len(given)), row)


def _crosses(given: _Given) -> bool:
    """Whether caller and role are of two accounts."""
    return _account(given.caller) not in {None, _account(given.issue.target)}


def _row(trail: Trail, issue: Issue, source: SessionNode) -> Assumption:
    held = trail.store.calls
    kind = held.kinds[held.column("kind")[issue.call]]
    client = held.clients[held.column("client")[issue.call]]
    issued = trail.session_at(issue.session) if issue.session >= 0 else None
    event_id = held.event_id(issue.call)
    return Assumption(
        **trail.traced(source),
        time=iso(int(held.column("time")[issue.call])),
        event_id=event_id,
        action=issue.method,
        target_role=issue.target,
        issued_session=issued.key if issued else None,
        issued_key=issue.key,
        issued_name=issue.name,
        issued_arn=issued.arn if issued else None,
        issued_kind=issued.kind if issued else None,
        issued_calls=issued.calls if issued else 0,
        account=kind.account,
        region=kind.region,
        address=client.address,
        agent=client.agent,
        cross_account=_account(source.principal) not in {None, _account(issue.target)},
        event_ids=(event_id, *held.copies(issue.call)),
    )


def _account(key: Text) -> Text:
    """The account in an ARN, or after ``account:``."""
    found = arns.parse(key or "")
    if found:
        return found.account or None
    return key.partition(":")[2] if key and key.startswith("account:") else None
