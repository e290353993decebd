"""L7, L8, L11: who the person is, and which sessions are one sign-in.

Sources: CloudTrail User Guide, "userIdentity element" (``onBehalfOf``, ``signInSessionArn``) and "Identity Center
use cases"; AWS Sign-In documentation of ``aws login`` (CreateOAuth2Token).
"""

from collections import defaultdict

import numpy as np

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
    roots = _Roots(world)
    acting = [session for session in world.sessions.values() if session.people and session.label != "Service"]
    silent = _silent(world) if acting else set()
    for session in acting:
        root = roots[session.key]
        if root not in world.candidates and _shares(world, session.key):
            by_root[root] |= session.people
    opened = _opened(world) if acting else set()
    for session in world.sessions.values() if acting else ():
        shared = by_root.get(roots[session.key], {}) if _shares(world, session.key) else {}
        named = (session.people if session.label != "Service" else {}) or shared
        if len(named) > 1:
            world.candidates[session.key] = {person: (row,) for person, row in sorted(named.items())}
        for person, row in named.items() if len(named) == 1 else ():
            if person != session.principal:
                at = int(world.facts.times[row])
                sure = session.key not in silent if session.people else _one_hand(world, session, opened)
                level = Confidence.EXACT if sure else Confidence.HEURISTIC
                world.link(Link(person, session.key, "ON_BEHALF_OF", at, "L8", level, (row,)))


def _silent(world: World) -> set[str]:
    """The sessions without key and date of which a record names nobody: what another says need not hold for it."""
    named = world.facts.callers.column("person").where(bool)
    silent = world.signed.of_call[~named[world.facts.caller[world.records.calls]]]
    return {key for number in np.unique(silent).tolist() if (key := world.signed.keys[number]).startswith("anon:")}


def _shares(world: World, key: str) -> bool:
    """Whether a session is in one hand with the rest of its family: nobody was given its key alone."""
    return key not in world.family_of or not world.has_exact_parent(key)


def _opened(world: World) -> set[str]:
    """The families that are one sign-in: it names itself, a console shows, or a service acted for it."""
    found = {key for key, rule in world.family_of.values() if rule in {"L5", "L6"}}
    for session in world.sessions.values():
        if session.sign_ins or session.console or session.forwarded:
            found.add(world.family_of.get(session.key, (session.key, ""))[0])
    return found


def _one_hand(world: World, session: Session, opened: set[str]) -> bool:
    """Whether the keys of one name and second are of one sign-in, or of one issue."""
    family = world.family_of.get(session.key, (session.key, ""))[0]
    return family in opened or any(link.confidence >= Confidence.STRONG for link in world.issuing(family))


class _Roots(dict[str, str]):
    """The session that another is part of in the end; what is found on the way is remembered."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._family_of = world.family_of

    def __missing__(self, key: str) -> str:
        way = [key]
        while way[-1] in self._family_of and way[-1] not in self:
            way.append(self._family_of[way[-1]][0])
        root = self.get(way[-1], way[-1])
        self.update(dict.fromkeys(way, root))
        return root


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
        by_arn[made] = open_ = sorted(target for target in by_arn[made] if not world.issuing(target))
        for target in (target for target in open_ if target != issue.source):
            world.link(
                Link(issue.source, target, "ISSUED", issue.time, "L11", Confidence.EXACT, issue.rows,
                     issue.credential.method)
            )  # fmt: skip
