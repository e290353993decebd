"""How long each canned question takes in an open case, asked again: at most 0.2 s, embedded and on a Neo4j server.

``python benchmarks/warm.py DEMO``, where DEMO is the folder of ``graphtrail demo --events 220000`` (about a million
relationships). With ``NEO4J_URI`` (and ``NEO4J_USERNAME``, ``NEO4J_PASSWORD``) in the environment the server that it
names, and which holds the case as ``case`` or is loaded with it, is asked too; with ``own`` as second argument a
server of the tests.

Three figures each, wall time: embedded; on the server, the same open case asked again; on the server, warm, of a case
just opened. Of an answer of many rows the first hundred are made. Each is the least of some rounds. Questions that take
longer are listed at the end, and make the exit code 1.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "tools"))
import neo4j_server

import graphtrail
from graphtrail import api
from graphtrail.questions import QUESTIONS
from graphtrail.stores.server.address import Address

MOST, ROUNDS, SHOWN = 0.2, 5, 100
CASE_ID = "case"


def main() -> int:
    """Print a line a question; 1 if one of them takes longer than it may."""
    folder = Path(sys.argv[1])
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    seed, bucket = truth["incident"]["seed"], truth["crown_jewels"]["bucket"]
    case = graphtrail.open(folder / "case")
    slow = []
    with _server() as address:
        if address:
            case.load(address, CASE_ID)
        print(f"{'question':24} {'embedded':>9} {'neo4j':>9} {'opened':>9}", flush=True)
        for name, given in _asked(seed, bucket):
            found = [_again(case, name, given)]
            found += [_again_there(address, name, given), _opened(address, name, given)] if address else []
            said = f"{name} {given.get('by', '')}".strip()
            print(f"{said:24} {' '.join(f'{one:9.3f}' for one in found)}", flush=True)
            slow += [said] if max(found[:2]) > MOST else []
    print(f"longer than {MOST} s: {', '.join(slow) or 'none'}")
    return int(bool(slow))


def _asked(seed: str, bucket: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every question: about the thief, the crown jewels, or everything."""
    for question in QUESTIONS.values():
        places = [one.name for one in question.parameters if not one.option and one.required]
        given = dict.fromkeys(places, seed) | ({"resource": bucket} if "resource" in places else {})
        given |= {"end": bucket} if "end" in places else {}
        choices = next((one.choices for one in question.parameters if one.name == "by"), ())
        if choices:
            yield from ((question.name, given | {"by": choice}) for choice in choices)
        else:
            yield question.name, given


def _again(case: api.Asked, name: str, given: dict[str, Any]) -> float:
    _seconds(case, name, given)
    return min(_seconds(case, name, given) for _ in range(ROUNDS))


def _again_there(address: Address, name: str, given: dict[str, Any]) -> float:
    with api.connect(address, CASE_ID) as there:
        return _again(there, name, given)


def _opened(address: Address, name: str, given: dict[str, Any]) -> float:
    found = []
    for _ in range(2):
        with api.connect(address, CASE_ID) as there:
            found.append(_seconds(there, name, given))
    return min(found)


def _seconds(case: api.Asked, name: str, given: dict[str, Any]) -> float:
    before = time.perf_counter()
    list(case.answer(QUESTIONS[name], **given).rows[:SHOWN])
    return time.perf_counter() - before


@contextmanager
def _server() -> Iterator[Address | None]:
    """The server that is asked, if any."""
    named = os.environ.get("NEO4J_URI")
    if named or "own" not in sys.argv[2:]:
        who = os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD")
        yield Address(named, *who) if named else None
        return
    with tempfile.TemporaryDirectory() as home:
        server = neo4j_server.Server(Path(home), memory="1g", cache="512m").start()
        try:
            yield Address(server.uri, neo4j_server.USER, neo4j_server.PASSWORD)
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
