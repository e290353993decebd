"""Control by other ways than a role assumed or a key handed out: one edge a call, and what it really opened.

Source: the table of pivots that the documentation gives (``docs/rules.md``, "Pivots"); API references of the services.
"""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from graphtrail.graph.control import Control
from graphtrail.graph.pivots.beside import aliases, delegates
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
    yield from aliases(world)
    yield from delegates(world)


def shared(done: list[Effect]) -> Iterator[Control]:
    """Shares and grants, code run by tag, secrets read: an edge a call and resource, or a call and party."""
    given: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    let_in = {(effect.row, effect.pivot.party) for effect in done if effect.pivot.type == "SHARED_WITH"}
    for effect in done:
        pivot = effect.pivot
        if pivot.type in {"SHARED_WITH", "UNSHARED_WITH", "KMS_GRANT"} and pivot.party:
            for resource in effect.resources:
                if resource != pivot.party:  # a request that names its ARN names both
                    yield effect.edge(pivot.type, pivot.party, resource)
                if pivot.type == "SHARED_WITH":
                    given[resource][pivot.made, pivot.party] = None
        elif pivot.type == "UNSHARED_WITH":
            for resource in effect.resources:
                yield from _taken_back(effect, resource, given[resource], let_in)
        elif pivot.type in _PLAIN or (pivot.type == "SET_PASSWORD" and pivot.target is None):
            for resource in effect.resources:
                yield effect.edge(pivot.type, resource, pivot.made)


def _taken_back(
    effect: Effect, resource: str, given: dict[tuple[str, str], None], let_in: AbstractSet[tuple[int, str | None]]
) -> Iterator[Control]:
    """To each party whom earlier calls let in under the label that is taken back, under no other, and not anew."""
    gone = [held for held in given if effect.pivot.made in {"", held[0]} and (effect.row, held[1]) not in let_in]
    for held in gone:
        del given[held]
    still = {party for _, party in given}
    for party in sorted({party for _, party in gone} - still):
        yield effect.edge("UNSHARED_WITH", party, resource)
