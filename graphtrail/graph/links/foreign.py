"""L25, L26: a caller that another account's log knows by its unique id and session name alone, and one source identity.

``AROA...:name`` is the ``principalId`` of every session of that role and name, so it is one of those that were alive
when the call was made. Source: field reports of AssumeRole across accounts; CloudTrail User Guide, "userIdentity
element" (type ``AWSAccount``).
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.distinct import Codes
from graphtrail.graph.coverage import spans
from graphtrail.graph.links.families import SKEW
from graphtrail.graph.lives import ROLE
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import FOREIGN, Session
from graphtrail.graph.world import Issue, Link, World, by_source

_TIME, _ROWS = attrgetter("time"), attrgetter("rows")
_AFTER = 300  # seconds past its end for which a call of a session is still believed
_LONGEST = SKEW + ROLE + _AFTER


@dataclass(slots=True)
class _Caller:
    """Calls of one caller that only other accounts' logs show, and that are alike in whose they may be.

    Attributes:
        places: of the calls, among those that count.
        candidates: keys of the sessions of that role and name that may have made them.
        carrying: whether each was given to its session by the source identity that it handed on.
    """

    places: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    candidates: set[str] = field(default_factory=set)
    carrying: bool = True


def foreign_callers(world: World) -> None:
    """Link what other accounts' logs show to the session of the role itself.

    Each call is looked at by itself, since a name is used again: the calls of which one session alone can have made
    them are a session of their own, linked to it. That is strong if the session alone carries the source identity that
    the call handed on (L26), or was alone alive at the time (L25); the latter is only a hint where the logs of the
    role's own account, which has every issue of the role, do not cover the time: there may have been others.
    """
    wanted = {key: number for number, key in enumerate(world.signed.keys) if key.startswith(FOREIGN)}
    named = {world.sessions[key].principal_id for key in wanted}
    sessions: dict[str | None, list[Session]] = defaultdict(list)
    for session in world.sessions.values() if wanted else ():
        if session.principal_id in named and not session.key.startswith("anon:"):
            sessions[session.principal_id].append(session)
    observed = spans(world.facts, world.records) if sessions else {}
    carried = _carried(world, sessions.values())
    handed = _handed_on(world) if carried else {}
    order = np.argsort(world.signed.of_call, kind="stable").astype(np.int32)
    of_call = world.signed.of_call[order]
    callers: dict[str, _Caller] = {}
    divided: dict[str, dict[str, Ints]] = {}
    for key in sorted(key for key in wanted if not world.issuing(key)):
        held = _apart(world, sessions[world.sessions[key].principal_id])
        if held:
            places = order[slice(*np.searchsorted(of_call, [wanted[key], wanted[key] + 1]).tolist())]
            found = _by_candidates(world, places, _Lives(world, held, carried), handed)
            parts = {f"{key}#{whose}" if len(found) > 1 else key: caller for whose, caller in sorted(found.items())}
            if len(parts) > 1:
                divided[key] = {part: caller.places for part, caller in parts.items()}
            callers |= parts
    world.divide(divided)
    for key, caller in callers.items():
        _decide(world, key, caller, observed)


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


def _handed_on(world: World) -> Mapping[int, str]:
    """Source identities that calls handed on to the sessions that they opened, by call."""
    identities = {
        issue.rows[0]: issue.credential.source_identity for issue in world.issues if issue.credential.source_identity
    }
    for target, links in world.links.items():
        identity = world.sessions[target].source_identity
        identities |= {row: identity for link in links if identity for row in link.rows[:1]}
    return identities


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


def _life(session: Session) -> tuple[int, int]:
    """First and last second at which a call may be of a session; of one that never began the first is the later."""
    if session.created is None:
        return 1, 0
    return session.created - SKEW, min(session.expires, session.created + ROLE) + _AFTER


class _Lives:
    """The sessions of one role and name, and which of them were alive when."""

    def __init__(self, world: World, held: list[Session], carried: Mapping[str, str]) -> None:
        self._world = world
        self._lives = sorted((*_life(session), session.key) for session in held)
        self._begins = [first for first, _, _ in self._lives]
        self._carried = carried
        # between two of these times nobody's life begins or ends
        self._bounds = np.array(sorted({time for first, last, _ in self._lives for time in (first, last + 1)}))

    def spans(self, times: Longs) -> Longs:
        """Of each time the number of the span that it lies in: in one span the same are alive."""
        return np.searchsorted(self._bounds, times, "right").astype(np.int64)

    def candidates(self, span: int, identity: str | None) -> tuple[list[str], bool]:
        """Who may have made a call of a span, and whether the source identity that it handed on says so."""
        time = self._bounds[span - 1] if span else self._bounds[0] - 1
        begun = self._lives[bisect_left(self._begins, time - _LONGEST) : bisect_right(self._begins, time)]
        there = sorted(key for _, last, key in begun if last >= time)
        alive = [one.key for one in _distinct(self._world, [self._world.sessions[key] for key in there])]
        carrying = [key for key in alive if identity and self._carried.get(key) == identity]
        return carrying or alive, bool(carrying)


def _by_candidates(world: World, places: Ints, lives: _Lives, handed: Mapping[int, str]) -> dict[str, _Caller]:
    """The calls of one caller by the session that alone can have made them.

    Those that no known session can have made stand under ``-``, those of which several may be under ``?``.
    """
    calls = world.records.calls[places]
    identities: Codes[str | None] = Codes()
    told = np.fromiter((identities[handed.get(call)] for call in calls.tolist()), np.int64, len(calls))
    alike = lives.spans(world.facts.times[calls]) * len(identities) + told
    order = np.argsort(alike, kind="stable")
    said = list(identities)
    found: dict[str, _Caller] = defaultdict(_Caller)
    of_caller: dict[str, list[Ints]] = defaultdict(list)
    for same in np.split(order, np.flatnonzero(np.diff(alike[order])) + 1):
        span, identity = divmod(int(alike[same[0]]), len(said))
        candidates, carrying = lives.candidates(span, said[identity])
        whose = "?" if len(candidates) > 1 else candidates[0] if candidates else "-"
        of_caller[whose].append(places[same])
        found[whose].candidates.update(candidates)
        found[whose].carrying &= carrying
    for whose, parts in of_caller.items():
        found[whose].places = np.concatenate(parts)
    return found


def _decide(world: World, key: str, caller: _Caller, observed: Mapping[str, tuple[int, int]]) -> None:
    calls = world.records.calls[caller.places]
    times = world.facts.times[calls]
    first = (int(calls[np.argmin(times)]),)
    if len(caller.candidates) > 1:
        world.candidates[key] = dict.fromkeys(sorted(caller.candidates), first)
    for parent in caller.candidates if len(caller.candidates) == 1 else ():
        session = world.sessions[parent]
        begin, end = observed.get(_account(session), (0, 0))
        covered = begin <= (session.created or 0) and int(times.max()) <= end
        rule = "L26" if caller.carrying else "L25"
        sure = Confidence.STRONG if caller.carrying or covered else Confidence.HEURISTIC
        world.link(Link(parent, key, "ISSUED", int(times.min()), rule, sure, first))


def _account(session: Session) -> str:
    """The account of a role's ARN."""
    return (session.principal or "").split(":", 5)[4] if (session.principal or "").startswith("arn:") else ""
