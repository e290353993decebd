"""L9, L20, L22: sessions whose key the record of their issue hides: portal, S3 Access Grants, Lake Formation.

Sources: a field report of GetRoleCredentials and AssumeRoleWithSAML in one second; Amazon S3 API Reference,
``GetDataAccess``; Lake Formation Developer Guide, "Including IAM Identity Center user context in CloudTrail logs" (a
session called ``access-grants-...``) and "Logging AWS Lake Formation API calls" (``lakeFormationRoleSessionName``);
IAM User Guide, "Monitor and control actions taken with assumed roles" (``sourceIdentity``).
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from operator import attrgetter

import numpy as np

from graphtrail.case.arrow import Ints, Mask
from graphtrail.graph.layout import NONE
from graphtrail.graph.links.families import SKEW
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Issue, Link, World, by_source

PORTAL, GRANTS, LAKE = "sso:GetRoleCredentials", "s3:GetDataAccess", "lakeformation:GetDataAccess"
_AFTER_PORTAL = 5  # seconds from GetRoleCredentials to the session
_CACHED = 900  # seconds for which a credential of S3 Access Grants lives at least, and may be handed out again
_RESERVED = re.compile(r"arn:[a-z-]+:iam::(?P<account>\d*):role/(?:.*/)?AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}")
_GRANTED = "access-grants-"
_OF_QUERY = re.compile(r"V2\.(?P<account>\d{12})\.(?P<role>AROA[A-Z0-9]{12,124})")
_TIME, _ROWS = attrgetter("time"), attrgetter("rows")
_LAKE_FORMATION = "service:lakeformation.amazonaws.com"


def hidden_keys(world: World) -> None:
    """Link the sessions whose keys no record shows."""
    by_method: dict[str, list[Issue]] = defaultdict(list)
    for issue in world.issues:
        by_method[issue.credential.method].append(issue)
    _portal(world, by_method[PORTAL])
    _granted(world, by_method[GRANTS])
    _queried(world, by_method[LAKE])
    _query_roles(world)


def _portal(world: World, issues: list[Issue]) -> None:
    """L9: GetRoleCredentials names account and permission set; the session of that role begins within 5 seconds.

    Sure where a record of the session names the person who called; only a hint where none does.
    """
    asked: dict[tuple[str | None, str | None], list[Issue]] = defaultdict(list)
    for issue in sorted(issues, key=_TIME):
        asked[issue.credential.account, issue.credential.role_name].append(issue)
    for session in _whole(world) if asked else ():
        role = _RESERVED.fullmatch(session.principal or "")
        if role is None or session.created is None:
            continue
        of_set = asked.get((role["account"], role["set"]), [])
        start, end = session.created - _AFTER_PORTAL, session.created
        around = of_set[bisect_left(of_set, start, key=_TIME) : bisect_right(of_set, end, key=_TIME)]
        near = [issue for issue in sorted(around, key=_ROWS) if _same_person(world, issue, session)]
        _decide(world, session, near, "L9", Confidence.STRONG if _people(world, session) else Confidence.HEURISTIC)


def _whole(world: World) -> list[Session]:
    """Sessions that are no part of another, of a role."""
    return [one for _, one in sorted(world.sessions.items()) if one.label == "Role" and one.key not in world.family_of]


def _same_person(world: World, issue: Issue, session: Session) -> bool:
    """Whether the caller can be the person of a session: nothing that both records say differs."""
    caller = world.facts.callers[int(world.facts.caller[issue.rows[0]])]
    people = _people(world, session)
    if people:
        return bool({caller.principal, caller.person} & people)
    return caller.user_name is None or session.name is None or caller.user_name == session.name


def _people(world: World, session: Session) -> set[str]:
    """Who is surely behind a session: a hint at somebody proves no call of his."""
    links = world.links.get(session.key, ())
    return {link.source for link in links if link.type == "ON_BEHALF_OF" and link.confidence is Confidence.EXACT}


def _granted(world: World, issues: list[Issue]) -> None:
    """L20: S3 Access Grants handed out a session of a location's role for a prefix, and the session touched it."""
    whole = _whole(world) if issues else ()
    granted = [(one, one.created) for one in whole if one.created is not None and (one.name or "").startswith(_GRANTED)]
    if not granted:
        return
    asked = _by_prefix(world, issues)
    lengths = sorted(set(map(len, asked)))
    touched = _touched(world, {session.key for session, _ in granted})
    for session, created in granted:
        start, end = created - SKEW, created + _CACHED
        fitting: set[int] = set()
        for prefix in {key[:length] for key in touched[session.key] for length in lengths}:
            times, places = asked.get(prefix, ([], []))
            fitting.update(places[bisect_left(times, start) : bisect_right(times, end)])
        _decide(world, session, [issues[place] for place in sorted(fitting)], "L20", Confidence.HEURISTIC)


