"""Where a server is: what options, environment and configuration say, without the driver, which is slow to import."""

from dataclasses import dataclass, field

URI = "bolt://localhost:7687"
USER = "neo4j"
DATABASE = "neo4j"


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a server.

    Attributes:
        uri: ``bolt://``, ``neo4j://``, and ``+s`` for TLS: ``neo4j+s://`` of Aura.
        user: its name.
        password: None sends none, for a server without authentication.
        database: always named: the driver need not ask for it.
    """

    uri: str = URI
    user: str = USER
    password: str | None = field(default=None, repr=False)
    database: str = DATABASE
