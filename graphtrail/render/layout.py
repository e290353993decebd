"""Where everything stands: computed here, so that equal graphs give equal pictures and nothing wobbles on the screen.

Columns come from ``columns``. The first path is a straight line at y = 0, further paths are straight lines below it as
far as they do not share its nodes, and everything else stands in rows below, near what it is connected to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graphtrail.render.columns import Link, columns, flow, titles

LANE = 96
NEXT_LANE = 62
ROW = 30
LANES = 12
_MARGIN = 40
_SPINE = 136
_SPINE_WIDEST = 190
_WIDEST = 156
_WRAPPED = 124
_SWEEPS = 8
_ROWS = (14, 20, 28, 40, 56, 80, 120)
_SHAPE = 0.62


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, and from where to where it reaches."""

    title: str
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A layout.

    Attributes:
        places: x and y of each node.
        bows: of each edge, how far its middle is pushed up (below 0) or down, so that it can be told from others.
        columns: from left to right.
    """

    places: tuple[tuple[int, int], ...]
    bows: tuple[int, ...]
    columns: tuple[Column, ...]


def layout(kinds: Sequence[str], widths: Sequence[int], links: Sequence[Link], paths: Sequence[Sequence[int]]) -> Plan:
    """A place for every node, no two the same.

    Args:
        kinds: the kind of each node.
        widths: how wide the label of each node is.
        links: the edges between them.
        paths: evidence, as positions in ``links``, the most important first.
    """
    if not kinds:
        return Plan((), (), ())
    column = columns(kinds, links, paths)
    lane = _lanes(column, links, paths)
    rest: dict[int, list[int]] = {at: [] for at in range(max(column) + 1)}
    for node, at in enumerate(column):
        if node not in lane:
            rest[at].append(node)
    top = _level(max(lane.values()) + 1) if lane else 0
    height = _height(rest, widths)
    rows = _Rows(column, lane, rest, [flow(link) for link in links], top, height).placed()
    left = _lefts(column, lane, rest, widths, height)
    places = []
    for node, at in enumerate(column):
        y = _level(lane[node]) if node in lane else top + rows[node][0] * ROW
        shift = 0 if node in lane else rows[node][1] * _breadth(rest[at], widths, height)
        places.append((left[at] + shift, y))
    drawn = [
        Column(title, left[at] - _MARGIN // 2, left[at + 1] - _MARGIN // 2)
        for at, title in enumerate(titles(kinds, column))
    ]
    return Plan(tuple(places), tuple(_bows(places, links, paths)), tuple(drawn))


def _level(lane: int) -> int:
    """Where a straight line runs: below the first there is room for what is written there."""
    return LANE + (lane - 1) * NEXT_LANE if lane else 0


def _lanes(column: Sequence[int], links: Sequence[Link], paths: Sequence[Sequence[int]]) -> dict[int, int]:
    """Which straight line the nodes of a path stand on: 0 for the first, the next one free for what the others add."""
    lane: dict[int, int] = {}
    spans: list[list[tuple[int, int]]] = [[] for _ in range(LANES)]
    taken: set[tuple[int, int]] = set()
    for number, path in enumerate(paths):
        fresh = [node for node in dict.fromkeys(end for at in path for end in flow(links[at])) if node not in lane]
        if not fresh:
            continue
        first, last = min(column[node] for node in fresh), max(column[node] for node in fresh)
        lanes = range(1, LANES) if number else range(1)
        free = (at for at in lanes if not any(a <= last and first <= b for a, b in spans[at]))
        wanted = next(free, None)
        if wanted is None:
            continue
        spans[wanted].append((first, last))
        for node in fresh:
            at = wanted
            while (column[node], at) in taken:
                at += 1
            taken.add((column[node], at))
            lane[node] = at
    return lane


def _height(rest: dict[int, list[int]], widths: Sequence[int]) -> int:
    """How many rows the block below the paths has: the fewest that give the picture a shape that fits a screen."""
    most = max(1, *(len(nodes) for nodes in rest.values()))

    def wide(rows: int) -> int:
        return sum(-(-len(nodes) // rows) * _breadth(nodes, widths, rows) for nodes in rest.values())

    return min(most, next((rows for rows in _ROWS if rows * ROW >= _SHAPE * wide(rows)), _ROWS[-1]))


def _breadth(nodes: Sequence[int], widths: Sequence[int], rows: int) -> int:
    """How wide a column is, or one of the columns that it is wrapped into."""
    widest = max((widths[node] for node in nodes), default=0) + _MARGIN
    return min(widest, _WRAPPED if len(nodes) > rows else _WIDEST)


def _lefts(
    column: Sequence[int],
    lane: dict[int, int],
    rest: dict[int, list[int]],
    widths: Sequence[int],
    rows: int,
) -> list[int]:
    """Where each column begins, and where the last one ends."""
    lefts = [0]
    on_lanes: dict[int, int] = defaultdict(int)
    for node in lane:
        on_lanes[column[node]] = max(
            on_lanes[column[node]], _SPINE, min(widths[node] * 3 // 4 + _MARGIN, _SPINE_WIDEST)
        )
    for at, nodes in rest.items():
        wrapped = max(1, -(-len(nodes) // rows)) * _breadth(nodes, widths, rows)
        lefts.append(lefts[-1] + max(wrapped, on_lanes[at]))
    return lefts


class _Rows:
    """The search for rows: nodes go near what they are connected to, and keep clear of each other."""

    def __init__(
        self,
        column: Sequence[int],
        lane: dict[int, int],
        rest: dict[int, list[int]],
        ends: Iterable[tuple[int, int]],
        top: int,
        height: int,
    ) -> None:
        self.column = column
        self.rest = rest
        self.height = height
        self.before: list[list[int]] = [[] for _ in column]
        self.after: list[list[int]] = [[] for _ in column]
        for left, right in ends:
            self.after[left].append(right)
            self.before[right].append(left)
        # Measured in rows of the block, so that the lanes have rows below 0.
        self.at = [(_level(lane[node]) - top) / ROW if node in lane else 0.0 for node in range(len(column))]

    def placed(self) -> dict[int, tuple[int, int]]:
        """Row and number of the wrapped column of each node that is on no lane."""
        for nodes in self.rest.values():
            self._spread(nodes)
        for sweep in range(_SWEEPS):
            near = (self.before, self.after)[sweep % 2]
            for at in sorted(self.rest, reverse=bool(sweep % 2)):
                wish = {node: self._mean(near[node], self.at[node]) for node in self.rest[at]}
                self.rest[at].sort(key=wish.__getitem__)
                self._spread(self.rest[at])
        rows: dict[int, tuple[int, int]] = {}
        for nodes in self.rest.values():
            rows.update(self._settle(nodes))
        return rows

    def _mean(self, nodes: Sequence[int], otherwise: float) -> float:
        return sum(self.at[node] for node in nodes) / len(nodes) if nodes else otherwise

    def _spread(self, nodes: Sequence[int]) -> None:
        for position, node in enumerate(nodes):
            self.at[node] = position * self.height / len(nodes)

    def _settle(self, nodes: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Rows in this order: each where it wishes to be, pushed on by the one above and by the end of the block."""
        if len(nodes) > self.height:
            wraps = -(-len(nodes) // self.height)
            return {node: (position // wraps, position % wraps) for position, node in enumerate(nodes)}
        rows: dict[int, tuple[int, int]] = {}
        free = 0
        for position, node in enumerate(nodes):
            wish = round(self._mean(self.before[node] + self.after[node], self.at[node]))
            row = min(max(wish, free), self.height - len(nodes) + position)
            rows[node] = (row, 0)
            self.at[node] = row
            free = row + 1
        return rows


def _bows(places: Sequence[tuple[int, int]], links: Sequence[Link], paths: Sequence[Sequence[int]]) -> Iterable[int]:
    """Keep edges apart that would lie on each other, and off the nodes of a straight line that they pass by."""
    levels: dict[int, list[int]] = defaultdict(list)
    for x, y in sorted(places):
        levels[y].append(x)
    between = {(y, *pair) for y, xs in levels.items() for pair in pairwise(xs)}
    seen: dict[tuple[int, int], int] = defaultdict(int)
    bows = [0] * len(links)
    on_paths = (at for path in paths for at in path)
    for at in dict.fromkeys((*on_paths, *range(len(links)))):
        source, target = sorted((links[at].source, links[at].target))
        (left, y), (right, level) = sorted((places[source], places[target]))
        skips = y == level and left != right and (y, left, right) not in between
        before = seen[source, target]
        seen[source, target] += 1
        step = (before + 1) // 2 * (1 if before % 2 else -1)
        bows[at] = step * 22 - (36 + (right - left) // 12 if skips else 0)
    return bows
