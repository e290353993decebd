"""What a server is, and whether it is ready."""

import time
from importlib import metadata
from typing import NamedTuple

from graphtrail.graph.schema import SERVER_VERSION
from graphtrail.stores.rows import schema
from graphtrail.stores.server.connection import Connection
from graphtrail.stores.server.loading import Held, held


class Health(NamedTuple):
    """What was found.

    Attributes:
        name, version, edition: of the server.
        milliseconds: that an answer takes.
        driver: version of the driver; ``fast`` if it has its extension.
        missing: how many constraints and indexes are not there.
        cases: that it holds.
        unreadable: names of those in another version of the schema.
    """

    name: str
    version: str
    edition: str
    milliseconds: float
    driver: str
    fast: bool
    missing: int
    cases: tuple[Held, ...]
    unreadable: frozenset[str]


def health(connection: Connection) -> Health:
    """Look at a server."""
    said, *_ = connection.read(
        "CALL dbms.components() YIELD name, versions, edition "
        "WITH name, versions[0] AS version, edition WHERE edition <> '' "  # later servers list Cypher too, without one
        "RETURN name, version, edition"
    )
    start = time.perf_counter()
    connection.read("RETURN 1 AS one")
    took = (time.perf_counter() - start) * 1000
    there = {row["name"] for row in connection.read("SHOW CONSTRAINTS YIELD name RETURN name")}
    there |= {row["name"] for row in connection.read("SHOW INDEXES YIELD name RETURN name")}
    cases = tuple(held(connection).values())
    return Health(
        said["name"],
        said["version"],
        said["edition"],
        took,
        metadata.version("neo4j"),
        any(one.metadata["Name"] == "neo4j-rust-ext" for one in metadata.distributions()),
        sum(statement.split()[2] not in there for statement in schema()),
        cases,
        frozenset(one.case_id for one in cases if one.version != SERVER_VERSION),
    )
