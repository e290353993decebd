"""L25, L26: a caller that another account's log knows by its unique id and session name alone, and one source identity.

``AROA...:name`` is the ``principalId`` of every session of that role and name, so it is one of those that were alive
when the call was made. Source: field reports of AssumeRole across accounts; CloudTrail User Guide, "userIdentity
element" (type ``AWSAccount``).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.graph.coverage import spans
from graphtrail.graph.links.families import SKEW
from graphtrail.graph.lives import ROLE
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Issue, Link, World, by_source

_TIME, _ROWS = attrgetter("time"), attrgetter("rows")
_FOREIGN = "anon:AWSAccount:"
_AFTER = 300  # seconds past its end for which a call of a session is still believed


class _Caller(NamedTuple):
    """A session that only other accounts' logs show.

    Attributes:
        session: itself.
        calls: numbers of its calls in the facts, in order.
        times: of each, epoch seconds.
        identities: source identities that it handed on to the sessions that it opened, if each of its calls did: what
            the others are of, those do not tell.
    """

    session: Session
    calls: Ints
    times: Longs
    identities: frozenset[str]


def foreign_callers(world: World) -> None:
    """Link what other accounts' logs show to the session of the role itself.

    Strong if one session alone carries the source identity that the caller handed on (L26), or was alive at all the
    calls, and no other at any (L25); the latter is only a hint where the logs of the role's own account, which has
    every issue of the role, do not cover the time: there may have been others.
    """
    callers = list(_callers(world))
    if not callers:
        return
    wanted = {caller.session.principal_id for caller in callers}
    sessions: dict[str | None, list[Session]] = defaultdict(list)
    for session in world.sessions.values():
        if session.principal_id in wanted and not session.key.startswith("anon:"):
            sessions[session.principal_id].append(session)
    observed = spans(world.facts, world.records)
    carried = _carried(world, sessions.values())
    for caller in callers:
        apart = _apart(world, sessions[caller.session.principal_id])
        times = np.sort(caller.times)
        alive = _distinct(world, [one for one in apart if _alive(one, times)])
        if alive and not world.issuing(caller.session.key):
            _decide(world, caller, alive, carried, observed)


def same_identity(world: World) -> None:
    """L26 alone: a session of whose issue nothing is known carries a source identity that one session alone set.

    Only a hint: the first caller of a chain chooses the identity, and two may choose the same.
    """
    setting: dict[str, list[Issue]] = defaultdict(list)
    for issue in world.issues:
        identity = issue.credential.source_identity
        if identity and world.sessions[issue.source].source_identity != identity:
            setting[identity].append(issue)
    named = {identity: _Setting(issues) for identity, issues in setting.items()}
    for session in [one for _, one in sorted(world.sessions.items()) if named and one.source_identity in named]:
        if session.created is None or world.links.get(session.key) or session.key in world.candidates:
            continue
        at = session.created
        before = named[session.source_identity or ""].between(at - ROLE, at + SKEW)
        for source, rows in by_source(before).items():
            world.link(Link(source, session.key, "ISSUED", at, "L26", Confidence.HEURISTIC, rows))


class _Setting:
    """The issues that set one source identity, by time."""

    def __init__(self, issues: list[Issue]) -> None:
        self._issues = sorted(issues, key=_TIME)
        # of each the place of the next one of another session
        self._other = [len(issues)] * len(issues)
        for place in range(len(issues) - 2, -1, -1):
            same = self._issues[place].source == self._issues[place + 1].source
            self._other[place] = self._other[place + 1] if same else place + 1

    def between(self, start: int, end: int) -> list[Issue]:
        """Those between two times, if they are of one session; else none."""
        first, last = bisect_left(self._issues, start, key=_TIME), bisect_right(self._issues, end, key=_TIME)
        if first == last or self._other[first] < last:
            return []
        return sorted(self._issues[first:last], key=_ROWS)


def _callers(world: World) -> Iterable[_Caller]:
    numbers = {number: key for number, key in enumerate(world.signed.keys) if key.startswith(_FOREIGN)}
    if not numbers:
        return
    identities: dict[str, dict[int, str]] = defaultdict(dict)
    for issue in world.issues:
        if issue.credential.source_identity:
            identities[issue.source][issue.rows[0]] = issue.credential.source_identity
    for target, links in world.links.items():
        identity = world.sessions[target].source_identity
        for link in links if identity else ():
            identities[link.source] |= dict.fromkeys(link.rows[:1], identity or "")
    order = np.argsort(world.signed.of_call, kind="stable")
    of_call = world.signed.of_call[order]
    for number, key in sorted(numbers.items(), key=lambda pair: pair[1]):
        own = order[slice(*np.searchsorted(of_call, [number, number + 1]).tolist())]
        calls = world.records.calls[own]
        told = identities[key] if identities[key].keys() >= set(calls.tolist()) else {}
        yield _Caller(world.sessions[key], calls, world.facts.times[calls], frozenset(told.values()))


def _carried(world: World, sessions: Iterable[list[Session]]) -> Mapping[str, str]:
    """The source identity of sessions: as their own records say, else as it was asked for when they were issued."""
    asked = {issue.credential.key: issue.credential.source_identity for issue in world.issues}
    found: dict[str, str] = {}
    for session in (session for several in sessions for session in several):
        issued = (asked.get(key) for key in sorted(session.access_keys))
        identity = session.source_identity or next((one for one in issued if one), None)
        if identity:
            found[session.key] = identity
    return found


def _apart(world: World, sessions: Iterable[Session]) -> list[Session]:
    """Sessions of which none stands for others: a family of which a member is known says nothing more."""
    held = sorted(sessions, key=lambda session: session.key)
    families = {world.family_of.get(session.key, ("",))[0] for session in held}
    return [session for session in held if session.key not in families]


def _distinct(world: World, alive: list[Session]) -> list[Session]:
    """Of sessions those that nobody takes for one: what was opened with an unused key is that key's session (L2).

    The keys that AWS made of one sign-in are one session, that of their family.
    """
    families = {session.key: world.family_of.get(session.key, (session.key,))[0] for session in alive}
    found = [link for family in families.values() for link in world.links.get(family, ()) if link.rule == "L2"]
    opened = {row for link in found for row in link.rows}
    held = [
        one for one in alive if one.kind != "unused" or not any(opened.issuperset(rows) for rows in _by(world, one))
    ]
    made = Counter(families[one.key] for one in held if not world.has_exact_parent(one.key))
    keys = {families[one.key] if made[families[one.key]] > 1 else one.key for one in held}
    return [world.sessions[key] for key in sorted(keys)]


def _by(world: World, session: Session) -> list[tuple[int, ...]]:
    """The calls that issued a session, of each link."""
    return [link.rows for link in world.issuing(session.key)]


def _alive(session: Session, times: Longs) -> int:
    """At how many of these times, in order, a session was alive."""
    if session.created is None:
        return 0
    end = min(session.expires, session.created + ROLE) + _AFTER
    return max(int(np.searchsorted(times, end, "right") - np.searchsorted(times, session.created - SKEW)), 0)


def _decide(
    world: World,
    caller: _Caller,
    alive: list[Session],
    carried: Mapping[str, str],
    observed: Mapping[str, tuple[int, int]],
) -> None:
    first = (int(caller.calls[np.argmin(caller.times)]),)
    carrying = [session for session in alive if carried.get(session.key) in caller.identities]
    found = carrying or alive
    if len(found) > 1:
        world.candidates[caller.session.key] = {session.key: first for session in found}
        return
    (parent,) = found
    if _alive(parent, np.sort(caller.times)) < len(caller.times):
        return
    begin, end = observed.get(_account(parent), (0, 0))
    covered = begin <= (parent.created or 0) and int(caller.times.max()) <= end
    rule = "L26" if carrying else "L25"
    sure = Confidence.STRONG if carrying or covered else Confidence.HEURISTIC
    world.link(Link(parent.key, caller.session.key, "ISSUED", int(caller.times.min()), rule, sure, first))


def _account(session: Session) -> str:
    """The account of a role's ARN."""
    return (session.principal or "").split(":", 5)[4] if (session.principal or "").startswith("arn:") else ""
