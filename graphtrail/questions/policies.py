"""``policies``."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated

from graphtrail.events.pivots import UNREAD
from graphtrail.graph.pivots.calls import ADMIN
from graphtrail.questions.pivoted import Pivoted, called, pivoted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Texts
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge

_Order = tuple[int, Texts]
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
    history: dict[str, _History] = {}
    for edge, session in pivoted(trail, seed, _TYPES):
        entity = trail.store.entity(edge.target)
        if edge.target not in history:
            history[edge.target] = _History(trail.store.into(edge.target))
        now, before = history[edge.target].allowed(edge), history[edge.target].before(edge)
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


class _History:
    """The policies of one resource."""

    def __init__(self, into: Sequence[ControlEdge]) -> None:
        self._made = {edge.event_ids for edge in into if edge.type == "CREATED"}
        self._allowed: dict[Texts, list[str]] = defaultdict(list)
        self._changes: dict[tuple[str, str], list[_Order]] = defaultdict(list)
        for edge in into:
            if edge.type == "POLICY_ALLOWS":
                self._allowed[edge.event_ids].append(edge.source)
            elif edge.type in _TYPES:
                self._changes[edge.type, _policy(edge)].append((edge.at, edge.event_ids))
        for changes in self._changes.values():
            changes.sort()

    def allowed(self, change: ControlEdge) -> Texts:
        """Whom the policy that was set by a change lets in."""
        return self._by(change.event_ids)

    def before(self, change: ControlEdge) -> Texts | None:
        """Whom the change before let in; nobody where the same call made the role."""
        if change.event_ids in self._made:
            return ()
        changes = self._changes[change.type, _policy(change)]
        place = bisect_left(changes, (change.at, change.event_ids))
        return self._by(changes[place - 1][1]) if place and change.type != "CHANGED_PERMISSIONS" else None

    def _by(self, event_ids: Texts) -> Texts:
        return tuple(sorted(self._allowed.get(event_ids, ())))
