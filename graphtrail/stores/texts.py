"""The Cypher texts that graphtrail ships: fixed texts, to which values come as parameters."""

from functools import cache
from importlib import resources
from pathlib import Path

from graphtrail.errors import GraphtrailError


@cache
def folder() -> Path:
    """Where the texts lie: in a checkout beside the package, in an installed wheel inside it.

    Raises:
        GraphtrailError: they are gone.
    """
    package = Path(str(resources.files("graphtrail")))
    for place in (package / "cypher", package.parent / "cypher"):
        if (place / "schema.cypher").is_file():
            return place
    raise GraphtrailError(f"{package}: installed without its Cypher texts; install graphtrail again")


@cache
def text(name: str) -> str:
    """The text of a file: ``load/nodes``, ``store/out``."""
    return (folder() / f"{name}.cypher").read_text(encoding="utf-8")


def statements(name: str) -> list[str]:
    """The statements of a file that has several, each ending with a semicolon, without comments."""
    lines = (line for line in text(name).splitlines() if not line.startswith("//"))
    return [one.strip() for one in "\n".join(lines).split(";") if one.strip()]
