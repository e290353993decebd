"""``assumptions`` and ``assumed-by``."""

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.origin import LONG_LIVED
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text, Texts, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.calls import Issue
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


@question(Assumption, _COLUMNS)
def assumptions(
    trail: Trail,
    *,
    cross_account: Annotated[bool, "only where caller and role are of two accounts"] = False,
    first_seen_after: Annotated[str | None, "only by accounts that never assumed the role before this time"] = None,
) -> Iterator[Assumption]:
    """Which roles were assumed and temporary credentials handed out, by whom?

    One row for each credential, by time, also for those that no record uses.
    """
    rows = list(_rows(trail, lambda _issue, _source: True))
    if first_seen_after is not None:
        start = iso(moment(first_seen_after, trail.store.case.last or 0))
        firsts: dict[tuple[Text, Text], str] = {}
        for row in rows:
            firsts.setdefault((row.target_role, _account(row.principal)), row.time)
        rows = [row for row in rows if firsts[row.target_role, _account(row.principal)] >= start]
    yield from (row for row in rows if row.cross_account or not cross_account)


@question(Assumption, _COLUMNS)
def assumed_by(
    trail: Trail, seed: Annotated[str, "ARN of a role: who assumed it; a principal or session: what it assumed"]
) -> Iterator[Assumption]:
    """Who assumed this role, and what did this principal assume?

    One row for each credential, by time.
    """
    found = find(trail, seed)
    acting = {session.key for session in found.sessions} if found.kind != "resource" else set()
    about_sessions(trail, found.sessions)
    yield from _rows(trail, lambda issue, source: issue.target == found.key or source in acting)


def _rows(trail: Trail, wanted: Callable[[Issue, str], bool]) -> Iterator[Assumption]:
    """The credentials that are asked for, by time and event id."""
    held = trail.store.calls
    issues = [issue for issue in held.issues if issue.method != LONG_LIVED]
    calls = trail.within(np.unique(np.array([issue.call for issue in issues], np.int64)))
    inside = set(calls.tolist())
    sources = dict(zip(calls.tolist(), trail.sessions(calls).tolist(), strict=True))
    chosen = [issue for issue in issues if issue.call in inside and wanted(issue, trail.store.key(sources[issue.call]))]
    times = held.column("time")
    for issue in sorted(chosen, key=lambda one: (int(times[one.call]), held.event_id(one.call), one.key or "")):
        yield _row(trail, issue, trail.session_at(sources[issue.call]))


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
