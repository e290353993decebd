"""Neo4j's own front end for Cypher, run by node: it is fetched once by npm, into the user's cache."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from graphtrail.graph.schema import BASE, LABELS, RELATIONS

_HERE = Path(__file__).with_name("frontend")
_WANTED = 20  # the least version of node that runs it


class Text(NamedTuple):
    """A text to lint, and the names of its parameters."""

    name: str
    text: str
    parameters: tuple[str, ...]


class MissingError(Exception):
    """The front end cannot be run here; the message says what is missing."""


def program() -> str:
    """The node that runs it.

    Raises:
        MissingError: there is none, or no npm, or it is too old.
    """
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise MissingError(
            "no node and npm: Neo4j's front end, which lints the Cypher texts, needs Node.js 20 or newer"
        )
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.removeprefix("v").partition(".")[0]) < _WANTED:
        raise MissingError(f"node {said.strip()}: Neo4j's front end needs Node.js {_WANTED} or newer")
    return node


def folder() -> Path:
    """Where it is installed.

    Raises:
        MissingError: npm cannot fetch it.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = json.loads((_HERE / "package.json").read_text(encoding="utf-8"))["dependencies"].popitem()[1]
    place = cache / "graphtrail-tests" / f"cypher-frontend-{version}"
    place.mkdir(parents=True, exist_ok=True)
    for file in _HERE.iterdir():
        shutil.copyfile(file, place / file.name)
    if not (place / "done").exists():
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        ran = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise MissingError(f"npm could not fetch Neo4j's front end: {(ran.stdout + ran.stderr)[-500:]}")
        (place / "done").touch()
    return place


def lint(texts: list[Text]) -> list[dict[str, Any]]:
    """What it says of each text, in Cypher 5 and 25: errors, deprecations, names that the graph does not have."""
    asked = {
        "schema": {"labels": [BASE, "Principal", *LABELS], "relationshipTypes": list(RELATIONS)},
        "texts": [
            {"name": one.name, "text": one.text, "parameters": dict.fromkeys(one.parameters, "")} for one in texts
        ],
    }
    ran = subprocess.run(
        [program(), "lint.mjs"], cwd=folder(), input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found
