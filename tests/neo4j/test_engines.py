"""The embedded store, Neo4j and the embedded engine say the same of every case that is known."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import cloudtrail as ct
import pytest
from asked import Asking, askings
from chained import HOPS, chained, hop
from engines import NAMES, NOT_EMBEDDED, Ask, on_kglite, on_server, values
from handmade import handmade
from home import Home
from served import answer

import graphtrail
from graphtrail import api
from graphtrail.errors import StatementFailed
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.questions import QUESTIONS
from graphtrail.simulate import simulate
from graphtrail.stores.server.connection import Connection

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
NOTHING = "arn:aws:s3:::nothing"


@pytest.fixture(scope="module")
def connection(home: Home) -> Iterator[Connection]:
    with Connection(home.address) as held:
        yield held


def told(ask: Ask, name: str, given: dict[str, Any]) -> list[str]:
    return sorted(map(repr, ask(name, given)))


def differing(home: Home, connection: Connection, case: graphtrail.Case, case_id: str, seed: str) -> set[str]:
    """The texts of which the rows of both engines are not the same."""
    case.load(home.address, case_id)
    touched = [(len(case.store.calls.touching([number], None)), entity.key)
               for number, entity in enumerate(case.store.entities(), case.store.counts.sessions)]  # fmt: skip
    given = values(case, case_id, seed, max(touched, default=(0, NOTHING))[1])
    there, here = on_server(connection), on_kglite(case, case_id)
    return {name for name in set(NAMES) - set(NOT_EMBEDDED) if told(here, name, given) != told(there, name, given)}


def principal(case: graphtrail.Case) -> str:
    """Who begins most."""
    found = [(len(case.store.out(one.key)), one.key) for one in case.store.entities() if one.label in PRINCIPALS]
    if found:
        return max(found)[1]
    return next((session.key for session in case.store.sessions()), "")


def test_the_texts_of_a_simulated_incident(home: Home, connection: Connection, tmp_path: Path):
    truth = simulate(tmp_path, 2000, seed=1)
    case = graphtrail.ingest(tmp_path / "bucket", case=tmp_path / "case")
    for seed in (truth.incident.seed, principal(case)):
        assert differing(home, connection, case, "simulated", seed) == set()


@pytest.mark.parametrize("name", ["invictus", "stratus"])
def test_the_texts_of_real_logs(home: Home, connection: Connection, data: Path, tmp_path: Path, name: str):
    case = graphtrail.ingest(data / name, case=tmp_path / "case")
    assert differing(home, connection, case, name, principal(case)) == set()


def test_the_texts_of_a_chain_of_forty_hops(home: Home, connection: Connection, tmp_path: Path):
    case = ct.case(tmp_path, chained())
    for seed in (hop(0), hop(HOPS // 2), hop(HOPS - 1)):
        assert differing(home, connection, case, "chained", seed) == set()


@pytest.mark.slow
def test_all_answers_and_texts_of_the_cases_that_are_made_by_hand(home: Home, connection: Connection, tmp_path: Path):
    wrong: dict[str, object] = {}
    turn = count()
    for name, case in handmade(tmp_path):
        seed = principal(case)
        if not seed:  # nothing but rejects
            case.load(home.address, name)
        elif texts := differing(home, connection, case, name, seed):
            wrong[name] = texts
        with api.connect(home.address, name) as there:
            asked = one_each(case, next(turn))
            found = {str(one): answer(there, *one) for one in asked}
        expected = {str(one): answer(case, *one) for one in asked}
        wrong |= {f"{name} {one}": found[one] for one, said in expected.items() if found[one] != said}
    assert wrong == {}
    assert next(turn) > 71


def one_each(case: graphtrail.Case, turn: int) -> list[Asking]:
    """Each question once: with parameters that change from turn to turn."""
    found: dict[str, list[Asking]] = defaultdict(list)
    for asking in askings(case, 1):
        found[asking.name].append(asking)
    return [held[turn % len(held)] for held in found.values()]


def test_what_the_embedded_engine_rejects_is_known(tmp_path: Path):
    case = ct.case(tmp_path, chained())
    given, ask = values(case, "known", hop(0), NOTHING), on_kglite(case, "known")
    rejected = {}
    for name in NAMES:
        try:
            ask(name, given)
        except StatementFailed as said:
            rejected[name] = str(said)
    assert set(rejected) == set(NOT_EMBEDDED)
    assert all(NOT_EMBEDDED[name] in said for name, said in rejected.items())
    assert set(NAMES) == set(QUESTIONS)
