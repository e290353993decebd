"""A Neo4j server that tests talk to."""

import os
from typing import Any, NamedTuple
from unittest.mock import patch

import neo4j
import neo4j_server
from commands import Ran, here

from graphtrail.stores.server.address import Address


class Home(NamedTuple):
    """A server to talk to, and how.

    Attributes:
        uri, user, password: as a person gives them.
        server: the server itself, if it is ours.
    """

    uri: str
    user: str
    password: str
    server: neo4j_server.Server | None

    def rows(self, text: str, **values: object) -> list[dict[str, Any]]:
        """What a text gives, asked by the driver alone."""
        with (
            neo4j.GraphDatabase.driver(self.uri, auth=(self.user, self.password)) as driver,
            driver.session() as session,
        ):
            return session.run(text, values).data()  # type: ignore[arg-type]

    def empty(self) -> None:
        self.rows("MATCH (node) CALL (node) { DETACH DELETE node } IN TRANSACTIONS OF 5000 ROWS")

    @property
    def address(self) -> Address:
        return Address(self.uri, self.user, self.password)


def environment(home: Home, **more: str) -> dict[str, str]:
    """The environment of a command that talks to the server, with more set."""
    own = {"NEO4J_URI": home.uri, "NEO4J_USERNAME": home.user, "NEO4J_PASSWORD": home.password}
    return {name: text for name, text in os.environ.items() if not name.startswith("NEO4J_")} | own | more


def command(home: Home, *words: object, **more: str) -> Ran:
    """Run the command line in this process, with that environment."""
    with patch.dict(os.environ, environment(home, **more), clear=True):
        return here(*words)
