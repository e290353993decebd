"""``unknowns``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Annotated

from graphtrail.graph.origin import LINKED, SERVICE
from graphtrail.questions.gaps import WHY, about_window, silence_text, silent_days, truncated_text
from graphtrail.questions.question import question
from graphtrail.questions.reach import closure
from graphtrail.questions.rows import Row, Text, Texts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import SessionNode


class Unknown(Row, frozen=True, kw_only=True):
    """Something that the logs cannot show.

    Attributes:
        code: ``origin-`` and a status, ``account-not-observed``, ``no-data-events``, ``silent-days``, ``blinded``,
            ``evidence-`` and what is wrong with it, ``conflicting-records``,
            ``key-of-several-principals``, ``truncated``, ``rejected-records``.
        account, region: which logs it is about.
        sessions: keys of sessions that it is about.
        candidates: who it may have been.
        count: how many calls, records or sessions.
        text: a sentence.
    """

    code: str
    account: Text
    region: Text
    sessions: Texts
    candidates: Texts
    count: int
    text: str


@question(Unknown, "code account sessions candidates count text")
def unknowns(
    trail: Trail, seed: Annotated[str | None, "only about this and all that it reached; without it everything"] = None
) -> Iterator[Unknown]:
    """What can the logs not show?

    One row for each session without a known origin, and for whatever else is missing or contradicts itself.
    """
    about_window(trail)
    sessions = _sessions(trail) if seed is None else [session for session, _ in closure(trail, find(trail, seed))]
    yield from _origins(trail, sessions)
    if seed is None:
        yield from _accounts(trail)
        yield from _unlogged(trail)
        yield from _records(trail)


def _sessions(trail: Trail) -> Iterable[SessionNode]:
    """The sessions that made calls and whose origin is not known, at the default level."""
    return [session for session in trail.store.sessions_with("status", set(WHY)) if session.calls]


def _origins(trail: Trail, sessions: Iterable[SessionNode]) -> Iterator[Unknown]:
    for session in sorted(sessions, key=lambda held: held.key):
        found = trail.origin(session.key)
        if found.status in {LINKED, SERVICE}:
            continue
        first = trail.store.session(found.first)
        yield Unknown(
            code=f"origin-{found.status}",
            account=first.account if first else None,
            region=None,
            sessions=(session.key,),
            candidates=found.candidates,
            count=session.calls,
            text=f"{session.key}: {WHY[found.status]}",
        )


def _accounts(trail: Trail) -> Iterator[Unknown]:
    case = trail.store.case
    for account in case.spoken_of:
        yield _unknown(
            "account-not-observed",
            f"account {account} is named in these logs; its own are not in this case",
            1,
            account,
        )
    categories: dict[str, set[str]] = defaultdict(set)
    for extent in case.extents:
        categories[extent["account"] or ""].add(extent["category"])
    for account, present in sorted(categories.items()):
        if "Data" not in present:
            named = f"account {account}" if account else "records without an account"
            yield _unknown(
                "no-data-events",
                f"{named}: no data events (reads and writes of S3 objects, invocations) are in these logs",
                0,
                account or None,
            )


def _unlogged(trail: Trail) -> Iterator[Unknown]:
    """What was switched off, and days without a record."""
    for gap in trail.gaps:
        if gap.code == "blinded" or gap.code.startswith("evidence-"):
            yield _unknown(gap.code, gap.text, 1, gap.account, gap.region)
    for account, spans in silent_days(trail).items():
        for span in spans:
            yield _unknown("silent-days", silence_text(account, [span]), 1, account)


def _records(trail: Trail) -> Iterator[Unknown]:
    case = trail.store.case
    for conflict in case.conflicts:
        ids = conflict["ids"]
        yield _unknown(
            "conflicting-records",
            f"{conflict['event_id']}: {len(ids)} records with this id contradict each other",
            len(ids),
        )
    for key in case.split_keys:
        yield _unknown("key-of-several-principals", f"{key}: its key is in the records of several principals", 1)
    if case.truncated:
        yield _unknown("truncated", truncated_text(case.truncated), case.truncated)
    for reject in case.rejects:
        if reject["kind"] == "reject":
            yield _unknown(
                "rejected-records",
                f"{reject['count']} record(s) could not be read: {reject['reason']}",
                reject["count"],
            )


def _unknown(code: str, text: str, count: int, account: Text = None, region: Text = None) -> Unknown:
    return Unknown(code=code, account=account, region=region, sessions=(), candidates=(), count=count, text=text)