def _by_prefix(world: World, issues: list[Issue]) -> dict[str, tuple[list[int], list[int]]]:
    """For each prefix that was asked for the times of the issues, and their places, by time.

    ``s3://bucket/prefix*`` is the beginning of the ARNs of its objects.
    """
    facts = world.facts
    by_row: dict[int, list[int]] = defaultdict(list)
    for place, issue in enumerate(issues):
        by_row[issue.rows[0]].append(place)
    asking = np.zeros(facts.rows, np.bool_)
    asking[list(by_row)] = True
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    touches = _pairs(asking[facts.touch_call], facts.touch_call, facts.touch_resource)
    for row, key in ((row, key) for row, code in touches if ":s3:::" in (key := facts.resources[code])):
        prefix = key.removesuffix("*") if "/" in key else f"{key}/"
        found[prefix] += ((issues[place].time, place) for place in by_row[row])
    ordered = {prefix: sorted(asked) for prefix, asked in found.items()}
    return {prefix: ([time for time, _ in asked], [place for _, place in asked]) for prefix, asked in ordered.items()}


def _touched(world: World, wanted: AbstractSet[str]) -> dict[str, set[str]]:
    """What each of some sessions touched."""
    facts, keys = world.facts, world.signed.keys
    signed = np.full(facts.rows, NONE, np.int32)
    signed[world.records.calls] = world.signed.of_call
    # the last number stands for the calls that nobody signed
    asked = np.fromiter((*(key in wanted for key in keys), False), np.bool_, len(keys) + 1)
    by_touch = signed[facts.touch_call]
    found: dict[str, set[str]] = defaultdict(set)
    for number, code in _pairs(asked[by_touch], by_touch, facts.touch_resource):
        found[keys[number]].add(facts.resources[code])
    return found


def _pairs(wanted: Mask, one: Ints, other: Ints) -> Iterator[tuple[int, int]]:
    """Two columns beside each other, where a mask wants them."""
    return zip(one[wanted].tolist(), other[wanted].tolist(), strict=True)


def _decide(world: World, session: Session, issues: list[Issue], rule: str, confidence: Confidence) -> None:
    """Draw the link if one session alone can have asked; several are candidates, where nothing surer is known."""
    sources = by_source(issues)
    if len(sources) > 1 and not world.issuing(session.key):
        world.candidates.setdefault(session.key, sources)
    if len(sources) == 1:
        ((source, rows),) = sources.items()
        first = min(issue.time for issue in issues)
        world.link(Link(source, session.key, "ISSUED", first, rule, confidence, rows, issues[0].credential.method))


def _queried(world: World, issues: list[Issue]) -> None:
    """L22: Lake Formation says under which name it opens the session that reads for a query."""
    by_name: dict[str, list[Issue]] = defaultdict(list)
    for issue in issues:
        if issue.credential.name:
            by_name[issue.credential.name].append(issue)
    for session in _whole(world) if by_name else ():
        asked = [issue for issue in by_name.get(session.name or "", ()) if session.key != issue.source]
        if len({issue.source for issue in asked}) == 1 and _of_lake_formation(world, session):
            _acts_for(world, asked[0].source, session, Confidence.STRONG, asked[0].rows)


def _query_roles(world: World) -> None:
    """L22: ``V2.<account>.<role id>`` as source identity names the role that queries.

    Whoever may set a source identity can write that: it counts where Lake Formation itself issued the session.
    """
    found = [(one, told) for one in _whole(world) if (told := _OF_QUERY.fullmatch(one.source_identity or ""))]
    for session, told in found:
        role = world.names.principal(f"uid:{told['role']}", told["role"])
        issued = world.issuing(session.key)
        if role and _of_lake_formation(world, session):
            sure = Confidence.EXACT if issued else Confidence.HEURISTIC
            _acts_for(world, role, session, sure, issued[0].rows if issued else ())


def _of_lake_formation(world: World, session: Session) -> bool:
    """Whether nobody but Lake Formation is known to have issued a session."""
    return all(_principal(world, link.source) == _LAKE_FORMATION for link in world.issuing(session.key))


def _principal(world: World, source: str) -> str | None:
    held = world.sessions.get(source)
    return held.principal if held else source


def _acts_for(world: World, source: str, session: Session, sure: Confidence, rows: Iterable[int]) -> None:
    at = session.created if session.created is not None else session.first_seen or 0
    world.link(Link(source, session.key, "ON_BEHALF_OF", at, "L22", sure, tuple(rows)))
