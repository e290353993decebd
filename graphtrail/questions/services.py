"""``services``."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.rows import Text
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch


class Forwarded(Touch, frozen=True, kw_only=True):
    """The calls of one action that one service made for one session, or the roles that a session passed on.

    Attributes:
        via: the service as recorded (``invokedBy``); None of a passed role.
        passed_role: key of the role or instance profile that was passed on, None of a service's call.
    """

    via: Text
    passed_role: Text


@question(Forwarded, "via action passed_role outcome origin principal count first_seen last_seen", needs="calls")
def services(
    trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]
) -> Iterator[Forwarded]:
    """Which services acted for it, and which roles did it pass on?

    Of the seed and all that it reached: one row for each service, session, action and outcome, and one for each passed
    role, session and action.
    """
    reached = [(session, at) for session, at in closure(trail, find(trail, seed)) if session.kind != "service"]
    about_sessions(trail, [session for session, _ in reached])
    held = trail.store.calls
    calls = calls_from(trail, reached)
    names: dict[str | None, int] = {}
    via = np.array([names.setdefault(caller.via, len(names)) for caller in held.callers], np.int64)
    by_code = {code: name for name, code in names.items()}
    own = held.where_caller(calls, lambda caller: caller.via is not None)
    rows = [
        Forwarded(via=by_code[group.key[0]], passed_role=None, **said_of(trail, group))
        for group in by_action(trail, own, via[held.column("caller")[own]])
    ]
    worked = held.where_kind(calls, lambda kind: kind.outcome == "ok")
    places, nodes, roles = held.touched(worked)
    passed = np.array([role == "passed" for role in held.roles], np.bool_)[roles]
    rows += [
        Forwarded(via=None, passed_role=trail.store.key(group.key[0]), **said_of(trail, group))
        for group in by_action(trail, worked[places[passed]], nodes[passed].astype(np.int64))
    ]
    yield from sorted(
        rows, key=lambda row: (row.first_seen, row.session or "", row.action, row.via or "", row.passed_role or "")
    )
