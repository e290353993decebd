"""Ways through the graph that share what they have in common: each knows its last edge, and the way before it.

A chain of sessions may be as long as the logs. A way as a list of its edges would be copied at every hop, which takes
the square of that.
"""

from dataclasses import dataclass

from graphtrail.graph.schema import Confidence
from graphtrail.stores.store import ControlEdge


@dataclass(slots=True, eq=False, repr=False)
class Way:
    """A way of at least one hop.

    Attributes:
        edge: the last.
        before: the way up to that edge; None if it is the first.
        hops: how many edges.
        least: the lowest confidence of an edge.
    """

    edge: ControlEdge
    before: "Way | None"
    hops: int
    least: Confidence

    def steps(self) -> tuple[ControlEdge, ...]:
        """Its edges, in order."""
        found: list[ControlEdge] = []
        at: Way | None = self
        while at is not None:
            found.append(at.edge)
            at = at.before
        return tuple(reversed(found))


def onward(before: Way | None, edge: ControlEdge) -> Way:
    """A way, and one edge more."""
    if before is None:
        return Way(edge, None, 1, edge.confidence)
    return Way(edge, before, before.hops + 1, min(before.least, edge.confidence))


@dataclass(slots=True, eq=False, repr=False)
class Proofs:
    """The first event of each edge of a way that has one, compared as their list would be, from the first edge on.

    Attributes:
        before: those of the way before the last such edge; None where there is no event.
        event_id: of the last such edge.
        count: how many.
    """

    before: "Proofs | None" = None
    event_id: str = ""
    count: int = 0

    __hash__ = None  # type: ignore[assignment] # they are compared, nobody looks for one

    def and_of(self, edge: ControlEdge) -> "Proofs":
        """These, and the first event of an edge if it has one."""
        return Proofs(self, edge.event_ids[0], self.count + 1) if edge.event_ids else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proofs) and self._compared(other) == 0

    def __lt__(self, other: "Proofs") -> bool:
        return self._compared(other) < 0

    def _compared(self, other: "Proofs") -> int:
        """Below 0 if these come first, above 0 if the others do; what both begin with is not looked at."""
        found = self.count - other.count
        one, two = _back_to(self, other.count), _back_to(other, self.count)
        while one is not two and one is not None and two is not None:
            if one.event_id != two.event_id:
                found = -1 if one.event_id < two.event_id else 1
            one, two = one.before, two.before
        return found


def _back_to(proofs: Proofs, count: int) -> Proofs | None:
    """The first so many."""
    at: Proofs | None = proofs
    while at is not None and at.count > count:
        at = at.before
    return at
