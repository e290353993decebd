"""What questions and statements give in Python: rows, a data frame, a NetworkX graph, a page.

::

    found = case.cypher("MATCH (s:Session)-[:ASSUMED]->(t) RETURN s, t LIMIT $n", {"n": 5})
    found.rows, found.to_pandas(), found.to_networkx()
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from graphtrail.errors import UsageError
from graphtrail.graph.model import Subgraph
from graphtrail.questions import Answer, Gap, Row
from graphtrail.questions.answer import About
from graphtrail.questions.drawing import subgraph
from graphtrail.render.frame import Shown
from graphtrail.render.machine import as_json
from graphtrail.stores.exchange import to_networkx
from graphtrail.stores.store import Store
from graphtrail.version import __version__
from graphtrail.window import window

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from graphtrail.questions.file import CypherFile
    from graphtrail.questions.typed import TypedAnswer
    from graphtrail.stores.cypher.engine import Bounds
    from graphtrail.stores.memory import MemoryStore
    from graphtrail.stores.server.address import Address


class Options(TypedDict, total=False):
    """How a statement is run.

    Attributes:
        around: take the part of the case around this seed; for a case that is too large for the embedded engine.
        since, until: the window of that part.
        timeout: seconds; 0 is as long as it takes.
        limit: rows; 0 is all.
        server: ask this Neo4j server; without it the embedded engine is asked.
        case_id: the name of the case there, by default that of its folder.
        write: let the statement change the graph; of a server only.
    """

    around: str | None
    since: str | None
    until: str | None
    timeout: float
    limit: int
    server: Address | None
    case_id: str | None
    write: bool


@dataclass(frozen=True)
class Result:
    """An answer, and what can be made of it.

    Attributes:
        answer: the answer itself.
        store: the case that was asked.
    """

    answer: Answer[Row]
    store: Store

    @property
    def rows(self) -> Sequence[Row]:
        """What it says, a value a row."""
        return self.answer.rows

    @property
    def coverage(self) -> tuple[Gap, ...]:
        """What the logs cannot show."""
        return self.answer.coverage

    @property
    def case(self) -> About:
        """The case that was asked."""
        return self.answer.case

    @property
    def parameters(self) -> Mapping[str, Any]:
        """With which values it was asked."""
        return self.answer.parameters

    @property
    def graph(self) -> Subgraph:
        """The part of the graph that stands behind it."""
        return subgraph(self.store, self.answer)

    def to_json(self) -> str:
        """As the command line prints it with ``--output json``."""
        return as_json(self.answer, __version__)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The part of the graph that stands behind it, as a NetworkX graph."""
        return to_networkx(self.graph)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame, a column a field; needs the extra ``pandas``."""
        import msgspec  # noqa: PLC0415 - with pandas, which few processes need
        import pandas as pd  # noqa: PLC0415 - an extra

        fields = [field.encode_name for field in msgspec.structs.fields(self.answer.question.row)]
        return pd.DataFrame([msgspec.to_builtins(row) for row in self.rows], columns=fields)

    def to_html(self) -> str:
        """One offline page: the graph, the evidence, the rows, and what the logs cannot show."""
        from graphtrail.render.page import page  # noqa: PLC0415 - it carries pyvis
        from graphtrail.render.pictures import picture  # noqa: PLC0415 - as above

        return page(picture(self.store, self.answer))

    def show(self) -> Shown:
        """Draw it in a notebook."""
        return Shown(self.to_html())


@dataclass(frozen=True)
class CypherResult:
    """What a statement gave, and what can be made of it.

    Attributes:
        answer: the answer itself.
    """

    answer: TypedAnswer

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.answer.found.columns

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, by column; nodes, relationships and paths as in ``graphtrail.stores.cypher.values``."""
        from graphtrail.render.typed import rows_of  # noqa: PLC0415 - few processes read Cypher

        return rows_of(self.answer)

    @property
    def cut(self) -> bool:
        """Whether there are more rows than were asked for."""
        return self.answer.found.cut

    @property
    def notes(self) -> tuple[str, ...]:
        """What the engine had to say: what was left out, which labels and properties the graph does not have."""
        return self.answer.found.notes

    @property
    def graph(self) -> Subgraph:
        """The nodes, relationships and paths among the rows."""
        return self.answer.graph

    def to_json(self) -> str:
        """As the command line prints it with ``--output json``."""
        from graphtrail.render.typed import typed_json  # noqa: PLC0415 - as above

        return typed_json(self.answer, __version__)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame; needs the extra ``pandas``."""
        import pandas as pd  # noqa: PLC0415 - an extra

        return pd.DataFrame(self.answer.found.rows, columns=list(self.columns))

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The nodes, relationships and paths among the rows, as a NetworkX graph."""
        return to_networkx(self.graph)

    def to_html(self) -> str:
        """One offline page: the graph, the evidence, the rows."""
        from graphtrail.render.page import page  # noqa: PLC0415 - it carries pyvis
        from graphtrail.render.typed import typed_picture  # noqa: PLC0415 - as above

        return page(typed_picture(self.answer))

    def show(self) -> Shown:
        """Draw it in a notebook."""
        return Shown(self.to_html())


