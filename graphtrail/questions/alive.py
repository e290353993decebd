"""``alive``."""

from collections.abc import Sequence
from typing import Annotated

from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.reach import is_lasting, reach, starts
from graphtrail.questions.rows import Hop, Text, Traced
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import SessionNode
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
) -> Sequence[Alive]:
    """Which sessions of it can still be used?

    Of the seed and all that it reached: one row for each session whose end, stated or assumed, lies at or after the
    moment asked about, those that end last first.
    """
    last = trail.store.case.last or 0
    now = last if at is None else moment(at, last)
    found = find(trail, seed)
    held = reach(trail, starts(trail, found)).values()
    sessions = ((session, one) for one in held if (session := trail.store.session(one.key)))
    living = [(session, one) for session, one in sessions if one.at <= now and _lives(session, now)]
    about_sessions(trail, [session for session, _ in living])
    trail.rests_on(one.way for _, one in living)
    trail.rests_behind(session for session, _ in living)
    living.sort(key=lambda pair: pair[1].key)
    living.sort(key=lambda pair: _end(pair[0]), reverse=True)

    def row(place: int) -> Alive:
        session, one = living[place]
        return Alive(
            **trail.traced(session),
            at=iso(now),
            reached_at=iso(one.at),
            last_seen=iso(session.last_seen) if session.last_seen is not None else None,
            long_lived=is_lasting(session),
            path=trail.hops(one.start, one.steps),
        )

    return Lazy(range(len(living)), row)


def _lives(session: SessionNode, now: int) -> bool:
    return session.kind not in {"service", "anonymous"} and (session.expires is None or session.expires >= now)


def _end(session: SessionNode) -> str:
    return "9999" if session.expires is None else iso(session.expires)
