"""Control by other ways than a role assumed or a key handed out: one edge a call, and what it really opened.

Source: the table of pivots that the documentation gives (``docs/rules.md``, "Pivots"); API references of the services.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

from graphtrail.graph.control import Control
from graphtrail.graph.pivots.beside import aliases, delegates
from graphtrail.graph.pivots.calls import calls
from graphtrail.graph.pivots.effects import Effect, effects
from graphtrail.graph.pivots.identities import identities
from graphtrail.graph.pivots.opened import providers, roles_passed
from graphtrail.graph.pivots.policies import policies
from graphtrail.graph.pivots.undone import undone
from graphtrail.graph.world import World

# Effects of which each is an edge to what the call was on.
_PLAIN = frozenset({"BLINDED", "CHANGED_ORG", "CHANGED_PERMISSIONS", "CONTROLS", "EXECUTED_ON", "READ_SECRET"})


def pivots(world: World) -> Iterator[Control]:
    """All edges of pivots, and the ways that they opened."""
    done = effects(world)
    touching = list(calls(world))
    yield from identities(world, done)
    yield from shared(done)
    yield from undone(world, done)
    yield from policies(world, done)
    yield from touching
    yield from roles_passed(world, touching)
    yield from providers(world, touching)
    yield from aliases(world)
    yield from delegates(world)


def shared(done: list[Effect]) -> Iterator[Control]:
    """Shares and grants, code run by tag, secrets read: an edge a call and resource, or a call and party."""
    given: dict[str, _Given] = defaultdict(_Given)
    let_in = {(effect.row, effect.pivot.party) for effect in done if effect.pivot.type == "SHARED_WITH"}
    for effect in done:
        pivot = effect.pivot
        if pivot.type in {"SHARED_WITH", "UNSHARED_WITH", "KMS_GRANT"} and pivot.party:
            for resource in effect.resources:
                if resource != pivot.party:  # a request that names its ARN names both
                    yield effect.edge(pivot.type, pivot.party, resource)
                if pivot.type == "SHARED_WITH":
                    given[resource].let_in(pivot.made, pivot.party)
        elif pivot.type == "UNSHARED_WITH":
            for resource in effect.resources:
                yield from _taken_back(effect, resource, given[resource], let_in)
        elif pivot.type in _PLAIN or (pivot.type == "SET_PASSWORD" and pivot.target is None):
            for resource in effect.resources:
                yield effect.edge(pivot.type, resource, pivot.made)


class _Given:
    """Whom calls let in to a resource, by the label under which they did."""

    def __init__(self) -> None:
        self._by_label: dict[str, set[str]] = defaultdict(set)
        self._labels: Counter[str] = Counter()

    def let_in(self, label: str, party: str) -> None:
        if party not in self._by_label[label]:
            self._by_label[label].add(party)
            self._labels[party] += 1

    def take_back(self, label: str, but: Callable[[str], bool]) -> set[str]:
        """Those whom only a label let in (of all labels, if it is empty), but for some; they are forgotten."""
        gone: set[str] = set()
        for held in [label] if label else list(self._by_label):
            leaving = {party for party in self._by_label.get(held, ()) if not but(party)}
            self._labels.subtract(leaving)
            staying = self._by_label.pop(held, set()) - leaving
            if staying:
                self._by_label[held] = staying
            gone |= leaving
        return {party for party in gone if not self._labels[party]}


def _taken_back(
    effect: Effect, resource: str, given: _Given, let_in: AbstractSet[tuple[int, str | None]]
) -> Iterator[Control]:
    """To each party whom earlier calls let in under the label that is taken back, under no other, and not anew."""
    for party in sorted(given.take_back(effect.pivot.made, lambda party: (effect.row, party) in let_in)):
        yield effect.edge("UNSHARED_WITH", party, resource)
