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

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "tools"))
import neo4j_server
from every_question import Asked, every

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
        for asked in every(seed, bucket):
            found = [_again(case, asked)]
            found += [_again_there(address, asked), _opened(address, asked)] if address else []
            print(f"{asked!s:24} {' '.join(f'{one:9.3f}' for one in found)}", flush=True)
            slow += [str(asked)] if max(found[:2]) > MOST else []
    print(f"longer than {MOST} s: {', '.join(slow) or 'none'}")
    return int(bool(slow))


def _again(case: api.Asked, asked: Asked) -> float:
    _seconds(case, asked)
    return min(_seconds(case, asked) for _ in range(ROUNDS))


def _again_there(address: Address, asked: Asked) -> float:
    with api.connect(address, CASE_ID) as there:
        return _again(there, asked)


def _opened(address: Address, asked: Asked) -> float:
    found = []
    for _ in range(2):
        with api.connect(address, CASE_ID) as there:
            found.append(_seconds(there, asked))
    return min(found)


def _seconds(case: api.Asked, asked: Asked) -> float:
    before = time.perf_counter()
    list(case.answer(QUESTIONS[asked.name], **asked.given).rows[:SHOWN])
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
