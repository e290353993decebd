"""Cypher that people type, asked of a case: on the embedded engine, or of a server."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from graphtrail.errors import NotFound, StatementFailed, StoreUnavailable, UsageError
from graphtrail.graph.model import Subgraph
from graphtrail.questions.answer import About, Gap
from graphtrail.questions.asking import about
from graphtrail.questions.drawing import event_lines
from graphtrail.questions.file import CypherFile, parsed
from graphtrail.questions.gaps import about_window
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.cypher.engine import Bounds, CypherEngine
from graphtrail.stores.cypher.guard import checked
from graphtrail.stores.cypher.values import Found, subgraph
from graphtrail.stores.store import Store

NAME = "cypher"


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The answer to a statement; immutable.

    Attributes:
        file: the statement, and what its first comments say of it.
        engine: which engine answered: ``embedded`` or ``neo4j``.
        parameters: with which values.
        found: what it said.
        case: the case that was asked.
        coverage: what the logs cannot show.
        graph: the nodes, relationships and paths among the rows.
    """

    file: CypherFile
    engine: str
    parameters: Mapping[str, Any]
    found: Found
    case: About
    coverage: tuple[Gap, ...]
    graph: Subgraph = field(repr=False)


def ask_typed(
    engine: CypherEngine,
    store: Store,
    asked: str | CypherFile,
    given: Mapping[str, object],
    bounds: Bounds,
    *,
    write: bool = False,
) -> TypedAnswer:
    """The answer to a statement.

    Args:
        engine: which runs it.
        store: the case, to look up events and what its logs cover.
        asked: the statement, or a file with one.
        given: values of its parameters by name.
        bounds: how far it may go.
        write: it may change the graph of a server.

    Raises:
        StatementRefused: it is not run: see ``guard``.
        UsageError: a parameter is missing, unknown or wrong.
        StatementFailed: the engine gave up, or the columns are not those that the file declares.
    """
    file = parsed(NAME, asked) if isinstance(asked, str) else asked
    parameters = file.bind(given)
    found = engine.run(checked(file.statement, engine.name, write=write), parameters, bounds)
    if file.columns and file.columns != found.columns:
        raise StatementFailed(
            f"{file.name}: gives the columns {', '.join(found.columns)}, and declares {', '.join(file.columns)}; "
            "correct the line columns at its beginning"
        )
    trail = Trail(store, Limits())
    about_window(trail)
    graph = subgraph(found)
    with suppress(StoreUnavailable):  # a server may hold no single calls
        lines = event_lines(store, (one for edge in graph.edges for one in edge.event_ids))
        graph = replace(graph, events=lines)
    return TypedAnswer(
        file=file,
        engine=engine.name,
        parameters=parameters,
        found=found,
        case=about(store),
        coverage=trail.gaps,
        graph=graph,
    )


def case_on(cases: Iterable[str], wanted: str | None, fallback: str | None, where: Callable[[], str]) -> str:
    """Which case of a server is meant.

    Args:
        cases: those that it holds.
        wanted: as somebody named it.
        fallback: the name of the case at hand, None if there is none.
        where: says which server it is.

    Raises:
        NotFound: the server does not hold it.
        UsageError: it holds several and nothing says which.
    """
    held = sorted(cases)
    if not held:
        raise NotFound(f"{where()} holds no case; load one: graphtrail neo4j load --case DIR")
    name = wanted or (fallback if fallback in held else None) or (held[0] if len(held) == 1 and not fallback else None)
    if name in held:
        return name
    if name or fallback:
        raise NotFound(
            f"{where()} holds no case {name or fallback}; it holds {', '.join(held)}: name one with --case-id"
        )
    raise UsageError(f"{where()} holds several cases: {', '.join(held)}; name one with --case-id")
