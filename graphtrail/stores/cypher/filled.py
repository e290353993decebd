"""The embedded engine of a case: filled with the texts that load a server, kept beside the case, made again at will."""

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from graphtrail.errors import StoreUnavailable, UsageError
from graphtrail.graph.schema import BASE
from graphtrail.stores.cypher.embedded import ON_NEO4J, EmbeddedEngine
from graphtrail.stores.cypher.part import MOST, Part, part_of, size
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import Named
from graphtrail.stores.rows import Batch, batches, schema
from graphtrail.window import iso

if TYPE_CHECKING:
    from kglite import KnowledgeGraph

CACHE = "cypher"
_ROWS = 10_000
_ENDING = ".kgl"


def embedded(
    folder: Path, store: MemoryStore, name: Named, part: Part | None = None, most: int = MOST
) -> EmbeddedEngine:
    """The engine that holds a case, or a part of it.

    A case of at most ``most`` relationships is held whole, its single calls included if they fit too. What is left out
    stands in the notes of every answer; a case that does not fit is refused.

    Args:
        folder: of the case; the filled engine is kept in it under ``cypher``, and may be deleted at any time.
        store: its graph.
        name: how the case is called in the graph.
        part: what to hold; None is all.
        most: relationships that are held at most.

    Raises:
        StoreUnavailable: kglite is not installed.
        UsageError: the case, or the part, is larger than that.
    """
    _installed()
    notes, without_calls = [], ""
    calls = None
    if part is None:
        extent = size(store, most)
        if extent.graph > most:
            raise UsageError(
                f"this case has about {extent.graph:,} relationships, and the embedded engine holds {most:,} in "
                f"memory: take the part around something with --around SEED (and --since, --until); {ON_NEO4J}"
            )
        calls = store.calls.all() if extent.graph + extent.calls <= most else None
        if calls is None:
            without_calls = (
                f"the single calls of this case ({store.calls.count:,}) are not in the embedded engine, which holds "
                f"{most:,} relationships; take a part with --around SEED; {ON_NEO4J}"
            )
    else:
        notes.append(_said(part))
    stream = batches(store, name, calls, _ROWS) if part is None else part_of(store, name, part, _ROWS)
    place = folder / CACHE / f"{name.load}-{_hash(name, part, most, with_calls=calls is not None)}{_ENDING}"
    graph, said = _kept(place, name.load, lambda: _filled(stream, most))
    return EmbeddedEngine(graph.freeze(), name.case_id, (*notes, *said), without_calls)


def _said(part: Part) -> str:
    since, until = part.window.since, part.window.until
    begin = f" from {iso(since)}" if since is not None else ""
    end = f" until {iso(until)}" if until is not None else ""
    return (
        f"only the part around {part.seed}{begin}{end} is asked: {len(part.acting):,} session(s) and "
        f"{len(part.calls):,} call(s) of the case; counts on relationships are those of the whole case"
    )


def _installed() -> None:
    try:
        import kglite  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise StoreUnavailable(
            "the embedded Cypher engine is not installed: python -m pip install 'graphtrail[cypher]'; "
            "or ask a Neo4j server with --store neo4j"
        ) from None


def _hash(name: Named, part: Part | None, most: int, *, with_calls: bool) -> str:
    """The name of what an engine is filled with, beside the state of the case."""
    import kglite  # noqa: PLC0415 - an extra

    said = [name.case_id, kglite.__version__, str(with_calls), str(most)]
    if part is not None:
        said += [part.seed, str(part.window.since), str(part.window.until)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:24]


def _kept(place: Path, state: str, make: Callable[[], "KnowledgeGraph"]) -> tuple["KnowledgeGraph", tuple[str, ...]]:
    """A filled engine from its place, else made and put there."""
    import kglite  # noqa: PLC0415 - an extra

    try:
        return kglite.load(str(place)), ()
    except (kglite.KgError, OSError, ValueError):
        graph = make()  # not there, or unreadable: it is made again
    new = place.with_name(f"{place.name}.{os.getpid()}.new")
    try:
        place.parent.mkdir(exist_ok=True)
        graph.save(str(new))
        _clear(place.parent, state)
        new.replace(place)
    except (kglite.KgError, OSError) as wrong:
        with suppress(OSError):
            new.unlink()
        return graph, (
            f"{place.parent}: the filled engine cannot be kept there ({wrong}); the next call fills it again",
        )
    return graph, ()


def _clear(folder: Path, state: str) -> None:
    """Remove what was filled with other states of the case."""
    for other in folder.glob(f"*{_ENDING}"):
        if not other.name.startswith(f"{state}-"):
            other.unlink(missing_ok=True)


def _filled(stream: Iterable[Batch], most: int) -> "KnowledgeGraph":
    import kglite  # noqa: PLC0415 - an extra

    graph = kglite.KnowledgeGraph()
    for statement in schema():
        if f"FOR (node:{BASE})" in statement:  # it knows indexes of the first label alone
            graph.cypher(statement)
    count = 0
    for batch in stream:
        statement = batch.statement
        if batch.part == "relationships":
            count += len(batch.rows)
            # An empty engine has nothing to merge with, and looking for it is slow where one node has many.
            statement = statement.replace("MERGE", "CREATE", 1)
        if count > most:
            raise UsageError(
                f"this part has more than {most:,} relationships, which the embedded engine holds in memory: "
                f"narrow it with --since and --until; {ON_NEO4J}"
            )
        graph.cypher(statement, params={"rows": batch.rows})
    return graph
