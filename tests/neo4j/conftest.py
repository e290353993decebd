"""One real server for all tests that need one; each module finds it empty."""

import os
from collections.abc import Iterator

import neo4j_server
import pytest
from home import Home


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The server that GRAPHTRAIL_TEST_NEO4J_URI names, else one of our own; without any the tests fail."""
    named = os.environ.get("GRAPHTRAIL_TEST_NEO4J_URI")
    if named:
        environment = os.environ
        yield Home(named, environment.get("NEO4J_USERNAME", "neo4j"), environment.get("NEO4J_PASSWORD", ""), None)
        return
    server = neo4j_server.Server(tmp_path_factory.mktemp("neo4j")).start()
    yield Home(server.uri, neo4j_server.USER, neo4j_server.PASSWORD, server)
    server.stop()


@pytest.fixture(scope="module")
def home(started: Home) -> Home:
    """The server, empty."""
    started.empty()
    return started
