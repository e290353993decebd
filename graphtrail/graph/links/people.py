"""L7, L8, L11: who the person is, and which sessions are one sign-in.

Sources: CloudTrail User Guide, "userIdentity element" (``onBehalfOf``, ``signInSessionArn``) and "Identity Center
use cases"; AWS Sign-In documentation of ``aws login`` (CreateOAuth2Token).
"""

from collections import defaultdict

from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Link, World


def same_sign_in(world: World) -> None:
    """L7: one ``signInSessionArn`` is one sign-in, across all its keys and families: they hang on the oldest."""
    by_arn: dict[str, list[str]] = defaultdict(list)
    for session in world.sessions.values():
        for sign_in in session.sign_ins:
            by_arn[sign_in].append(session.key)
    for _, keys in sorted(by_arn.items()):
        roots = sorted(
            {world.family_of.get(key, (key, ""))[0] for key in keys},
            key=lambda key: (world.sessions[key].created or 0, key),
        )
        for root in roots[1:]:
            world.family_of[root] = (roots[0], "L7")


def people(world: World) -> None:
    """L8: whoever a session once acted on behalf of is the person behind all its calls.

    Services stamp it or do not, so one record speaks for the whole session, and for the other keys of one sign-in: not
    for those that were handed out each by a call of its own, and not where several may have opened it. A service is
    nobody's, and records that have no more in common than a name may be of several sessions: there it is a hint, as it
    is for other keys of one name and second that nothing shows to be of one sign-in.
    """
    by_root: dict[str, dict[str, int]] = defaultdict(dict)
    acting = [session for session in world.sessions.values() if session.people and session.label != "Service"]
    for session in acting:
        root = _root(world, session.key)
        if root not in world.candidates and _shares(world, session.key):
            by_root[root] |= session.people
    opened = {key for key, rule in world.family_of.values() if rule in {"L5", "L6"}}
    for session in world.sessions.values() if acting else ():
        shared = by_root.get(_root(world, session.key), {}) if _shares(world, session.key) else {}
        named = (session.people if session.label != "Service" else {}) or shared
        if len(named) > 1:
            world.candidates[session.key] = {person: (row,) for person, row in sorted(named.items())}
        for person, row in named.items() if len(named) == 1 else ():
            if person != session.principal:
                at = int(world.facts.times[row])
                sure = _speaks(world, session) if session.people else _one_hand(world, session, opened)
                level = Confidence.EXACT if sure else Confidence.HEURISTIC
                world.link(Link(person, session.key, "ON_BEHALF_OF", at, "L8", level, (row,)))


def _speaks(world: World, session: Session) -> bool:
    """Whether what one record says holds for all of a session: those without key and date must all say it."""
    if not session.key.startswith("anon:"):
        return True
    named = world.facts.callers.column("person").where(bool)
    own = world.signed.of_call == world.signed.keys.index(session.key)
    return bool(named[world.facts.caller[world.records.calls[own]]].all())


def _shares(world: World, key: str) -> bool:
    """Whether a session is in one hand with the rest of its family: nobody was given its key alone."""
    return key not in world.family_of or not world.has_exact_parent(key)


def _one_hand(world: World, session: Session, opened: set[str]) -> bool:
    """Whether the keys of one name and second are of one sign-in: one that names itself, a console's, or one issue."""
    family = world.family_of.get(session.key, (session.key, ""))[0]
    members = [session, *(world.sessions[key] for key in world.by_family.get(session.family or ("", 0), ()))]
    if family in opened or any(one.sign_ins or one.console or one.forwarded for one in members):
        return True
    return any(link.confidence >= Confidence.STRONG for link in world.issuing(family))


def _root(world: World, key: str) -> str:
    while key in world.family_of:
        key = world.family_of[key][0]
    return key


def authorized(world: World) -> None:
    """L11: CreateOAuth2Token names the sign-in session that it made; its key is hidden."""
    by_arn: dict[str, list[str]] = defaultdict(list)
    for session in world.sessions.values():
        for sign_in in session.sign_ins:
            by_arn[sign_in].append(session.key)
    for issue in world.issues:
        made = issue.credential.sign_in
        if issue.credential.method != "signin:CreateOAuth2Token" or not made:
            continue
        for target in sorted(by_arn.get(made, ())):
            if target != issue.source and not world.issuing(target):
                world.link(
                    Link(issue.source, target, "ISSUED", issue.time, "L11", Confidence.EXACT, issue.rows,
                         issue.credential.method)
                )  # fmt: skip
