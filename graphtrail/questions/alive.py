"""``alive``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.reach import is_lasting, reach, starts
from graphtrail.questions.rows import Hop, Text, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.window import iso, moment


class Alive(Traced, frozen=True, kw_only=True):
    """One session that had not expired.

    Attributes:
        at: the moment asked about.
        reached_at: since when the seed holds it.
        last_seen: its last call, None if it made none.
        long_lived: it is a key that does not end until somebody deletes it.
        path: from the seed to it.
    """

    at: str
    reached_at: str
    last_seen: Text
    long_lived: bool
    path: tuple[Hop, ...]


@question(Alive, "session principal kind expires expires_assumed last_seen origin path")
def alive(
    trail: Trail,
    seed: Annotated[str, "session, key, principal, workload, address or event"],
    *,
    at: Annotated[str | None, "a time (ISO 8601), or an age before the last event; without it the last event"] = None,
) -> Iterator[Alive]:
    """Which sessions of it can still be used?

    Of the seed and all that it reached: one row for each session whose end, stated or assumed, lies at or after the
    moment asked about, those that end last first.
    """
    last = trail.store.case.last or 0
    now = last if at is None else moment(at, last)
    found = find(trail, seed)
    held = reach(trail, starts(trail, found))
    rows = []
    for one in held.values():
        session = trail.store.session(one.key)
        if session is None or session.kind in {"service", "anonymous"} or one.at > now:
            continue
        if session.expires is None or session.expires >= now:
            rows.append(
                Alive(
                    **trail.traced(session),
                    at=iso(now),
                    reached_at=iso(one.at),
                    last_seen=iso(session.last_seen) if session.last_seen is not None else None,
                    long_lived=is_lasting(session),
                    path=trail.hops(one.start, one.steps),
                )
            )
    about_sessions(trail, [session for row in rows if (session := trail.store.session(row.session or ""))])
    yield from sorted(sorted(rows, key=lambda row: row.session or ""), key=_end, reverse=True)


def _end(row: Alive) -> str:
    return row.expires or "9999"
