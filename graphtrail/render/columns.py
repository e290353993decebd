"""Which column a node stands in: how far it is from the start of its chain.

From left to right: addresses, people, then for every hop its roles and its sessions, then actions, then resources.
The edges of the first path always lead to the right, and those of the other paths wherever no path contradicts
another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from graphtrail.render.looks import BACKWARDS


@dataclass(frozen=True, slots=True)
class Link:
    """An edge as the layout sees it: positions of two nodes and the type."""

    source: int
    target: int
    type: str


PRINCIPALS = frozenset({"person", "role", "service"})
# Along these control travels, so the one comes before the other.
_WALKED = frozenset(
    {"ASSUMED", "CONTROLS", "EXECUTED_ON", "HOSTS", "ISSUED", "OPENED", "OPENED_WAY", "SIGNED_IN"},
)
_FIRST_SESSION = 3
_TITLES = {"address": "Source", "person": "Identity", "role": "Role", "service": "Service", "action": "Action"}


def flow(link: Link) -> tuple[int, int]:
    """The two ends in the order in which they are read: the address stands left of the session that used it."""
    return (link.target, link.source) if link.type in BACKWARDS else (link.source, link.target)


def columns(kinds: Sequence[str], links: Sequence[Link], paths: Sequence[Sequence[int]]) -> list[int]:
    """The column of each node, counted from 0, none of them empty.

    Args:
        kinds: the kind of each node.
        links: the edges between them.
        paths: evidence, as positions in ``links``, the most important first.
    """
    firm = _firm(links, paths)
    control = _control(kinds, links)
    walked = [
        (*flow(link), firm.get(position, 0))
        for position, link in enumerate(links)
        if (link.type in _WALKED or position in firm) and control[link.source] and control[link.target]
    ]
    base = [_base(kind) for kind in kinds]
    ranks = _ranks(base, walked, lambda node, rank: _snap(kinds[node], base[node], rank))
    _draw_near(kinds, ranks, walked)
    last = max((rank for node, rank in enumerate(ranks) if control[node]), default=0)
    natural = [rank if control[node] else _natural(kinds[node], last) for node, rank in enumerate(ranks)]
    for link in links:
        if link.type == "IN" and not control[link.target]:
            natural[link.target] = last + 3
    evidence = [(*flow(links[position]), firmness) for position, firmness in firm.items()]
    final = _ranks(natural, evidence, lambda node, rank: max(natural[node], rank))
    number = {rank: position for position, rank in enumerate(sorted(set(final)))}
    return [number[rank] for rank in final]


def titles(kinds: Sequence[str], columns_: Sequence[int]) -> list[str]:
    """What stands above each column: what most of its nodes are, sessions with the number of their hop."""
    crowds: list[dict[str, int]] = [{} for _ in range(max(columns_, default=-1) + 1)]
    for kind, column in zip(kinds, columns_, strict=True):
        title = "Session" if kind == "session" else _TITLES.get(kind, "Resource")
        crowds[column][title] = crowds[column].get(title, 0) + 1
    most = [max(sorted(crowd), key=lambda title: crowd[title]) for crowd in crowds]
    many = most.count("Session") > 1
    return [
        f"Session {most[: column + 1].count('Session')}" if many and title == "Session" else title
        for column, title in enumerate(most)
    ]


def _firm(links: Sequence[Link], paths: Sequence[Sequence[int]]) -> dict[int, int]:
    """How firmly a link is held: 2 on the first path, 1 on another."""
    firm = {position: 1 for path in paths for position in path}
    firm.update(dict.fromkeys(paths[0] if paths else (), 2))
    return {position: firmness for position, firmness in sorted(firm.items()) if len({*flow(links[position])}) > 1}


def _control(kinds: Sequence[str], links: Sequence[Link]) -> list[bool]:
    """Which nodes control passes through; a principal that is only acted upon is a resource."""
    acts = [False] * len(kinds)
    acted_upon = [False] * len(kinds)
    for link in links:
        acts[link.source] = acts[link.source] or link.type in _WALKED
        acted_upon[link.target] = True
    return [
        kind == "session" or acts[node] or (kind in PRINCIPALS and not acted_upon[node])
        for node, kind in enumerate(kinds)
    ]


def _base(kind: str) -> int:
    return {"address": 0, "person": 1, "service": 1, "session": _FIRST_SESSION}.get(kind, 2)


def _natural(kind: str, last: int) -> int:
    if kind == "address":
        return 0
    return last + 1 if kind == "action" else last + 2


def _snap(kind: str, base: int, rank: int) -> int:
    """The next column that is meant for such a node: sessions in the odd ones, what opens them in the even ones."""
    if rank <= base:
        return base
    return rank + (rank % 2 == (kind != "session"))


def _draw_near(kinds: Sequence[str], ranks: list[int], walked: Sequence[tuple[int, int, int]]) -> None:
    """Move roles and workloads to the column just before the first session that they opened."""
    nearest: dict[int, int] = {}
    for source, target, _ in walked:
        if ranks[target] > ranks[source]:
            nearest[source] = min(nearest.get(source, ranks[target]), ranks[target])
    for node, rank in nearest.items():
        stays = kinds[node] == "session" or (kinds[node] in {"person", "service"} and rank <= _FIRST_SESSION)
        if not stays:
            ranks[node] = max(ranks[node], rank - 1)


def _ranks(base: Sequence[int], edges: Sequence[tuple[int, int, int]], fit: Callable[[int, int], int]) -> list[int]:
    """Ranks that grow along edges; where edges run in a circle the least firm one gives way.

    Args:
        base: the least rank of each node.
        edges: source, target, firmness from 0 to 2.
        fit: the rank that a node gets which needs at least the given one.
    """
    onwards: list[list[tuple[int, int]]] = [[] for _ in base]
    waits = [[0, 0, 0] for _ in base]
    for source, target, firmness in edges:
        onwards[source].append((target, firmness))
        waits[target][2 - firmness] += 1
    ranks = list(base)
    done = [False] * len(base)
    ready = [node for node, wait in enumerate(waits) if not any(wait)]
    heapify(ready)
    for _ in base:
        node = heappop(ready) if ready else min((waits[at], at) for at in range(len(base)) if not done[at])[1]
        done[node] = True
        ranks[node] = fit(node, ranks[node])
        for target, firmness in onwards[node]:
            if not done[target]:
                ranks[target] = max(ranks[target], ranks[node] + 1)
                waits[target][2 - firmness] -= 1
                if not any(waits[target]):
                    heappush(ready, target)
    return ranks
