"""L1, L19, L21, L24: the issued access key is the key that signed the calls.

Source of the format: AWS STS API Reference, ``Credentials``; IAM API Reference, ``AccessKey``; Amazon S3 API Reference,
``CreateSession``; real records of AssumeRole, GetFederationToken and CreateAccessKey. A key is issued once: nothing
else can have it.
"""

from collections import defaultdict
from collections.abc import Mapping

from graphtrail.events.identity import unique_id
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Issue, Link, World, kind_of_issue

# The same evidence under names of its own, by the call that issued; all others are L1.
_RULES = {
    "s3:CreateSession": "L19",
    "s3express:CreateSession": "L19",
    "cognito-identity:GetCredentialsForIdentity": "L21",
    "sts:AssumeRoot": "L24",
}
# Kinds of principals whose keys are handed out, by what their keys hold; all others are users.
_LABELS = {":role/": "Role", "uid:AROA": "Role", ":federated-user/": "FederatedUser", ":root": "Root"}


def issued_keys(world: World) -> None:
    """Link every issued key to the session that it signed for; one that no record uses is a session of its own."""
    by_key: dict[str, list[Issue]] = defaultdict(list)
    alike: dict[tuple[str | None, int], set[str]] = defaultdict(set)
    for issue in world.issues:
        alike[issue.credential.issued_id, issue.time].add(issue.source)
        if issue.credential.key:
            by_key[issue.credential.key].append(issue)
    for key, issues in sorted(by_key.items()):
        target = _holder(world, key, issues[0]) or world.add(_unused(world, key, issues[0])).key
        _end(world.sessions[target], issues)
        sources = {issue.source for issue in issues}
        rows = tuple(row for issue in issues for row in issue.rows) if len(issues) > 1 else issues[0].rows
        if len(sources) > 1:
            world.candidates[target] = {issue.source: issue.rows for issue in issues}
            continue
        if _of_several(world.sessions[target], issues[0], alike):
            continue
        first = min(issues, key=lambda issue: issue.time)
        method = first.credential.method
        rule = _RULES.get(method, "L1")
        source = first.credential.source or first.source  # an identity of Cognito asks without a session of its own
        world.link(Link(source, target, kind_of_issue(method), first.time, rule, Confidence.EXACT, rows, method))


def _of_several(session: Session, issue: Issue, alike: Mapping[tuple[str | None, int], set[str]]) -> bool:
    """Whether records that services sent, with this key and others, may be of several sessions of one name and second.

    Whose they are is then a matter of times.
    """
    named = issue.credential.issued_id
    several = named is not None and len(alike[named, issue.time]) > 1
    return several and session.key.startswith("ses:") and session.access_keys != {issue.credential.key}


def _holder(world: World, key: str, issue: Issue) -> str | None:
    """The session that a key signed for: its own, else the family under which services used it.

    One key in the records of several principals is several sessions: the one of the principal that it was issued for.
    """
    holders = [holder for holder in world.holders.get(key, []) if _can_hold(world.sessions[holder], issue)]
    if not holders or holders == [f"key:{key}"]:
        return holders[0] if holders else None
    wanted = (f"key:{key}", f"key:{key}#{issue.target}")
    own = [holder for holder in holders if holder in wanted]
    return next(iter(own or [holder for holder in holders if holder.startswith("ses:")]), None)


def _can_hold(session: Session, issue: Issue) -> bool:
    """Whether a key can be of a session: made-up and masked ones are issued for one role and used by another."""
    uid = unique_id(issue.credential.issued_id)
    return uid is None or session.uid in {uid, None} or issue.target in {session.principal, None}


def _unused(world: World, key: str, issue: Issue) -> Session:
    credential = issue.credential
    return Session(
        f"key:{key}#{issue.target}" if f"key:{key}" in world.sessions else f"key:{key}",
        principal=issue.target,
        label=next((label for mark, label in _LABELS.items() if mark in (issue.target or "")), "User"),
        principal_id=credential.issued_id,
        name=credential.name,
        arn=credential.issued_arn,
        created=issue.time,
        source_identity=credential.source_identity,
        access_keys=frozenset([key]),
        forwarded=False,
        kind="unused",
        authenticated=True,  # the answer that handed it out says whose it is
    )


def _end(session: Session, issues: list[Issue]) -> None:
    ends = [issue.credential.expires for issue in issues if issue.credential.expires is not None]
    if ends and session.expires == FOREVER:
        session.expires = max(ends)
