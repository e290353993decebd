"""Which call undid which: what was given under a name and taken away under it, or the other way round."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from graphtrail.events.undoing import GAVE, TOOK
from graphtrail.graph.control import Control
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.pivots.effects import Effect
from graphtrail.graph.records import Ids
from graphtrail.graph.world import World


def undone(world: World, done: list[Effect]) -> Iterator[Control]:
    """From the session that undid a call to what the call was on, each with the id of the call that it undid.

    It holds until the same is done again. Of what was undone and done again many times the first and the last undoing
    are told. What happened in one second undoes nothing: which came first is not known.
    """
    held: dict[tuple[str, str], dict[str, list[Effect]]] = defaultdict(lambda: {GAVE: [], TOOK: []})
    for effect in done:
        if effect.pivot.type in {GAVE, TOOK}:
            for resource in effect.resources:
                held[resource, effect.pivot.made][effect.pivot.type].append(effect)
    ids = Ids(world.facts, world.records.suffixes)
    for (resource, _), by_change in held.items():
        for change, other in ((GAVE, TOOK), (TOOK, GAVE)):
            yield from _undone(resource, by_change[change], by_change[other], ids)


def _undone(resource: str, made: list[Effect], undoing: list[Effect], ids: Ids) -> Iterator[Control]:
    """The undoings of some calls that did the same, by time."""
    times, ends = [effect.time for effect in made], [effect.time for effect in undoing]
    for effect in made:
        first, last = bisect_right(ends, effect.time), bisect_right(ends, times[-1])
        for place in sorted({first, last}):
            if place < len(undoing):
                other = undoing[place]
                again = bisect_left(times, other.time)
                until = times[again] if again < len(times) else FOREVER
                if until > other.time:
                    yield other.edge("UNDID", resource, ids[effect.row])._replace(until=until)
