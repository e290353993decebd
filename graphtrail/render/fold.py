"""Folds what is too much to look at into visible heaps, and counts every piece of it.

Nothing is left out: each node is drawn or is a member of one heap, each edge is drawn on its own or stands behind a
line of several or inside a heap, and the numbers add up. The paths that are the evidence are never folded, as long as
they alone leave room for anything else; how many stay whole is said.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from graphtrail.graph.model import Subgraph
from graphtrail.render.looks import kind_of

MOST_NODES = 1_500
MOST_EDGES = 4_000
MOST_PARALLEL = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """What is drawn as one node.

    Attributes:
        members: positions in the graph's nodes: one, or all those of a heap, the busiest first.
        below: what the members of a heap have in common, in words that the log may have supplied.
    """

    members: tuple[int, ...]
    below: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What is drawn as one edge: positions of two units, and in the graph's edges of all that it stands for."""

    source: int
    target: int
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A graph that is fit to be drawn.

    Attributes:
        units: every node of the graph is a member of exactly one.
        lines: every edge of the graph is in exactly one, or in ``inside``.
        inside: positions of edges that lie within a heap.
        whole: how many paths, counted from the first, are certain to be drawn hop by hop.
    """

    units: tuple[Unit, ...]
    lines: tuple[Line, ...]
    inside: tuple[int, ...]
    whole: int


def fold(graph: Subgraph, most_nodes: int = MOST_NODES, most_edges: int = MOST_EDGES) -> Folded:
    """Fold the graph until it is no larger than asked for, the most alike first; leave it alone if it fits.

    More than ``MOST_PARALLEL`` edges of one type between the same two nodes become one line in any case.

    Args:
        graph: nodes, edges and paths.
        most_nodes: how many nodes may be drawn, heaps included.
        most_edges: how many lines may be drawn.
    """
    work = _Folding(graph, most_nodes, most_edges)
    for stage in _STAGES:
        if work.fits():
            break
        stage(work)
    return work.result()


class _Folding:
    """The work on one graph: who stands for whom by now."""

    def __init__(self, graph: Subgraph, most_nodes: int, most_edges: int) -> None:
        self.graph = graph
        self.limits = most_nodes, most_edges
        index = {node.key: position for position, node in enumerate(graph.nodes)}
        self.ends = [(index[edge.source], index[edge.target]) for edge in graph.edges]
        self.unit = list(range(len(graph.nodes)))
        self.members = {position: [position] for position in self.unit}
        self.below: dict[int, str] = {}
        self.crowds = Counter((*ends, edge.type) for edge, ends in zip(graph.edges, self.ends, strict=True))
        self.bundled = False
        self.weight = [0] * len(graph.nodes)
        self.around: list[list[tuple[str, bool, int]]] = [[] for _ in graph.nodes]
        for edge, (source, target) in zip(graph.edges, self.ends, strict=True):
            self.weight[source] += edge.count
            self.weight[target] += edge.count
            self.around[source].append((edge.type, True, target))
            self.around[target].append((edge.type, False, source))
        self.firm_edges, self.firm_nodes, self.whole = self._evidence()

    def _evidence(self) -> tuple[frozenset[int], frozenset[int], int]:
        """Edges and nodes of the first paths that together take half of the room; of one path in any case."""
        nodes: set[int] = set()
        edges: set[int] = set()
        for number, path in enumerate(self.graph.paths):
            more = {end for edge in path for end in self.ends[edge]}
            if number and (len(nodes | more) > self.limits[0] // 2 or len(edges.union(path)) > self.limits[1] // 2):
                return frozenset(edges), frozenset(nodes), number
            nodes |= more
            edges.update(path)
        return frozenset(edges), frozenset(nodes), len(self.graph.paths)

    def lines(self) -> tuple[dict[Hashable, list[int]], list[int]]:
        """The edges behind each line by now, and those inside a heap."""
        lines: dict[Hashable, list[int]] = defaultdict(list)
        inside = []
        for position, (source, target) in enumerate(self.ends):
            ends = self.unit[source], self.unit[target]
            heaped = [len(self.members[unit]) > 1 for unit in ends]
            if ends[0] == ends[1] and heaped[0]:
                inside.append(position)
            elif position not in self.firm_edges and (any(heaped) or self._crowded(position)):
                lines[(*ends, self.graph.edges[position].type)].append(position)
            else:
                lines[position].append(position)
        return lines, inside

    def _crowded(self, edge: int) -> bool:
        """Whether so many edges of one type run between two nodes that they are drawn as one line."""
        return self.bundled or self.crowds[(*self.ends[edge], self.graph.edges[edge].type)] > MOST_PARALLEL

    def fits(self) -> bool:
        """Whether there is room for what is left."""
        return len(self.members) <= self.limits[0] and len(self.lines()[0]) <= self.limits[1]

    def shrink(
        self, key: Callable[[int], Hashable | None], below: Callable[[int], str], keep: int = 0, *, whole: bool = False
    ) -> None:
        """Heap up units of one key, the largest crowd first, until the graph fits.

        Args:
            key: what a unit is put together by, asked of one of its members; None leaves it alone.
            below: what the members have in common, asked likewise.
            keep: how many of the busiest of a crowd stay by themselves.
            whole: all the others go, even if fewer would do.
        """
        crowds: dict[Hashable, list[int]] = defaultdict(list)
        for unit in self.members:
            if unit not in self.firm_nodes and (shared := key(unit)) is not None:
                crowds[shared].append(unit)
        order = sorted(crowds.values(), key=lambda crowd: (-len(crowd), crowd))
        step = 0
        for position, crowd in enumerate(order):
            rest = sorted(crowd, key=lambda unit: (-self._heaviness(unit), unit))[keep:]
            surplus = len(self.members) - self.limits[0] + 1
            if not whole and 1 < surplus < len(rest):
                rest = rest[-surplus:]
            if len(rest) > 1:
                self._heap(rest, below(rest[0]))
            if len(self.members) <= self.limits[0] and position >= step:
                if self.fits():
                    return
                step = position + max(1, (len(order) - position) // 8)

    def _heaviness(self, unit: int) -> int:
        return sum(self.weight[member] for member in self.members[unit])

    def _heap(self, units: Iterable[int], below: str) -> None:
        members = [member for unit in units for member in self.members.pop(unit)]
        members.sort(key=lambda member: (-self.weight[member], member))
        name = min(members)
        self.members[name] = members
        self.below[name] = below
        for member in members:
            self.unit[member] = name

    def result(self) -> Folded:
        """What came of it, in the order of the graph."""
        order = sorted(self.members)
        number = {unit: position for position, unit in enumerate(order)}
        lines, inside = self.lines()
        units = (
            Unit(tuple(self.members[unit]), self.below[unit] if len(self.members[unit]) > 1 else "") for unit in order
        )
        drawn = []
        for edges in sorted(lines.values()):
            source, target = (number[self.unit[end]] for end in self.ends[edges[0]])
            drawn.append(Line(source, target, tuple(edges)))
        return Folded(tuple(units), tuple(drawn), tuple(inside), self.whole)

    # What things have in common.

    def kind(self, unit: int) -> str:
        """The kind of the members of a unit."""
        return kind_of(self.graph.nodes[unit].label)

    def before(self, unit: int, *types: str) -> int | None:
        """The unit from which the first edge of one of these types comes, if there is one."""
        froms = (
            other for type_, outwards, other in self.around[unit] if not outwards and (not types or type_ in types)
        )
        first = min(froms, default=None)
        return None if first is None else self.unit[first]

    def holder(self, unit: int) -> str:
        """What a resource lies in, as its key tells: the bucket of an object, else service, Region and account."""
        parts = self.graph.nodes[unit].key.split(":", 5)
        if self.graph.nodes[unit].label == "Object":
            return parts[-1].split("/")[0]
        return " ".join(part for part in parts[2:5] if part)

    def surroundings(self, unit: int) -> Hashable:
        """What a unit hangs on, and how."""
        return frozenset((type_, outwards, self.unit[other]) for type_, outwards, other in self.around[unit])

    def name(self, unit: int | None, preposition: str) -> str:
        """A unit in words, as the end of a sentence."""
        if unit is None:
            return ""
        return f"{preposition} {self.graph.nodes[self.members[unit][0]].name}" if len(self.members[unit]) == 1 else ""


_THINGS = frozenset({"address", "bucket", "object", "other", "secret", "workload"})


def _parallel(work: _Folding) -> None:
    """Edges of one type between the same two nodes become one line, if there are too many."""
    work.bundled = len(work.graph.edges) > work.limits[1]


def _things_alike(work: _Folding) -> None:
    """Resources of one label in one place that the same actions touched; the three busiest stay."""

    def key(unit: int) -> Hashable | None:
        if work.kind(unit) not in _THINGS:
            return None
        return work.graph.nodes[unit].label, work.holder(unit), work.surroundings(unit)

    work.shrink(key, lambda unit: f"of {work.holder(unit)}" if work.holder(unit) else "", keep=3, whole=True)


def _things_below(work: _Folding, keep: int = 3) -> None:
    """Resources of one label in one place."""

    def key(unit: int) -> Hashable | None:
        return (work.graph.nodes[unit].label, work.holder(unit)) if work.kind(unit) in _THINGS else None

    work.shrink(key, lambda unit: f"of {work.holder(unit)}" if work.holder(unit) else "", keep)


def _service(work: _Folding, unit: int) -> str:
    return work.graph.nodes[unit].name.split(":")[0]


def _actions(work: _Folding) -> None:
    """What one session did with one service, what worked apart from what did not."""

    def key(unit: int) -> Hashable | None:
        if work.kind(unit) != "action":
            return None
        outcome = work.graph.nodes[unit].properties.get("outcome") in {"denied", "error"}
        return work.before(unit, "PERFORMED"), _service(work, unit), outcome

    work.shrink(
        key, lambda unit: f"of {_service(work, unit)} {work.name(work.before(unit, 'PERFORMED'), 'by')}".strip()
    )


def _sessions(work: _Folding) -> None:
    """The sessions of one principal; the three busiest stay."""

    def key(unit: int) -> Hashable | None:
        return ("session", work.before(unit, "OPENED", "SIGNED_IN")) if work.kind(unit) == "session" else None

    work.shrink(key, lambda unit: work.name(work.before(unit, "OPENED", "SIGNED_IN"), "of"), keep=3)


def _things_all(work: _Folding) -> None:
    _things_below(work, keep=0)


def _by_label(work: _Folding) -> None:
    """Whatever has the same label."""
    work.shrink(lambda unit: work.graph.nodes[unit].label, lambda _: "")


# Tried in turn, the most alike first, until the graph fits.
_STAGES = (_parallel, _things_alike, _things_below, _actions, _sessions, _actions, _things_all, _by_label)
