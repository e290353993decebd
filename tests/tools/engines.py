"""The texts of ``cypher/questions``, run as a person runs them, on a server or on the embedded engine."""

from collections.abc import Callable, Mapping
from typing import Any

import graphtrail
from graphtrail.questions import Limits, Trail
from graphtrail.questions.reach import reach, starts
from graphtrail.questions.seeds import seed as find
from graphtrail.stores import texts
from graphtrail.stores.cypher.engine import Bounds
from graphtrail.stores.cypher.filled import embedded
from graphtrail.stores.cypher.guard import EMBEDDED, checked
from graphtrail.stores.rows import named
from graphtrail.stores.server.connection import Connection

EVER = 2**62
Said = list[dict[str, Any]]
Ask = Callable[[str, Mapping[str, Any]], Said]
NAMES = sorted(path.stem for path in (texts.folder() / "questions").glob("*.cypher"))
# What the embedded engine does not run, and a part of what it says; of other texts: ``statements.NOT_EMBEDDED``.
NOT_EMBEDDED: dict[str, str] = {}


def on_server(connection: Connection) -> Ask:
    """Ask a server."""
    return lambda name, values: connection.read(texts.text(f"questions/{name}"), **values)


def on_kglite(case: graphtrail.Case, case_id: str) -> Ask:
    """Ask the embedded engine, filled with all of a case."""
    engine = embedded(case.folder, case.store, named(case.store, case_id))

    def ask(name: str, values: Mapping[str, Any]) -> Said:
        statement = checked(texts.text(f"questions/{name}"), EMBEDDED)
        given = {one: values[one] for one in statement.parameters - {"case_id"}}
        found = engine.run(statement, given, Bounds(rows=None))
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    return ask


def values(case: graphtrail.Case, case_id: str, seed: str, resource: str) -> dict[str, Any]:
    """The parameters of all texts: what somebody held, his sessions, and a resource."""
    trail = Trail(case.store, Limits())
    named_, begun = find(trail, seed), starts(trail, find(trail, seed))
    held = [
        {"session": key, "at": one.at} for key, one in reach(trail, begun).items() if case.store.session(key)
    ]  # fmt: skip
    sessions = [session.key for session in named_.sessions]
    ends = [*sessions, *(one["session"] for one in held)] or [seed]
    limits = {"case_id": case_id, "since": 0, "until": EVER, "level": 2, "by": "resource"}
    about = {"resource": resource, "below": f"{resource}/", "seed": seed, "at": case.store.case.last or 0}
    rows = [{"key": key, "at": at} for key, at in begun]
    return limits | about | {"held": held, "sessions": sessions, "rows": rows, "start": ends[0], "end": ends[-1]}
