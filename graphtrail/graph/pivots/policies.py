"""Policies that were set, whom they let in, and the sessions of those whom only a new trust policy lets in."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from graphtrail.events.pivots import UNREAD
from graphtrail.events.policies import PUBLIC
from graphtrail.graph.control import Control, begin
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.pivots.effects import Effect
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Link, World


@dataclass(frozen=True, slots=True)
class _Change:
    """One setting of a policy.

    Attributes:
        effect: the call.
        allowed: keys of principals that it lets in.
        creation: what it is of was made by the same call: before it, nobody was let in.
    """

    effect: Effect
    allowed: frozenset[str]
    creation: bool


def policies(world: World, done: list[Effect]) -> Iterator[Control]:
    """CHANGED_TRUST, CHANGED_POLICY and POLICY_ALLOWS of each change, and what it opened.

    A resource's policy that lets in somebody of another account, or everybody, shares the resource. A role's trust
    policy opens the way to the sessions of the role issued at or after the change and before the next one, to a
    principal (never a service) whom the last known earlier policy did not let in and this one does.
    """
    of_role: dict[str, list[Session]] = defaultdict(list)
    for session in sorted(world.sessions.values(), key=begin):
        if session.label == "Role" and session.principal:
            of_role[session.principal].append(session)
    for (resource, _), changes in _changes(done).items():
        before: frozenset[str] | None = None
        for place, change in enumerate(changes):
            effect = change.effect
            end = changes[place + 1].effect.time if place + 1 < len(changes) else FOREVER
            before = frozenset() if change.creation else before
            yield effect.edge(effect.pivot.type, resource, effect.pivot.made)
            yield from _allows(change, resource, end)
            issued = of_role[resource] if effect.trusting else []
            start, stop = bisect_left(issued, effect.time, key=begin), bisect_left(issued, end, key=begin)
            for session in issued[start:stop]:
                yield from _opened(world, session, change, before)
            before = change.allowed


def _changes(done: list[Effect]) -> dict[tuple[str, str], list[_Change]]:
    """The settings of each policy, by time: what it is of, and which kind of policy it is."""
    allowed: dict[int, set[str]] = defaultdict(set)
    made = {effect.row for effect in done if effect.pivot.type == "CREATED"}
    for effect in done:
        if effect.pivot.type == "ALLOWS" and effect.pivot.party:
            allowed[effect.row].add(effect.pivot.party)
    found: dict[tuple[str, str], list[_Change]] = defaultdict(list)
    for effect in done:
        if effect.pivot.type in {"CHANGED_TRUST", "CHANGED_POLICY"}:
            kind = effect.pivot.made if effect.pivot.made != UNREAD else ""
            for resource in effect.resources:
                found[resource, kind].append(_Change(effect, frozenset(allowed[effect.row]), effect.row in made))
    return found


def _allows(change: _Change, resource: str, end: int) -> Iterator[Control]:
    effect = change.effect
    for party in sorted(change.allowed):
        yield Control(
            party, resource, "POLICY_ALLOWS", effect.time, "record", (effect.row,), end, effect.time, Confidence.EXACT,
            "trust" if effect.trusting else "policy",
        )  # fmt: skip
        if not effect.trusting and effect.is_foreign(party):
            yield effect.edge("SHARED_WITH", party, resource)


def _opened(world: World, session: Session, change: _Change, before: frozenset[str] | None) -> Iterator[Control]:
    start = begin(session)
    if session.key == change.effect.source:
        return
    issuing = world.issuing(session.key)
    if not issuing:
        if before is not None and change.allowed - before and change.effect.pivot.made != UNREAD:
            yield change.effect.opened(session.key, start, "trust changed", Confidence.HEURISTIC)
        return
    caller = _names(world, issuing[0])
    if caller and caller & change.allowed and not (before and caller & before):
        why = "trust changed" if before is not None else "trust changed, the policy before is not known"
        yield change.effect.opened(session.key, start, why)


def _names(world: World, link: Link) -> frozenset[str]:
    """The names under which a policy may let in whoever assumed a role; empty for a service."""
    session = world.sessions.get(link.source)
    principal = session.principal if session else link.source
    if principal is None or principal.startswith("service:"):
        return frozenset()
    names = {principal, PUBLIC}
    if session and session.uid:
        names.add(f"uid:{session.uid}")
    if session and session.arn:
        names.add(session.arn)
    parts = principal.split(":")
    account = parts[4] if principal.startswith("arn:") and len(parts) > 5 else None  # noqa: PLR2004 - of an ARN
    account = account or (min(session.accounts, default=None) if session else None)
    if account:
        names.add(f"account:{account}")
    return frozenset(names)
