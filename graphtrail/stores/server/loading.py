"""A case goes to a server, stays there as it is, or goes away again.

Every statement sets absolute values by unique ids, so that whatever is repeated, by the driver, by a second load or by
several at once, changes nothing. A batch and the note that it is done are one transaction: a load that was stopped goes
on where it stood. What an earlier state of the case left is removed at the end, and counts are compared.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from graphtrail.case.cycles import no_search_for_cycles
from graphtrail.case.fetched import to_json
from graphtrail.errors import NotFound, SchemaMismatch, StoreUnavailable, UsageError
from graphtrail.graph.schema import SERVER_VERSION
from graphtrail.stores import texts
from graphtrail.stores.call_table import Rows
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import Named, Row
from graphtrail.stores.rows import BATCH, Batch, batches, labelled, schema
from graphtrail.stores.server.connection import Connection, Statement

_REMOVED = 5_000
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Held:
    """A case as a server holds it.

    Attributes:
        case_id: its name there.
        digest: of its facts; None while its first load is not complete.
        version: of the form of the graph; see ``graph.schema.SERVER_VERSION``.
        load: the state that is complete, None if none is.
        loading: the state that is being loaded, or was when its load was stopped.
        calls: which single calls it has: ``all``, ``none`` or ``around`` and a seed.
        origin: tells cases of one name apart.
        nodes, relationships: how many there are, the node of the case itself left out.
    """

    case_id: str
    digest: str | None
    version: int | None
    load: str | None
    loading: str | None
    done: int | None
    calls: str | None
    origin: str | None
    nodes: int | None
    relationships: int | None


class Plan(NamedTuple):
    """What is to be loaded.

    Attributes:
        name: of the case, and of its state.
        origin: what the case began with; two cases of one name differ in it.
        calls: the single calls to load, None for none; ``which`` says it in words.
    """

    name: Named
    origin: str
    calls: Rows | None
    which: str


class Loaded(NamedTuple):
    """What a load did: nothing if the server held just this already."""

    nodes: int
    relationships: int
    batches: int
    skipped: int
    removed: int


def held(connection: Connection) -> dict[str, Held]:
    """The cases that a server holds, by name."""
    return {row["case_id"]: Held(**row) for row in connection.read(texts.text("store/cases"))}


def load(
    connection: Connection, store: MemoryStore, plan: Plan, tell: Tell, *, again: bool = False, size: int = BATCH
) -> Loaded:
    """Load a case.

    Args:
        connection: to the server.
        store: the case.
        plan: what of it.
        tell: is told after each batch which part it was of (``nodes``, ``relationships``) and how many rows it had.
        again: write all of it once more even if the server says that it is there.
        size: rows of a transaction.

    Raises:
        SchemaMismatch: the server holds this case in a form that another graphtrail wrote.
        UsageError: the server holds another case under this name.
        StoreUnavailable: the server went away, or somebody else changes the graph.
    """
    there = held(connection).get(plan.name.case_id)
    _fits(connection, there, plan)
    prepare(connection)
    if there and there.load == plan.name.load and not there.loading and not again and _complete(connection, there):
        return Loaded(there.nodes or 0, there.relationships or 0, 0, 0, 0)
    begun = _begin(connection, plan)
    first = 0 if again else begun["done"]
    loaded = _write(connection, store, plan, tell, first, size, fresh=begun["before"] is None)
    if first and _counts(connection, plan.name) != loaded[:2]:  # what was done before has been undone since
        again_loaded = _write(connection, store, plan, tell, 0, size, fresh=False)
        loaded = again_loaded._replace(removed=loaded.removed + again_loaded.removed)
    if _counts(connection, plan.name) != loaded[:2]:
        raise StoreUnavailable(
            f"{connection.address.uri}: the graph of {plan.name.case_id} is not what was loaded: somebody else changes "
            "it; load it again when they are done"
        )
    said = _about(store, plan, loaded.nodes, loaded.relationships)
    _run(connection, "load/finish", uid=_uid(plan.name.case_id), load=plan.name.load, said=said)
    return loaded


def case_row(store: MemoryStore, plan: Plan, nodes: int, relationships: int) -> Row:
    """The node of the case itself as it stands when all of the case is there."""
    name = plan.name
    uid = _uid(name.case_id)
    said: dict[str, Any] = {"uid": uid, "key": "case", "case_id": name.case_id, "name": name.case_id, "load": name.load}
    said |= {"origin": plan.origin, "version": SERVER_VERSION}
    return {"uid": uid, "properties": said | _about(store, plan, nodes, relationships)}


def _about(store: MemoryStore, plan: Plan, nodes: int, relationships: int) -> dict[str, Any]:
    checked = [] if store.checked is None else store.checked.tolist()
    names = {str(file): name for file in range(len(checked)) if (name := store.file_name(file))}
    proven = {} if store.checked is None else {"checked": checked, "unverified": msgspec.json.encode(names).decode()}
    return proven | {
        "digest": store.case.digest,
        "calls": plan.which,
        "nodes": nodes,
        "relationships": relationships,
        "roles": list(store.calls.roles),
        "fetched": msgspec.json.encode(to_json(store.fetched)).decode(),
        "about": msgspec.json.encode(store.case).decode(),
    }


def prepare(connection: Connection) -> None:
    """Make the constraints and indexes that are not there, and wait until they are ready."""
    there = {row["name"] for row in connection.read("SHOW CONSTRAINTS YIELD name RETURN name")}
    there |= {row["name"] for row in connection.read("SHOW INDEXES YIELD name RETURN name")}
    missing = [statement for statement in schema() if statement.split()[2] not in there]
    for statement in missing:
        connection.alone(statement)
    if missing:
        connection.alone("CALL db.awaitIndexes()")


def prune(connection: Connection, case_id: str, tell: Tell, *, whole: bool) -> int:
    """Take away what interrupted loads and earlier states of a case left, or the whole case.

    Returns:
        How many nodes and relationships went.

    Raises:
        NotFound: the server holds no case of this name.
    """
    there = held(connection).get(case_id)
    if there is None:
        raise NotFound(f"{connection.address.uri}: holds no case {case_id}; graphtrail neo4j doctor lists them")
    if not whole and there.load is None:
        raise NotFound(
            f"{connection.address.uri}: no load of {case_id} is complete, so that nothing of it is left over: load it, "
            "or remove all of it with --whole"
        )
    gone = _remove(connection, case_id, "" if whole else there.load or "", tell)
    if whole:
        gone += _run(connection, "load/forget", uid=_uid(case_id))[0]["gone"]
    return gone


def origin_of(first: bytes) -> str:
    """What tells cases of one name apart: the SHA-256 of what their first segment says of its files."""
    return hashlib.sha256(first).hexdigest()[:16]


def _fits(connection: Connection, there: Held | None, plan: Plan) -> None:
    if there is None:
        return
    if there.version != SERVER_VERSION:
        raise SchemaMismatch(mismatch(connection, there))
    if there.origin != plan.origin:
        raise UsageError(
            f"{connection.address.uri}: holds another case under the name {there.case_id}; name this one with "
            f"--case-id, or remove that one first: graphtrail neo4j prune --case-id {there.case_id} --whole"
        )


def mismatch(connection: Connection, there: Held) -> str:
    """That the graph of a case has another form than this graphtrail knows, and what to do."""
    return (
        f"{connection.address.uri}: holds {there.case_id} in version {there.version} of the schema, this graphtrail "
        f"reads version {SERVER_VERSION}: remove it (graphtrail neo4j prune --case-id {there.case_id} --whole) and "
        "load it again"
    )


def _complete(connection: Connection, there: Held) -> bool:
    return _counts(connection, Named(there.case_id, there.load or "")) == (there.nodes, there.relationships)


def _counts(connection: Connection, name: Named) -> tuple[int, int]:
    (row,) = connection.read(texts.text("load/counts"), case_id=name.case_id, load=name.load)
    return row["nodes"], row["relationships"]


def _begin(connection: Connection, plan: Plan) -> dict[str, Any]:
    name = plan.name
    values = {"case_id": name.case_id, "load": name.load, "origin": plan.origin, "version": SERVER_VERSION}
    return _run(connection, "load/begin", uid=_uid(name.case_id), **values)[0]


def _write(
    connection: Connection, store: MemoryStore, plan: Plan, tell: Tell, first: int, size: int, *, fresh: bool
) -> Loaded:
    rows = {"nodes": 0, "relationships": 0}
    number = 0
    with no_search_for_cycles():
        for number, batch in enumerate(batches(store, plan.name, plan.calls, size), 1):
            rows[batch.part] += len(batch.rows)
            if number > first:
                connection.write(*_statements(batch, plan.name, number, fresh=fresh))
            tell(batch.part, len(batch.rows))
    removed = 0 if fresh else _remove(connection, plan.name.case_id, plan.name.load, tell)
    return Loaded(rows["nodes"], rows["relationships"], number, min(first, number), removed)


class _Unsaid(list[Row]):
    """Rows that the driver cannot write out for its log, which it does with all values whether anybody reads it."""

    def __repr__(self) -> str:
        return f"[{len(self):,} rows]"


def _statements(batch: Batch, name: Named, number: int, *, fresh: bool) -> list[Statement]:
    """A batch as one transaction. The node of the case comes first: loads of one case at once wait for each other."""
    done = Statement(texts.text("load/progress"), {"uid": _uid(name.case_id), "done": number})
    rows = Statement(batch.statement, {"rows": _Unsaid(batch.rows)})
    if fresh or batch.part != "nodes":
        return [done, rows]
    uids = _Unsaid({"uid": row["uid"]} for row in batch.rows)
    return [done, Statement(labelled("load/relabelled", batch.name), {"rows": uids}), rows]


def _remove(connection: Connection, case_id: str, load_: str, tell: Tell) -> int:
    removed = 0
    for part in ("relationships", "nodes"):
        while True:
            values = {"case_id": case_id, "load": load_, "most": _REMOVED}
            gone = _run(connection, f"load/left_{part}", **values)[0]["gone"]
            removed += gone
            tell("removed", gone)
            if gone < _REMOVED:
                break
    return removed


def _run(connection: Connection, name: str, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what Cypher takes
    return connection.write(Statement(texts.text(name), values))


def _uid(case_id: str) -> str:
    return Named(case_id, "").uid("case")
