"""What runs a checked statement: the embedded engine, or a Neo4j server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphtrail.errors import UsageError
from graphtrail.stores.cypher.guard import Statement
from graphtrail.stores.cypher.values import Found

CASE = "case_id"  # the parameter that every statement may use without giving it
SECONDS = 60.0
LONGEST = 31_536_000  # seconds: a year
ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a statement may go.

    Attributes:
        seconds: it may take; None is as long as it takes.
        rows: of the answer that are handed out; None is all. Of more the answer says so.

    Raises:
        UsageError: the seconds are no length of time that an engine takes.
    """

    seconds: float | None = SECONDS
    rows: int | None = ROWS

    def __post_init__(self) -> None:
        # Also false of what is no number, which neither engine takes.
        if self.seconds is not None and not 0 < self.seconds <= LONGEST:
            raise UsageError(f"a timeout of {self.seconds:g} s: it is 0 (none) to {LONGEST:,} seconds")


class CypherEngine(Protocol):
    """Something that reads Cypher. It changes nothing, and no exception of a driver or an engine escapes.

    Attributes:
        name: ``embedded`` or ``neo4j``: which statements the guard lets through to it.
    """

    @property
    def name(self) -> str:
        """Its name for the guard."""
        ...

    def run(self, statement: Statement, parameters: Mapping[str, Any], bounds: Bounds) -> Found:
        """The answer to a statement.

        Args:
            statement: checked for this engine.
            parameters: its values; ``case_id`` is given by the engine itself.
            bounds: how far it may go.

        Raises:
            UsageError: a parameter is missing, unknown, or of a kind that Cypher has not.
            StatementFailed: it is no Cypher, takes too long, or asks for what the engine lacks.
            StoreUnavailable: the engine cannot be reached.
        """
        ...


def bound(statement: Statement, parameters: Mapping[str, Any], case_id: str) -> dict[str, Any]:
    """The values that a statement is run with: all that it uses, and no others.

    Raises:
        UsageError: a value is missing, one is not used, or one is not of a kind that Cypher has.
    """
    missing = sorted(statement.parameters - set(parameters) - {CASE})
    if missing:
        raise UsageError(f"the statement uses ${missing[0]}, which has no value; give it with -p {missing[0]}=VALUE")
    unused = sorted(set(parameters) - statement.parameters)
    if unused:
        raise UsageError(f"the statement has no parameter ${unused[0]}; write ${unused[0]} where its value belongs")
    for name, value in parameters.items():
        _check(name, value)
    return {CASE: case_id} | dict(parameters) if CASE in statement.parameters else dict(parameters)


def _check(name: str, value: object) -> None:
    """Refuse what no engine takes."""
    if isinstance(value, Mapping):
        for part in (*value, *value.values()):
            _check(name, part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check(name, part)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise UsageError(f"${name}: {value} is larger than Cypher's integers, which have 64 bits; give it as text")
    elif isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        raise UsageError(f"${name}: half a character (a lone surrogate), which no engine takes")
    elif not (value is None or isinstance(value, str | int | float | bool)):
        raise UsageError(f"${name}: {type(value).__name__} is no value of Cypher; give text, numbers, lists or maps")
