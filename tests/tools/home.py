"""A Neo4j server that tests talk to."""

from typing import Any, NamedTuple

import neo4j
import neo4j_server

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
