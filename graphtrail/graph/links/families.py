"""L2, L5, L6: sessions whose key in use is not the one that was issued are found by principal and time.

All sessions of one sign-in or one assumption share (``principalId``, ``creationDate``): they are a family.
Sources: real records of service-linked roles, console sign-ins and SwitchRole; CloudTrail User Guide, "AWS Management
Console sign-in events".
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from operator import attrgetter

import numpy as np

from graphtrail.graph.links.clocks import Clocks
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session, family_key
from graphtrail.graph.world import Issue, Link, World, by_source, kind_of_issue

# Who signs in with a password of his own; a role or federated user signs in with what somebody was handed before.
_OWN = frozenset({"Root", "User"})
SKEW = 2  # seconds between clocks of two endpoints
_NOBODY: AbstractSet[str] = frozenset()
_TIME = attrgetter("time")


def same_assumption(world: World) -> None:
    """L2: the issued ``assumedRoleId`` is the family's principalId, and it was issued when the family begins.

    There must be a call whose issued key no record uses. Candidates are sessions, not calls: several calls of one
    session in that second are one link that cites them all. Of more keys than were issued, and no sign of a console,
    which makes many of one, some were issued by a call that is not in the logs: a hint. So is another second where the
    clocks are known to agree. Whoever another record names, SwitchRole or that of a federated user, outranks all times.
    """
    clocks = Clocks(world)
    by_id: dict[str, list[Issue]] = defaultdict(list)
    for issue in world.issues:
        if issue.credential.issued_id:
            by_id[issue.credential.issued_id].append(issue)
    for several in by_id.values():
        several.sort(key=_TIME)
    signed_in = {(issue.credential.issued_id, issue.time) for issue in world.sign_ins}
    switched = _switched(world)
    for family in sorted(family for family in world.by_family if family[0] in by_id):
        orphans = _orphans(world, family)
        near = _around(world, family, by_id[family[0]]) if orphans else []
        named = switched.get(family) or _issuers(world, family)
        near = [issue for issue in near if not named or _can_be(world, issue, named)]
        fitting = _fitting(world, family, near, orphans)
        if fitting:
            issued = sum(not _in_use(world, issue) for issue in fitting)
            sure = _sign_in(world, family, signed_in) or len(orphans) <= issued
            sure &= bool(named) or all(clocks.allow(issue, family[1]) for issue in fitting)
            _decide(world, family, fitting, Confidence.STRONG if sure else Confidence.HEURISTIC)


def _issuers(world: World, family: tuple[str, int]) -> set[str | None]:
    """The users that the records of a federated user name as who asked for it."""
    members = (world.sessions[key] for key in world.by_family[family])
    return {world.names.principal(one.issuer) for one in members if one.label == "FederatedUser" and one.issuer}


def _switched(world: World) -> dict[tuple[str, int], set[str | None]]:
    """Who switched to a role, by the family of the console that this opened."""
    found: dict[tuple[str, int], set[str | None]] = defaultdict(set)
    for issue in world.sign_ins:
        if issue.credential.method == "signin:SwitchRole" and issue.credential.source:
            at = world.sessions[issue.source].principal_id or ""
            family = _nearest(world, at, issue.time) or (at, issue.time)
            if all(world.sessions[key].console or key.startswith("signin:") for key in world.by_family.get(family, ())):
                found[family].add(world.names.principal(_principal(issue.credential.source)))
    return found


def _can_be(world: World, issue: Issue, named: set[str | None]) -> bool:
    """Whether a call can be of those whom another record names; callers of another account have no name."""
    principal = world.sessions[issue.source].principal
    return principal in named or not (principal or "").startswith("arn:")


def _fitting(world: World, family: tuple[str, int], near: list[Issue], orphans: list[str]) -> list[Issue]:
    """Of the issues near a family those that can have opened what nobody is known to have opened.

    Records without a key may be of whoever uses his: where all that are nearest are in use and of one session, they
    belong to its key, which is no matter of times.
    """
    whole, unused = family_key(family), [issue for issue in near if not _in_use(world, issue)]
    if orphans == [whole]:
        fitting = _within(near, family, _distance(near, family))
        return fitting if len(by_source(fitting)) > 1 or not all(_in_use(world, issue) for issue in fitting) else []
    return _within(near if whole in orphans and unused else unused, family, _distance(unused, family))


def _distance(issues: list[Issue], family: tuple[str, int]) -> int:
    return min((abs(issue.time - family[1]) for issue in issues), default=0)


def _within(issues: list[Issue], family: tuple[str, int], distance: int) -> list[Issue]:
    return [issue for issue in issues if abs(issue.time - family[1]) <= distance]


def _around(world: World, family: tuple[str, int], issues: list[Issue]) -> list[Issue]:
    """The issues, sorted by time, that fit a family, and no other one of that principal that begins nearer to them."""
    found = issues[bisect_left(issues, family[1] - SKEW, key=_TIME) : bisect_right(issues, family[1] + SKEW, key=_TIME)]
    taken = {time for time in {issue.time for issue in found} if _taken(world, family, time)}
    return [issue for issue in found if issue.time not in taken]


def _taken(world: World, family: tuple[str, int], time: int) -> bool:
    nearer = {at for off in range(abs(time - family[1])) for at in (time - off, time + off)}
    return any(_orphans(world, (family[0], at)) for at in nearer)


def _in_use(world: World, issue: Issue) -> bool:
    key = issue.credential.key
    return bool(key and world.holders.get(key))


def _orphans(world: World, family: tuple[str, int]) -> list[str]:
    """The sessions of a family without an exact parent of their own, a sign-in aside."""
    return [member for member in world.by_family.get(family, ()) if not world.has_exact_parent(member)]


def _sign_in(world: World, family: tuple[str, int], signed_in: set[tuple[str | None, int]]) -> bool:
    """Whether a family came from the console, or through a service: then AWS made many keys of the one."""
    if any(world.sessions[key].console or world.sessions[key].forwarded for key in world.by_family[family]):
        return True
    return any((family[0], family[1] + apart) in signed_in for apart in range(-SKEW, SKEW + 1))


def _decide(world: World, family: tuple[str, int], issues: list[Issue], sure: Confidence) -> None:
    sources = by_source(issues)
    key = world.family(family).key
    if len(sources) > 1:
        world.candidates[key] = sources
        return
    ((source, rows),) = sources.items()
    method, at = issues[0].credential.method, min(issue.time for issue in issues)
    world.link(Link(source, key, kind_of_issue(method), at, "L2", sure, rows, method))
    ends = [issue.credential.expires for issue in issues if issue.credential.expires is not None]
    if ends:
        world.sessions[key].expires = max(ends)


def sign_ins(world: World) -> None:
    """L5: a successful ConsoleLogin opens the family of its principal that begins with it, or within the skew.

    That of a role or federated user names the session that it was made with: how that came about tell other rules.
    """
    alone = _without_calls(world)
    opened: dict[tuple[str, int], list[Session]] = defaultdict(list)
    for issue in world.sign_ins:
        session = world.sessions[issue.source]
        if issue.credential.method != "signin:ConsoleLogin" or not session.principal:
            continue
        if session.key.startswith("ses:") and session.label in _OWN:
            world.link(
                Link(session.principal, session.key, "SIGNED_IN", issue.time, "L5", Confidence.STRONG, issue.rows,
                     issue.credential.method)
            )  # fmt: skip
        family = _nearest(world, session.principal_id, issue.time, alone if session.key in alone else _NOBODY)
        if family and session.key in alone:
            opened[family].append(session)
        elif family and family_key(family) != session.key:
            world.family_of[session.key] = (world.family(family).key, "L5")
    begun = {world.sessions[issue.source].family for issue in world.sign_ins if issue.source not in alone}
    for family, sessions in opened.items():
        near = _closest(family, {session.key: session for session in sessions}.values())
        if near and family not in begun:
            whole = world.family(family)
            whole.console = True
            world.family_of[near.key] = (whole.key, "L5")


def _without_calls(world: World) -> set[str]:
    """The sessions that are a sign-in of a user or root, and nothing else: no record shares their beginning."""
    numbers = {key: number for number, key in enumerate(world.signed.keys)}
    calls = np.bincount(world.signed.of_call, minlength=len(numbers))
    made = Counter(issue.source for issue in world.sign_ins if issue.source.startswith("ses:"))
    held = {key: world.sessions[key].family for key, count in made.items() if calls[numbers[key]] == count}
    return {key for key, family in held.items() if family and world.by_family.get(family) == [key]}


def _begins(world: World, key: str, alone: AbstractSet[str]) -> bool:
    """Whether a session is one with which a family begins; see ``_nearest``."""
    if key.startswith("signin:") or key in alone:
        return False
    session = world.sessions[key]
    held = (session.direct or session.console) and not session.assumed_root
    return not alone or (held and not world.has_exact_parent(key))


def _closest(family: tuple[str, int], sessions: Iterable[Session]) -> Session | None:
    """The sign-in that is nearest to the beginning of a family, of two as near neither."""
    by_distance: dict[int, list[Session]] = defaultdict(list)
    for session in sessions:
        by_distance[abs((session.created or 0) - family[1])].append(session)
    near = by_distance[min(by_distance)]
    return near[0] if len(near) == 1 else None


def _nearest(
    world: World, principal_id: str | None, time: int, alone: AbstractSet[str] = _NOBODY
) -> tuple[str, int] | None:
    """The family of a principal that begins at a time, or nearest to it within the skew; of two as near neither.

    Args:
        world: everything.
        principal_id: of the principal.
        time: epoch seconds.
        alone: sign-ins of a user or root without a family of their own, if it is asked for one of them: theirs has
            a session whose key somebody held, and of which nothing else tells how it came about.
    """
    for distance in range(SKEW + 1):
        found = [
            family
            for family in sorted({(principal_id or "", time - distance), (principal_id or "", time + distance)})
            if any(_begins(world, member, alone) for member in world.by_family.get(family, ()))
        ]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def switched_roles(world: World) -> None:
    """L6: SwitchRole names the ARN that it came from; the AssumeRole behind it is found by L2, if it was recorded."""
    for issue in world.sign_ins:
        if issue.credential.method != "signin:SwitchRole":
            continue
        session = world.sessions[issue.source]
        family = _nearest(world, session.principal_id, issue.time)
        target = session.key
        if family:
            target = world.family(family).key
            world.family_of[session.key] = (target, "L6")
        source = world.names.principal(_principal(issue.credential.source))
        if source and not world.issuing(target):
            world.link(
                Link(source, target, "ASSUMED", issue.time, "L6", Confidence.STRONG, issue.rows,
                     issue.credential.method)
            )  # fmt: skip


def _principal(arn: str | None) -> str | None:
    """The principal of an ARN as SwitchFrom gives it: of an assumed role the role."""
    if arn and ":assumed-role/" in arn:
        start, _, rest = arn.partition(":assumed-role/")
        return f"{start.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"
    return arn


def drawn_families(world: World) -> None:
    """Draw families: where a record was minted, where there are several keys, or where a link ends at the family."""
    whole_of = {key[4:].rpartition("@")[0] for key in world.sessions if key.startswith("ses:")}
    for family, members in world.by_family.items():
        keys = [member for member in members if member.startswith("key:")]
        known = family[0] in whole_of and family_key(family) in world.sessions
        if keys and (known or len(keys) > 1):
            whole = world.family(family)
            for member in keys:
                world.family_of.setdefault(member, (whole.key, "record"))
