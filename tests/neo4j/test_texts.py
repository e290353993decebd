"""The texts of cypher/questions, run as a person runs them, say what the questions say, on either engine."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import EVER, NAMES, Ask, on_kglite, on_server, values
from home import Home

import graphtrail
from graphtrail.questions import QUESTIONS, Limits, Trail
from graphtrail.questions.reach import LEAVES, starts
from graphtrail.questions.seeds import seed as find
from graphtrail.simulate import simulate
from graphtrail.simulate.truth import Truth
from graphtrail.stores.server.connection import Connection
from graphtrail.window import iso

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
CASE_ID = "texts"
_COUNTED = ("count", "first_seen", "last_seen")
_ACTED = ("session", "action", "outcome", "error_code")


class Simulated:
    """A case, and an engine that holds it."""

    def __init__(self, case: graphtrail.Case, truth: Truth, ask: Ask) -> None:
        self.case = case
        self.jewels = truth.crown_jewels.bucket
        self.thief = truth.incident.seed
        self._ask = ask
        self._values = values(case, CASE_ID, self.thief, self.jewels)

    @property
    def sessions(self) -> list[str]:
        found: list[str] = self._values["sessions"]
        return found

    def text(self, name: str, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what Cypher takes
        return self._ask(name, self._values | more)

    def rows(self, name: str, *args: str, **kwargs: str) -> Iterable[Any]:
        return self.case.answer(QUESTIONS[name], *args, **kwargs).rows


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[graphtrail.Case, Truth]:
    folder: Path = tmp_path_factory.mktemp("texts")
    truth = simulate(folder, 2000, seed=1)
    return graphtrail.ingest(folder / "bucket", case=folder / "case"), truth


@pytest.fixture(scope="module", params=["neo4j", "kglite"])
def there(request: pytest.FixtureRequest, simulated: tuple[graphtrail.Case, Truth]) -> Iterator[Simulated]:
    case, truth = simulated
    if request.param == "kglite":
        yield Simulated(case, truth, on_kglite(case, CASE_ID))
        return
    home: Home = request.getfixturevalue("home")
    case.load(home.address, CASE_ID)
    with Connection(home.address) as connection:
        yield Simulated(case, truth, on_server(connection))


def told(rows: Iterable[Any], *names: str) -> list[tuple[Any, ...]]:
    """Some fields of rows of a question, in any order, each as a text shows it."""
    return sorted((tuple(_plain(getattr(row, name)) for name in names) for row in rows), key=repr)


def said(rows: Iterable[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a text; times as answers show them."""
    return sorted(
        (tuple(iso(row[name]) if name in _TIMES and row[name] is not None else _plain(row[name]) for name in names)
         for row in rows),
        key=repr,
    )  # fmt: skip


_TIMES = {"time", "first_seen", "last_seen", "hour", "expires", "cut_off"}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


