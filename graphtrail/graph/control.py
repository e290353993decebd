"""The one relation for control: every way by which whoever holds one thing comes to hold another.

Each edge has two times. ``until`` is the last moment at which the source must have been held, ``since`` the first at
which the target is then held: whoever holds the source at ``a`` may cross if ``a <= until``, and holds the target from
``max(a, since)``.
"""

from collections.abc import Iterator
from typing import NamedTuple

from graphtrail.graph.layout import FOREVER
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import ISSUES, World


class Control(NamedTuple):
    """One edge of the control half.

    Attributes:
        source, target: keys of nodes.
        type: name of the relation.
        at: epoch seconds of the call, of an edge without one its first moment.
        rule, confidence: of the rule that drew it.
        rows: the calls that prove it.
        until, since: as above; ``FOREVER`` is no limit.
        detail: action that issued it, or what was made.
    """

    source: str
    target: str
    type: str
    at: int
    rule: str
    rows: tuple[int, ...]
    until: int
    since: int
    confidence: Confidence
    detail: str = ""


def control(world: World) -> list[Control]:
    """The edges of links, families, workloads and principals; several rules may draw the same."""
    return [*_links(world), *_families(world), *_hosts(world), *_opened(world)]


def expiry(session: Session) -> int:
    """The later of the end that was stated or assumed and the last call seen."""
    return max(session.expires, session.last_seen or 0)


def _links(world: World) -> Iterator[Control]:
    for target, links in world.links.items():
        issuing = [link for link in links if link.type in ISSUES]
        for link in links:
            since = link.at
            first = world.sessions[target].first_seen
            if issuing == [link] and first is not None:
                since = min(since, first)  # a use dated before its issue: clocks differ
            until = link.at
            if link.type == "ON_BEHALF_OF":
                since, until = world.sessions[target].first_seen or link.at, FOREVER
            yield Control(
                link.source,
                target,
                link.type,
                link.at,
                link.rule,
                link.rows,
                until,
                since,
                link.confidence,
                link.method,
            )


def _families(world: World) -> Iterator[Control]:
    families = {family for family, _ in world.family_of.values()}
    signed_in = {family for family in families if _is_sign_in(world, world.sessions[family])}
    to_console = {family for family in families if _went_to_console(world, family)}
    for member, (family, rule) in world.family_of.items():
        whole = world.sessions[family]
        start, end = begin(whole), expiry(whole)
        yield Control(member, family, "PART_OF", start, rule, (), end, start, Confidence.EXACT)
        if (rule == "L7" or family in signed_in) and not world.has_exact_parent(member):
            for source, target in ((member, family), (family, member)):
                yield Control(source, target, "SAME_SIGN_IN", start, rule, (), end, start, Confidence.EXACT)
        elif family in to_console and world.has_exact_parent(member):
            yield Control(member, family, "SAME_SIGN_IN", start, "L2", (), end, start, Confidence.STRONG)


def _went_to_console(world: World, family: str) -> bool:
    """Whether somebody opened the console with a key that he was handed: the family then is that key's.

    Nothing else opened the family, and whoever was handed one of its keys had it from one session.
    """
    whole = world.sessions[family]
    if not whole.console or world.issuing(family) or family in world.candidates:
        return False
    members = world.by_family[whole.family] if whole.family else ()
    return len({link.source for member in members for link in world.issuing(member)}) == 1


def _is_sign_in(world: World, family: Session) -> bool:
    """Whether the members of a family are one sign-in, and not merely several keys of one assumption."""
    by_other_than_key = any(link.rule != "L1" for link in world.links.get(family.key, ()))
    return family.console or family.forwarded or by_other_than_key


def begin(session: Session) -> int:
    """The first moment at which a session is known to be, epoch seconds."""
    created, seen = session.created, session.first_seen
    if created is None or seen is None:
        return (seen if created is None else created) or 0
    return min(created, seen)


def _hosts(world: World) -> Iterator[Control]:
    """From workloads to the sessions that run on them; a name that anybody may have chosen is no way to walk."""
    for key, (workload, rule, confidence) in world.workloads.items():
        if confidence < Confidence.STRONG:
            continue
        session = world.sessions[key]
        since = session.first_seen if session.first_seen is not None else begin(session)
        yield Control(workload, key, "HOSTS", since, rule, (), expiry(session), since, confidence)


def _opened(world: World) -> Iterator[Control]:
    """Every session hangs on its principal; nobody walks there: a role never hands over all its sessions."""
    for session in world.sessions.values():
        if session.principal:
            start = begin(session)
            yield Control(
                session.principal, session.key, "OPENED", start, "record", (), expiry(session), start, Confidence.EXACT
            )
