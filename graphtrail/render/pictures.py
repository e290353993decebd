"""Answers become pictures: what the page is made from."""

import shlex
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from graphtrail.graph.model import Value
from graphtrail.questions import Answer, Row
from graphtrail.questions.drawing import subgraph
from graphtrail.questions.rows import Hop
from graphtrail.render.machine import encoded
from graphtrail.render.picture import Picture
from graphtrail.stores.store import Store
from graphtrail.stores.whole import short

_NAMED = 3  # candidates that stand in a cell


def picture(store: Store, answer: Answer[Row], *more: Answer[Row], title: str | None = None) -> Picture:
    """The picture of an answer.

    Args:
        store: the case that was asked.
        answer: whose rows stand in the table.
        more: answers that are drawn with it.
        title: what the page is about; by default what was asked about.
    """
    about = [str(value) for value in answer.parameters.values() if value not in {None, False}]
    coverage = dict.fromkeys(gap.text for one in (answer, *more) for gap in one.coverage)
    return Picture(
        title=title or " ".join(map(short, about)) or answer.question.name,
        question=answer.question.title,
        graph=subgraph(store, answer, *more),
        facts=(
            ("events", f"{answer.case.events:,}"),
            ("from", answer.case.first or "-"),
            ("to", answer.case.last or "-"),
            ("case", answer.case.digest),
            ("log files", verified(store)),
        ),
        columns=answer.question.columns,
        rows=_Cells(answer),
        coverage=tuple(coverage),
        commands=(shlex.join(["graphtrail", "ask", answer.question.name, *about, "--output", "json"]),),
    )


class _Cells(Sequence[tuple[Value, ...]]):
    """The table of an answer: its texts are made when somebody looks at them, and a page has room for some."""

    def __init__(self, answer: Answer[Row]) -> None:
        self._rows = answer.rows
        self._columns = answer.question.columns

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        return (cells(row, self._columns) for row in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> tuple[Value, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[tuple[Value, ...], ...]: ...
    def __getitem__(self, at: int | slice) -> tuple[Value, ...] | tuple[tuple[Value, ...], ...]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self))))
        return cells(self._rows[at], self._columns)


def verified(store: Store) -> str:
    """How many of the log files are proven to be what CloudTrail delivered."""
    if store.case.integrity is None:
        return "not verified"
    logs = [one for one in store.case.integrity["places"] if one["kind"] == "log"]
    sound = sum(one["count"] for one in logs if one["status"] == "verified")
    return f"{sound:,} of {sum(one['count'] for one in logs):,} verified"


def cells(row: Row, columns: Sequence[str]) -> tuple[Value, ...]:
    """What a table shows of a row; an origin that is open says so, and who it may be, where no other column does."""
    alone = "origin_status" not in columns
    return tuple((_open(row) if alone and name == "origin" else None) or cell(row, name) for name in columns)


def _open(row: Row) -> str | None:
    """Why an origin is open, and the candidates; None where it is not."""
    status: str | None = None if getattr(row, "origin", None) else getattr(row, "origin_status", None)
    candidates: tuple[str, ...] = getattr(row, "candidates", ())
    named = ", ".join(candidates[:_NAMED]) + (f" and {len(candidates) - _NAMED:,} more" * (len(candidates) > _NAMED))
    return status and f"({status}{': ' if named else ''}{named})"


def cell(row: Row, name: str) -> Value:
    """What a table shows of a field: chains as names with arrows, lists in short."""
    value = getattr(row, "class_" if name == "class" else name)
    if isinstance(value, tuple) and value and isinstance(value[0], Hop):
        return " → ".join(short(hop.principal or hop.node) for hop in value)
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, msgspec.Struct) and hasattr(value, "principal"):
        return f"{short(value.principal or '-')}"
    return encoded(value)
