"""What calls touched, by call."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from graphtrail.case.arrow import Ints, Longs, Mask
from graphtrail.graph.world import World


class Touching:
    """The touches of a case, to be asked for some calls."""

    def __init__(self, world: World) -> None:
        """Look at the touches of a case."""
        self._world = world

    def of(self, rows: Iterable[int], roles: tuple[str, ...]) -> dict[int, list[str]]:
        """Keys of what some calls touched in some roles, scopes left out."""
        wanted = np.zeros(self._world.facts.rows, np.bool_)
        wanted[list(rows)] = True
        found: dict[int, list[str]] = defaultdict(list)
        for row, key, _ in self.where(wanted, roles):
            found[row].append(key)
        return found

    def where(self, calls: Mask, roles: tuple[str, ...]) -> list[tuple[int, str, str]]:
        """Call, key and role of what the calls of a mask touched in some roles, scopes left out, in order."""
        facts, renamed = self._world.facts, self._world.names.renamed
        played = np.array([role in roles for role in facts.roles], np.bool_)
        places: Longs = np.flatnonzero(calls[facts.touch_call] & played[facts.touch_role])
        found = []
        for call, code, role in zip(
            facts.touch_call[places].tolist(),
            facts.touch_resource[places].tolist(),
            facts.touch_role[places].tolist(),
            strict=True,
        ):
            key = renamed.get(code) or facts.resources[code]
            if not key.startswith("scope:"):
                found.append((call, key, facts.roles[role]))
        return sorted(found)


def places(world: World) -> Ints:
    """Of each call of the facts its place among those that count, -1 where it does not."""
    place = np.full(world.facts.rows, -1, np.int32)
    place[world.records.calls] = np.arange(len(world.records.calls), dtype=np.int32)
    return place
