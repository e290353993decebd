"""Where a server is: what options, environment and configuration say, without the driver, which is slow to import."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from graphtrail.errors import UsageError

URI = "bolt://localhost:7687"
USER = "neo4j"
DATABASE = "neo4j"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


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


def case_name(case: Path, case_id: str | None) -> str:
    """The name of a case on a server: as given, else that of its folder.

    Raises:
        UsageError: it is no name.
    """
    name = case_id or re.sub(r"[^A-Za-z0-9._-]", "-", case.resolve().name)[:64]
    if not _NAME.fullmatch(name):
        raise UsageError(f"--case-id {name}: a name is 1 to 64 letters, digits, dots, dashes and underscores")
    return name