SAME: dict[str, tuple[str, tuple[str, ...]]] = {
    "events": ("", ("time", "event_id", *_ACTED, "access_key", "address", "region")),
    "who-touched": ("resource", (*_ACTED, *_COUNTED)),
    "objects": ("resource", ("resource", *_ACTED, *_COUNTED)),
    "assumptions": ("", ("time", "event_id", "action", "session", "target_role", "issued_session", "issued_key",
                         "issued_name")),
    "assumed-by": ("seed", ("time", "event_id", "action", "session", "target_role", "issued_session", "issued_key")),
    "addresses": ("seed", ("session", "address", *_COUNTED)),
    "identities": ("", ("time", "event_id", "session", "resource", "made")),
    "denied": ("seed", ("session", "action", "error_code", "resource", *_COUNTED)),
    "secrets": ("seed", ("resource", "session", "action", *_COUNTED)),
    "changes": ("seed", ("resource", "session", "action", "count")),
    "destruction": ("", ("resource", "session", "action", "count")),
    "policies": ("", ("time", "session", "resource")),
    "blinded": ("", ("time", "session", "resource")),
    "alive": ("seed", ("session", "expires")),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_a_text_gives_the_rows_of_the_question(there: Simulated, name: str):
    about, columns = SAME[name]
    args = {"": (), "resource": (there.jewels,), "seed": (there.thief,)}[about]
    rows = told(there.rows(name, *args), *columns)
    assert said(there.text(name), *columns) == rows


def test_some_answers_are_not_empty(there: Simulated):
    empty = {name for name in SAME if not there.text(name)}
    assert empty <= {"blinded", "destruction", "policies", "denied", "changes", "identities", "secrets"}


def test_containment(there: Simulated):
    steps = {"disable key", "revoke sessions"}
    rows = [row for row in there.rows("containment", there.thief) if row.step in steps]
    assert said(there.text("containment"), "step", "target", "cut_off") == told(rows, "step", "target", "cut_off")
    assert {row["target"]: sorted(row["sessions"]) for row in there.text("containment")} == {
        row.target: list(row.sessions) for row in rows
    }


def test_readers(there: Simulated):
    rows = [(row.origin or row.sessions[0], row.hour, row.count) for row in there.rows("readers", there.jewels)]
    assert said(there.text("readers"), "reader", "hour", "count") == sorted(rows, key=repr)


def test_origin(there: Simulated):
    keys = [session.key for session in there.case.store.sessions() if session.calls]
    found = {row["session"]: (row["origin_status"], row["origin"]) for row in there.text("origin", sessions=keys)}
    rows = [row for key in keys[:40] for row in there.rows("origin", key)]
    assert {row.session: (row.origin_status, row.origin) for row in rows} == {
        row.session: found[row.session] for row in rows
    }


def test_chain(there: Simulated):
    rows = {row.session for row in there.rows("chain", there.thief)}
    assert {row["last"] for row in there.text("chain")} == rows


def test_blast_radius_in_rounds(there: Simulated):
    trail = Trail(there.case.store, Limits())
    begun = starts(trail, find(trail, there.thief))
    held, touched = dict(begun), dict[str, int]()
    rows = [{"key": key, "at": at} for key, at in begun]
    while rows:
        onward: dict[str, int] = {}
        for row in there.text("blast-radius", rows=rows):
            best = held if row["relation"] not in LEAVES else touched
            if row["at"] < best.get(row["key"], EVER):
                best[row["key"]] = row["at"]
                if row["onward"]:
                    onward[row["key"]] = row["at"]
        rows = [{"key": key, "at": at} for key, at in onward.items()]
    found = there.rows("blast-radius", there.thief)
    reached = {row.session or row.principal or row.resource: row.at for row in found if row.relation != "ON"}
    assert {key: iso(at) for key, at in (touched | held).items()} == reached


def test_path(there: Simulated):
    (start,), rows = there.sessions, list(there.rows("blast-radius", there.thief))
    ends = [row for row in rows if row.session and row.session != start and 1 < len(row.path) <= 7]
    assert ends
    for row in ends[:5]:
        found = there.text("path", start=start, end=row.session)
        assert [(one["hops"] <= len(row.path) - 1, one["at"] > 0) for one in found] == [(True, True)]


def test_shared_out(there: Simulated):
    rows = [(row.time, row.session, row.party, row.resource) for row in there.rows("shared-out")]
    assert said(there.text("shared-out"), "time", "session", "resource", "detail") == sorted(rows, key=repr)


def test_recon(there: Simulated):
    rows = [(row.session, row.count, len(row.actions), row.denied) for row in there.rows("recon", there.thief)]
    assert said(there.text("recon"), "session", "count", "actions", "denied") == sorted(rows, key=repr)


def test_services(there: Simulated):
    rows = [row for row in there.rows("services", there.thief) if row.via]
    columns = ("via", *_ACTED, "count")
    assert said(there.text("services"), *columns) == told(rows, *columns)


def test_timeline(there: Simulated):
    rows = [row for row in there.rows("timeline", there.thief) if row.relation == "PERFORMED"]
    columns = ("time", "last_seen", *_ACTED, "count")
    assert said(there.text("timeline"), *columns) == told(rows, *columns)


@pytest.mark.parametrize("by", ["principal", "action", "resource", "address", "error"])
def test_top(there: Simulated, by: str):
    columns = ("value", *_COUNTED)
    assert said(there.text("top", by=by), *columns) == told(there.rows("top", by=by), *columns)


def test_unknowns(there: Simulated):
    rows = [(row.sessions[0], row.code, row.count) for row in there.rows("unknowns") if row.code.startswith("origin-")]
    found = [(row["session"], f"origin-{row['origin_status']}", row["calls"]) for row in there.text("unknowns")]
    assert sorted(found) == sorted(rows)


def test_every_question_has_its_text_and_every_text_its_test():
    there = set(NAMES)
    own: set[Callable[..., None] | str] = {name.removeprefix("test_").replace("_", "-") for name in globals()}
    assert there == set(QUESTIONS)
    assert there - set(SAME) <= own | {"blast-radius"}
