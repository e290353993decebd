"""The numbers of nodes: sessions first, then entities (principals, resources, workloads), both in order of their keys.

Most entities are resources, which nobody but the records names: they are ordered by code, and never become a
dictionary of texts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from graphtrail.case import arrow
from graphtrail.case.arrow import Ints, Mask
from graphtrail.case.values import Words
from graphtrail.graph.control import Control
from graphtrail.graph.origin import Origin
from graphtrail.graph.world import World


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of nodes by their keys.

    Attributes:
        sessions: of sessions.
        entities: of the entities that rules name, counted from the first entity.
        resources: of the resources, by their codes in the facts.
        keys: of all entities, in order.
    """

    sessions: dict[str, int]
    entities: dict[str, int]
    resources: Ints
    keys: arrow.Array

    @property
    def nodes(self) -> int:
        """How many nodes have numbers."""
        return len(self.sessions) + len(self.keys)

    def node(self, key: str) -> int:
        """The number of a node: sessions come first."""
        number = self.sessions.get(key)
        return number if number is not None else len(self.sessions) + self.entities[key]

    def of(self, keys: Sequence[str]) -> Ints:
        """The numbers of nodes."""
        sessions, entities, before = self.sessions, self.entities, len(self.sessions)
        numbers = (sessions[key] if key in sessions else before + entities[key] for key in keys)
        return np.fromiter(numbers, np.int32, len(keys))


def numbered(world: World, edges: Iterable[Control], origins: dict[str, Origin]) -> Numbers:
    """Number all nodes of a graph."""
    sessions = {key: number for number, key in enumerate(sorted(world.sessions))}
    resources, renamed = world.facts.resources, world.names.renamed
    own = np.ones(len(resources), np.bool_)  # the resources that are an entity under the key that records give
    acting = {code: sessions[key] for code, key in enumerate(resources) if key in sessions}
    own[[*acting, *renamed]] = False
    named = _named(world, edges, origins).difference(sessions)
    new = sorted(key for key in named if not _is_own(key, resources, own))
    ordered = resources.order[own[resources.order]]
    of_resource = np.zeros(len(resources), np.int32)
    of_resource[ordered], of_new = merged(list(map(resources.all.__getitem__, ordered.tolist())), new)
    entities = dict(zip(new, of_new.tolist(), strict=True))
    entities |= {key: int(of_resource[resources.numbers[key]]) for key in named.difference(new)}
    places = np.empty(len(new) + int(own.sum()), np.int32)
    places[of_resource[own]] = np.flatnonzero(own)
    places[of_new] = np.arange(len(resources), len(resources) + len(new))
    found = Numbers(
        sessions,
        entities,
        of_resource + np.int32(len(sessions)),
        arrow.taken([resources.array, arrow.texts(new)], places),
    )
    for code, number in acting.items():
        found.resources[code] = number
    for code, key in renamed.items():
        found.resources[code] = found.node(key)
    return found


def _named(world: World, edges: Iterable[Control], origins: dict[str, Origin]) -> set[str]:
    """What rules name."""
    keys: set[str | None] = {*world.names.keys, *world.names.renamed.values()}
    keys.update(map(attrgetter("principal"), world.sessions.values()))
    keys.update(map(attrgetter("source"), edges))
    keys.update(map(attrgetter("target"), edges))
    keys.update(map(attrgetter("principal"), origins.values()))
    return {key for key in keys if key}


def _is_own(key: str, resources: Words, own: Mask) -> bool:
    code = resources.numbers.get(key)
    return code is not None and bool(own[code])


def merged(keys: Sequence[str], new: Sequence[str]) -> tuple[Ints, Ints]:
    """The places of many keys and of a few new ones among both; each given in order, none in both."""
    before = np.fromiter((bisect_left(keys, key) for key in new), np.int32, len(new))
    place = np.arange(len(keys), dtype=np.int32)
    behind = (place + np.searchsorted(before, place, "right")).astype(np.int32)
    return behind, (before + np.arange(len(new))).astype(np.int32)
