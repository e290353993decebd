"""What stands beside control: the name of a key, and the account of a provider that acts with a delegated role.

Source: KMS Developer Guide, "Using aliases"; CloudTrail User Guide, "userIdentity element" (``invokedByDelegate``). One
edge for each pair, of the first call that shows it: both say who is who, and open no way.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from graphtrail.graph.control import Control
from graphtrail.graph.layout import label_of
from graphtrail.graph.pivots.touches import Touching, places
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World

_Pair = tuple[str, str]


def aliases(world: World) -> Iterator[Control]:
    """From an alias to the key that a call which names it is about, where that is one."""
    facts = world.facts
    codes = [code for code in facts.resources.containing(":alias/") if label_of(facts.resources[code]) == "KeyAlias"]
    counted = np.zeros(facts.rows, np.bool_)
    counted[facts.touch_call[np.isin(facts.touch_resource, codes)]] = True
    counted &= places(world) >= 0
    touched: dict[int, set[str]] = {}
    for row, key, _ in Touching(world).where(counted, ("target", "context", "created")):
        if label_of(key) in {"Key", "KeyAlias"}:
            touched.setdefault(row, set()).add(key)
    pairs = []
    for row, keys in touched.items():
        names = sorted(key for key in keys if label_of(key) == "KeyAlias")
        if len(names) == 1 and len(keys) == 2:  # noqa: PLR2004 - an alias and a key
            (key,) = keys.difference(names)
            pairs.append((row, (names[0], key)))
    yield from _first(world, "ALIAS_OF", pairs)


def delegates(world: World) -> Iterator[Control]:
    """From a session to the account of the provider that acts with it."""
    facts, place = world.facts, places(world)
    column = facts.callers.column("delegate")
    acting = column.where(bool)[facts.caller] & (place >= 0)
    yield from _first(
        world,
        "DELEGATED_TO",
        (
            (row, (world.source(row, int(place[row])), f"account:{column.values[column.codes[facts.caller[row]]]}"))
            for row in np.flatnonzero(acting).tolist()
        ),
    )


def _first(world: World, relation: str, pairs: Iterable[tuple[int, _Pair]]) -> Iterator[Control]:
    first: dict[_Pair, tuple[int, int]] = {}
    for row, pair in pairs:
        seen = int(world.facts.times[row]), row
        first[pair] = min(seen, first.get(pair, seen))
    for (source, target), (time, row) in sorted(first.items()):
        yield Control(source, target, relation, time, "record", (row,), time, time, Confidence.EXACT, "")
