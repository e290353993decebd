"""L9, L20, L22: sessions whose key the record of their issue hides: portal, S3 Access Grants, Lake Formation.

Sources: a field report of GetRoleCredentials and AssumeRoleWithSAML in one second; Amazon S3 API Reference,
``GetDataAccess``; Lake Formation Developer Guide, "Including IAM Identity Center user context in CloudTrail logs" (a
session called ``access-grants-...``) and "Logging AWS Lake Formation API calls" (``lakeFormationRoleSessionName``);
IAM User Guide, "Monitor and control actions taken with assumed roles" (``sourceIdentity``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

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
    for issue in issues:
        asked[issue.credential.account, issue.credential.role_name].append(issue)
    for session in _whole(world) if asked else ():
        role = _RESERVED.fullmatch(session.principal or "")
        if role is None or session.created is None:
            continue
        near = [
            issue
            for issue in asked.get((role["account"], role["set"]), ())
            if 0 <= session.created - issue.time <= _AFTER_PORTAL and _same_person(world, issue, session)
        ]
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
    if not issues:
        return
    prefixes = {issue: _prefixes(world, issue) for issue in issues}
    for session in _whole(world):
        if not (session.name or "").startswith(_GRANTED) or session.created is None:
            continue
        near = [issue for issue in issues if -SKEW <= issue.time - session.created <= _CACHED]
        touched = _touched(world, session) if near else ()
        fitting = [issue for issue in near if any(key.startswith(prefixes[issue]) for key in touched)]
        _decide(world, session, fitting, "L20", Confidence.HEURISTIC)


def _prefixes(world: World, issue: Issue) -> tuple[str, ...]:
    """The objects that were asked for: ``s3://bucket/prefix*`` as the beginning of their ARNs."""
    facts = world.facts
    keys = [facts.resources[code] for code in facts.touch_resource[facts.touch_call == issue.rows[0]].tolist()]
    return tuple(key.removesuffix("*") if "/" in key else f"{key}/" for key in keys if ":s3:::" in key)


def _touched(world: World, session: Session) -> set[str]:
    number = world.signed.keys.index(session.key)
    calls = world.records.calls[world.signed.of_call == number]
    facts = world.facts
    codes = np.unique(facts.touch_resource[np.isin(facts.touch_call, calls)])
    return {facts.resources[code] for code in codes.tolist()}


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
