"""``policies``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.events.pivots import UNREAD
from graphtrail.graph.pivots.calls import ADMIN
from graphtrail.questions.pivoted import Pivoted, called, pivoted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Texts
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge

_TYPES = frozenset({"CHANGED_TRUST", "CHANGED_POLICY", "CHANGED_PERMISSIONS"})


class PolicyChange(Pivoted, frozen=True, kw_only=True):
    """One policy that one call changed.

    Attributes:
        resource, resource_type: what it is the policy of.
        policy: ``trust``, ``resource``, ``ACL``, ``replication``, ``access point``, ``permissions``, of an event bus
            ``statement`` and its id or, of a bucket or account, ``public access block`` (taken away, or with a gap; all
            of it is ``public access blocked``).
        grants_admin: the permissions that were set allow everything on everything.
        allowed: keys of the principals that the new policy lets in; of permissions none.
        before: those that the policy before let in, None where these logs do not show it.
        added, removed: the difference; all of ``allowed`` is added where the policy before is not known.
        interpreted: whether all of the policy was understood; ``NotPrincipal`` is not.
    """

    resource: str
    resource_type: str
    policy: str
    allowed: Texts
    before: Texts | None
    added: Texts
    removed: Texts
    interpreted: bool
    grants_admin: bool


@question(PolicyChange, "time policy resource added removed grants_admin action origin principal event_id")
def policies(
    trail: Trail,
    seed: Annotated[str | None, "only what this and all that it reached changed; without it everything"] = None,
) -> Iterator[PolicyChange]:
    """Which trust, resource and permission policies were changed, by whom, and whom do they let in now?

    One row for each call and policy, by time, with whom the policy before let in, as far as these logs show it.
    """
    for edge, session in pivoted(trail, seed, _TYPES):
        entity = trail.store.entity(edge.target)
        now, before = _allowed(trail, edge), _before(trail, edge)
        yield PolicyChange(
            **called(trail, edge, session),
            resource=edge.target,
            resource_type=entity.label if entity else "Resource",
            policy=_policy(edge),
            allowed=now,
            before=before,
            added=tuple(sorted(set(now) - set(before or ()))),
            removed=tuple(sorted(set(before or ()) - set(now))),
            interpreted=edge.detail != UNREAD,
            grants_admin=edge.detail == ADMIN,
        )


def _policy(edge: ControlEdge) -> str:
    """Which kind of policy an edge is about."""
    if edge.type == "CHANGED_POLICY":
        return "resource" if edge.detail in {"", UNREAD} else edge.detail
    return "trust" if edge.type == "CHANGED_TRUST" else "permissions"


def _allowed(trail: Trail, change: ControlEdge) -> Texts:
    """Whom the policy that was set by a change lets in."""
    into = trail.store.into(change.target)
    return tuple(
        sorted(edge.source for edge in into if edge.type == "POLICY_ALLOWS" and edge.event_ids == change.event_ids)
    )


def _before(trail: Trail, change: ControlEdge) -> Texts | None:
    """Whom the change before let in; nobody where the same call made the role."""
    into = trail.store.into(change.target)
    if any(edge.type == "CREATED" and edge.event_ids == change.event_ids for edge in into):
        return ()
    order = (change.at, change.event_ids)
    earlier = [
        edge
        for edge in into
        if edge.type == change.type and _policy(edge) == _policy(change) and (edge.at, edge.event_ids) < order
    ]
    if not earlier or change.type == "CHANGED_PERMISSIONS":
        return None
    return _allowed(trail, max(earlier, key=lambda edge: (edge.at, edge.event_ids)))
