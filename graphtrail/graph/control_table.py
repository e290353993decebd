"""The control edges on disk: in order of their source, with an order by target beside, and what proves them."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.distinct import in_order
from graphtrail.case.tables import pointers, write
from graphtrail.case.values import Column, column
from graphtrail.graph.control import Control
from graphtrail.graph.numbering import Numbers, merged
from graphtrail.graph.records import Ids
from graphtrail.graph.world import World


def write_control(folder: Path, world: World, numbers: Numbers, proving: Longs, edges: Sequence[Control]) -> None:
    """Write the tables of the control half.

    Args:
        folder: of the graph.
        world: with the facts.
        numbers: of nodes.
        proving: for each record of the facts the number that stands for it as a proof.
        edges: the control edges.
    """
    columns: dict[str, Sequence[Any]] = dict.fromkeys(Control._fields, ())
    columns |= zip(Control._fields, zip(*edges, strict=True), strict=False)
    sources, targets = numbers.of(columns["source"]), numbers.of(columns["target"])
    order = _order(edges, numbers, sources, targets)
    sources, targets = sources[order], targets[order]
    proofs = _proofs(world, [edges[place].rows for place in order.tolist()])

    def texts(name: str) -> Column:
        held = column(columns[name])
        return Column(held.codes[order], held.distinct)

    write(
        folder / "control",
        {
            "source": sources,
            "target": targets,
            **{name: texts(name) for name in ("type", "rule", "detail")},
            **{name: np.array(columns[name], np.int64)[order] for name in ("at", "until", "since")},
            "confidence": np.array(columns["confidence"], np.int8)[order],
            "into": np.argsort(targets, kind="stable").astype(np.int32),
            "proofs": np.cumsum(np.fromiter(map(len, proofs), np.int64, len(proofs))),
        },
    )
    write(folder / "proofs", {"event": proving[np.fromiter(chain.from_iterable(proofs), np.int64)].astype(np.int32)})
    write(folder / "neighbours", {"out": pointers(sources, numbers.nodes), "into": pointers(targets, numbers.nodes)})


def _order(edges: Sequence[Control], numbers: Numbers, sources: Ints, targets: Ints) -> Ints:
    """The places of the edges by the number of their source, the key of their target, and the rest; each edge once."""
    others = sorted({edge.target for edge in edges}.difference(numbers.sessions))
    ranks = np.zeros(numbers.nodes, np.int32)
    ranks[: len(numbers.sessions)], ranks[numbers.of(others)] = merged(list(numbers.sessions), others)
    places = np.arange(len(edges), dtype=np.int32)
    ordered = (sources, numbers.nodes), (ranks[targets], numbers.nodes), (places, len(edges))
    source, target, order = in_order(ordered)
    change = np.flatnonzero((np.diff(source) != 0) | (np.diff(target) != 0)) + 1
    starts = np.concatenate([np.zeros(1, np.int64), change, np.full(1, len(order))])
    found = order.tolist()
    for start in np.flatnonzero(np.diff(starts) > 1)[::-1].tolist():
        between = slice(*starts[start : start + 2].tolist())
        several = {edges[place]: place for place in found[between]}
        found[between] = [several[edge] for edge in sorted(several)]
    return np.array(found, np.int32)


def _proofs(world: World, rows: Sequence[tuple[int, ...]]) -> list[Sequence[int]]:
    """The records that prove each edge, in order of time and id."""
    ids, times = Ids(world.facts, world.records.suffixes), world.facts.times

    def moment(row: int) -> tuple[int, str]:
        return int(times[row]), ids[row]

    return [sorted(set(several), key=moment) if len(several) > 1 else several for several in rows]
