"""Control by other ways than a role assumed or a key handed out: one edge a call, and what it really opened.

Source: the table of pivots that the documentation gives (``docs/rules.md``, "Pivots"); API references of the services.
"""

from collections import defaultdict
from collections.abc import Iterator

from graphtrail.graph.control import Control
from graphtrail.graph.pivots.calls import calls
from graphtrail.graph.pivots.effects import Effect, effects
from graphtrail.graph.pivots.identities import identities
from graphtrail.graph.pivots.opened import providers, roles_passed
from graphtrail.graph.pivots.policies import policies
from graphtrail.graph.world import World

# Effects of which each is an edge to what the call was on.
_PLAIN = frozenset({"BLINDED", "CHANGED_ORG", "CHANGED_PERMISSIONS", "CONTROLS", "EXECUTED_ON", "READ_SECRET"})


def pivots(world: World) -> Iterator[Control]:
    """All edges of pivots, and the ways that they opened."""
    done = effects(world)
    touching = list(calls(world))
    yield from identities(world, done)
    yield from shared(done)
    yield from policies(world, done)
    yield from touching
    yield from roles_passed(world, touching)
    yield from providers(world, touching)


def shared(done: list[Effect]) -> Iterator[Control]:
    """Shares and grants, code run by tag, secrets read: an edge a call and resource, or a call and party."""
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for effect in done:
        pivot = effect.pivot
        if pivot.type in {"SHARED_WITH", "UNSHARED_WITH", "KMS_GRANT"}:
            yield from _shared(effect, named)
        elif pivot.type in _PLAIN or (pivot.type == "SET_PASSWORD" and pivot.target is None):
            for resource in effect.resources:
                yield effect.edge(pivot.type, resource, pivot.made)


def _shared(effect: Effect, named: dict[tuple[str, str], set[str]]) -> Iterator[Control]:
    """The edges of one share or removal; ``named`` holds who was let in to a resource under a name, until now.

    Whoever is still let in under another name is so after a removal.
    """
    pivot = effect.pivot
    for resource in effect.resources:
        under = (resource, pivot.made)
        parties = {pivot.party} if pivot.party else named.pop(under, set())
        if pivot.type == "SHARED_WITH" and pivot.made:
            named[under] |= parties
        elif not pivot.party:
            parties = parties.difference(*(held for (of, _), held in named.items() if of == resource))
        for party in sorted(parties - {resource}):  # a request that names its ARN names both
            yield effect.edge(pivot.type, party, resource)