def run(
    folder: Path, store: MemoryStore | None, statement: str | Path | CypherFile, given: Mapping[str, Any], how: Options
) -> CypherResult:
    """Run a statement on a case.

    Args:
        folder: of the case.
        store: its graph; None if only a server is asked.
        statement: Cypher, or a file with it.
        given: values of parameters.
        how: see ``Options``.

    Raises:
        StatementRefused, StatementFailed: it is not run, or the engine gave up.
        UsageError: the words are wrong.
        StoreUnavailable: kglite is not installed, or the server cannot be reached.
        NotFound: the server holds no such case, or nothing answers to the name of the seed.
        SchemaMismatch: another version of graphtrail filled the server.
    """
    from graphtrail.questions.file import load  # noqa: PLC0415 - few processes read Cypher
    from graphtrail.questions.part import around  # noqa: PLC0415 - as above
    from graphtrail.questions.typed import ask_typed  # noqa: PLC0415 - as above
    from graphtrail.stores.cypher.engine import ROWS, SECONDS, Bounds  # noqa: PLC0415 - as above
    from graphtrail.stores.cypher.filled import embedded  # noqa: PLC0415 - as above
    from graphtrail.stores.rows import named  # noqa: PLC0415 - as above
    from graphtrail.stores.server.address import case_name  # noqa: PLC0415 - as above

    asked = load(statement) if isinstance(statement, Path) else statement
    bounds = Bounds(how.get("timeout", SECONDS) or None, how.get("limit", ROWS) or None)
    server, seed = how.get("server"), how.get("around")
    span = window(how.get("since"), how.get("until"), int(time.time()))
    if span and not seed:
        raise UsageError(
            "a window goes with --around; of all else the statement itself says when, as in r.at >= $since"
        )
    if server is not None:
        if seed:
            raise UsageError("--around is for the embedded engine; a server holds the whole case")
        fallback = case_name(folder, None) if store else None
        return CypherResult(_on_server(server, fallback, asked, given, how, bounds))
    if how.get("write"):
        raise UsageError("only a Neo4j server is written to: name it with --store neo4j; the embedded engine is frozen")
    if store is None:
        raise UsageError("the embedded engine needs a case; open one with graphtrail.open")
    name = named(store, case_name(folder, how.get("case_id")))
    part = around(store, seed, span) if seed else None
    return CypherResult(ask_typed(embedded(folder, store, name, part), store, asked, given, bounds))


def _on_server(
    address: Address,
    fallback: str | None,
    asked: str | CypherFile,
    given: Mapping[str, Any],
    how: Options,
    bounds: Bounds,
) -> TypedAnswer:
    from graphtrail.questions.typed import ask_typed, case_on  # noqa: PLC0415 - few processes read Cypher
    from graphtrail.stores.cypher.server import Neo4jEngine  # noqa: PLC0415 - it carries the driver
    from graphtrail.stores.server.connection import Connection  # noqa: PLC0415 - as above
    from graphtrail.stores.server.loading import held  # noqa: PLC0415 - as above
    from graphtrail.stores.server.store import ServerStore  # noqa: PLC0415 - as above

    write = bool(how.get("write"))
    with Connection(address) as connection:
        cases = sorted(held(connection))
        name = case_on(cases, how.get("case_id"), fallback, lambda: address.uri)
        engine = Neo4jEngine(connection, name, cases, write=write)
        return ask_typed(engine, ServerStore(connection, name), asked, given, bounds, write=write)
