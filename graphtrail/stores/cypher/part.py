"""How large a case is in memory, and the part of it that is taken where all of it is too much."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graphtrail.graph.layout import label_of
from graphtrail.stores.call_table import Rows
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import Named, Row
from graphtrail.stores.rows import Batch, batches
from graphtrail.window import Window

# The embedded engine holds everything in memory, about 0.7 GB a million relationships.
MOST = 1_000_000
TOUCHES = frozenset({"PERFORMED", "ON", "FROM", "SIGHTED_AT", "CLAIMS", "IN"})
OF_CALLS = frozenset({"CALLED", "AT", "COPY_OF", "HANDED_OUT", "OPENS"})
_INSIDE = frozenset({"IN"})


@dataclass(frozen=True, slots=True)
class Size:
    """How many relationships a case has, at most.

    Attributes:
        graph: control and touches.
        calls: what the single calls add.
    """

    graph: int
    calls: int


def size(store: MemoryStore, most: int = MOST) -> Size:
    """How many relationships a case has; counted exactly only where that decides whether there are ``most``.

    Touches from several clients at one address may count more than once.
    """
    held, extent = store.calls, store.extent
    fixed = extent.control + 2 * sum(store.counts)
    graph = fixed + 2 * held.count + extent.touches
    if graph > most:
        graph = fixed + sum(_groups(store))
    return Size(graph, held.count + extent.touches + 2 * len(held.issues))


def _groups(store: MemoryStore) -> Iterator[int]:
    """How many edges the touches are put together to."""
    held = store.calls
    sessions = held.column("session").astype(np.int64)
    acted = np.unique(sessions * len(held.kinds) + held.column("kind"), return_inverse=True)[1]
    yield int(acted.max(initial=-1)) + 1
    yield len(np.unique(sessions * len(held.clients) + held.column("client")))
    places, nodes, roles = held.touched(held.all())
    touched = nodes.astype(np.int64) * len(held.roles) + roles
    order = np.lexsort((touched, acted[places]))
    acts, touched = acted[places][order], touched[order]
    yield int(((np.diff(acts) != 0) | (np.diff(touched) != 0)).sum()) + bool(len(touched))


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a case around something.

    Attributes:
        seed: what it is around, as somebody named it.
        held: keys of nodes from which and to which control comes.
        acting: those of them that are sessions of somebody; what they called and touched belongs to the part.
        calls: the calls of these sessions that lie in the window.
        window: touches that lie outside it are left out.
    """

    seed: str
    held: frozenset[str] = frozenset()
    acting: frozenset[str] = frozenset()
    calls: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    window: Window = field(default_factory=Window)


def part_of(store: MemoryStore, name: Named, part: Part, size_of_batch: int) -> Iterator[Batch]:
    """The rows of a part of a case: its relationships, and the nodes at their ends."""
    keep = _Keep(store, name, part)
    for batch in batches(store, name, part.calls):
        if batch.part == "relationships":
            for row in batch.rows:
                if keep.relationship(batch.name, row):
                    keep.ends |= {row["source"], row["target"]}
    keep.close()
    for batch in batches(store, name, part.calls, size_of_batch):
        nodes = batch.part == "nodes"
        rows = [row for row in batch.rows if (keep.node(row) if nodes else keep.inside(batch.name, row))]
        if rows:
            yield Batch(batch.part, batch.name, rows)


class _Keep:
    def __init__(self, store: MemoryStore, name: Named, part: Part) -> None:
        self._session = store.session
        self._prefix = len(name.uid(""))
        self._held = {name.uid(key) for key in part.held}
        self._acting = {name.uid(key) for key in part.acting}
        self._window = part.window
        self._uid = name.uid
        self.ends = set(self._held)

    def relationship(self, kind: str, row: Row) -> bool:
        """Whether a relationship belongs to the part by itself."""
        if kind in OF_CALLS:
            return kind != "OPENS" or row["target"] in self._held
        if kind in TOUCHES:
            return self._acts(row["source"]) and self._within(row["properties"])
        if row["source"] in self._held and row["target"] in self._held:
            return True
        # other sessions that came of one of the part belong to another part
        return row["source"] in self._acting and self._session(row["target"][self._prefix :]) is None

    def inside(self, kind: str, row: Row) -> bool:
        """Whether a relationship belongs to the part, also since what it begins at does."""
        return self.relationship(kind, row) or (kind in _INSIDE and row["source"] in self.ends)

    def node(self, row: Row) -> bool:
        """Whether a node belongs to the part."""
        return row["uid"] in self.ends

    def close(self) -> None:
        """Add what the ends lie in: buckets and accounts."""
        for uid in list(self.ends):
            key = uid[self._prefix :]
            if label_of(key) == "Object":
                self.ends.add(self._uid(key.partition("/")[0]))
            elif key.startswith("arn:") and key.split(":", 5)[4]:
                self.ends.add(self._uid(f"account:{key.split(':', 5)[4]}"))

    def _acts(self, uid: str) -> bool:
        """Whether something is a session of the part, or an action of one."""
        if uid in self._acting:
            return True
        key = uid[self._prefix :]
        if not key.startswith("act:"):
            return False
        parts = key.removeprefix("act:").split("|")
        return any(self._uid("|".join(parts[:end])) in self._acting for end in range(1, len(parts)))

    def _within(self, said: Row) -> bool:
        since, until = self._window.since, self._window.until
        return (since is None or said["last_seen"] >= since) and (until is None or said["first_seen"] <= until)
