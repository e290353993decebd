"""What it costs to bring a graph of 100,000 nodes and 1,000,000 relationships to a Neo4j server of this machine.

``python benchmarks/neo4j_load.py`` makes a case of that size from made logs, and with servers of the tests
(``tests/tools/neo4j_server.py``), each empty at first, measures

- ``graphtrail neo4j load`` as a process, against plain CREATE of the same rows by the driver alone: relationships
  without ids, in batches of the same size, the time in which rows are made not counted; at most 2.5 times as long;
- the CPU of that process, with the driver's Rust extension of the extra ``fast``: at most 10 s;
- the same load once more, which changes nothing, and all of it written once more (``--again``);
- ``graphtrail export neo4j-admin`` and the import that it prints: together at most 40 s.

``FOLDER`` as an argument keeps the case there and takes one that is there.
"""

import gzip
import json
import os
import platform
import random
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "tools"))
import cloudtrail as ct
import neo4j
import neo4j_server
from cost import Cost, cost
from home import Home

import graphtrail
from graphtrail.graph.schema import labels
from graphtrail.stores.rows import Batch, batches

RATIO, CPU, TOGETHER = 2.5, 10.0, 40.0
SESSIONS, CALLS, EACH, OWN = 250, 352, 10, 40
ACTIONS = ("ec2:StartInstances", "ec2:StopInstances", "ec2:DescribeInstances")
CASE_ID = "load"
_NODES = "UNWIND $rows AS row CREATE (node:{}) SET node = row.properties"
_RELATIONSHIPS = """
UNWIND $rows AS row
MATCH (source:Entity {{uid: row.source}})
MATCH (target:Entity {{uid: row.target}})
CREATE (source)-[relationship:{}]->(target)
SET relationship = row.properties
"""


def main() -> int:
    """Print the figures; 1 if one of them is more than it may be."""
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "case"
        case = graphtrail.open(folder) if (folder / "manifest.json").is_file() else made(Path(scratch) / "logs", folder)
        bare, nodes, relationships = created(case, Path(scratch) / "plain")
        print(f"the graph: {nodes:,} nodes, {relationships:,} relationships", flush=True)
        print(f"plain CREATE without ids: {bare:.1f} s", flush=True)
        load = loaded(folder, Path(scratch) / "loaded")
        together = imported(folder, Path(scratch))
    ratio = load.wall / bare
    print(f"load against plain CREATE: {ratio:.2f} times, at most {RATIO}")
    print(f"CPU of the client: {load.cpu:.1f} s, at most {CPU:.0f}")
    print(f"export and import: {together:.1f} s, at most {TOGETHER:.0f}")
    return int(ratio > RATIO or load.cpu > CPU or together > TOGETHER)


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    there = any(one.metadata["Name"] == "neo4j-rust-ext" for one in metadata.distributions())
    fast = "with" if there else "WITHOUT (install the extra fast)"
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}; Python "
        f"{platform.python_version()}, Neo4j {neo4j_server.LTS}, driver {neo4j.__version__} {fast} its Rust extension"
    )


def made(logs: Path, folder: Path) -> graphtrail.Case:
    """The case: sessions that start, stop and describe instances, ten a call."""
    logs.mkdir(parents=True)
    chance = random.Random(1)  # noqa: S311 - the same graph each time
    for number in range(SESSIONS):
        text = json.dumps({"Records": list(records(number, chance))})
        (logs / f"{number:03}.json.gz").write_bytes(gzip.compress(text.encode(), 1))
    return graphtrail.ingest(logs, case=folder)


def records(number: int, chance: random.Random) -> Iterator[ct.Record]:
    """The calls of one session."""
    who = ct.role(f"fleet{number}", "job", f"ASIAFLEET{number:011d}", "08:00")
    own = [f"i-{number:08x}{place:09x}" for place in range(OWN)]
    for call in range(CALLS):
        named = [{"instanceId": instance} for instance in chance.sample(own, EACH)]
        asked = {"instancesSet": {"items": named}}
        clock = f"09:{call // 60:02d}:{call % 60:02d}"
        yield ct.record(clock, chance.choice(ACTIONS), who, requestParameters=asked)


def created(case: graphtrail.Case, home: Path) -> tuple[float, int, int]:
    """Seconds in which the server takes the rows by CREATE, and how many there are."""
    plan = case.plan(CASE_ID)
    rows = {"nodes": 0, "relationships": 0}
    seconds = 0.0
    with running(home) as server, neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        server.rows("CREATE CONSTRAINT FOR (node:Entity) REQUIRE node.uid IS UNIQUE")
        for batch in batches(case.store, plan.name, plan.calls):
            rows[batch.part] += len(batch.rows)
            before = time.perf_counter()
            driver.execute_query(plain(batch), rows=batch.rows)
            seconds += time.perf_counter() - before
    return seconds, rows["nodes"], rows["relationships"]


def plain(batch: Batch) -> Any:  # noqa: ANN401 - the driver wants a literal text, and labels are no parameters
    """The text that makes the rows of a batch, whatever is there."""
    if batch.part == "nodes":
        return _NODES.format(":".join(labels(batch.name)))
    return _RELATIONSHIPS.format(batch.name)


def loaded(folder: Path, home: Path) -> Cost:
    """What the first load costs; prints the cost of a second one, and of one that writes all again, too."""
    words = [sys.executable, "-m", "graphtrail", "neo4j", "load", "--case", str(folder), "--case-id", CASE_ID]
    with running(home) as server:
        named = {"NEO4J_URI": server.uri, "NEO4J_USERNAME": server.user, "NEO4J_PASSWORD": server.password}
        first = told("first load", cost(words, **named))
        told("second load, of which nothing is new", cost(words, **named))
        told("load --again, which writes all of it", cost([*words, "--again"], **named))
    return first


def imported(folder: Path, scratch: Path) -> float:
    """Seconds in which files for an import are written and imported."""
    files = scratch / "files"
    words = [sys.executable, "-m", "graphtrail", "export", "neo4j-admin", str(files), "--case", str(folder)]
    written = told("export neo4j-admin", cost([*words, "--case-id", CASE_ID]))
    command = shlex.split((files / "import-command.txt").read_text(encoding="utf-8"))[1:]
    before = time.perf_counter()
    neo4j_server.Server(scratch / "imported").imported(command, files)
    taken = time.perf_counter() - before
    print(f"neo4j-admin import: {taken:.1f} s")
    return written.wall + taken


def told(name: str, found: Cost) -> Cost:
    """Print what something costs."""
    print(f"{name}: {found.wall:.1f} s, CPU of the client {found.cpu:.1f} s", flush=True)
    return found


@contextmanager
def running(home: Path) -> Iterator[Home]:
    """An empty server."""
    server = neo4j_server.Server(home).start()
    try:
        yield Home(server.uri, neo4j_server.USER, neo4j_server.PASSWORD, server)
    finally:
        server.stop()


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
