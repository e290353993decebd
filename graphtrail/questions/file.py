"""Questions that people write themselves: a ``.cypher`` file whose first comments say what it takes and gives.

::

    // title: Sessions that were used from several addresses
    // params: least (integer = 2: addresses at least), since (time = 7d: calls from then on)
    // columns: session, addresses
    MATCH ...

``params`` may stand on several lines; ``none`` says that there are none. A parameter without ``=`` must be given.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from graphtrail.errors import UsageError
from graphtrail.stores.cypher.engine import CASE
from graphtrail.window import moment

_LINE = re.compile(r"//\s*(title|params|columns)\s*:\s*(.*?)\s*")
_PARAMETER = re.compile(r"\s*([A-Za-z_]\w*)\s*\(\s*([a-z ]+?)\s*(?:=\s*(.*?)\s*)?(?::\s*(.*?)\s*)?\)\s*(?:,|$)")
TYPES = {
    "text": "as it is",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "time": "an age such as 7d, or ISO 8601; epoch seconds in the statement",
    "list of texts": "texts with commas between them",
    "json": "any JSON: numbers, lists, maps",
}
SUFFIX = ".cypher"
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter as its file declares it.

    Attributes:
        name: after the ``$``.
        type: one of ``TYPES``.
        default: as it is written; None if the parameter must be given.
        help: what it is.
    """

    name: str
    type: str
    default: str | None
    help: str


@dataclass(frozen=True, slots=True)
class CypherFile:
    """A question in a file.

    Attributes:
        name: that of the file, without its ending.
        title: what it answers; empty if it does not say.
        parameters: that it declares; None if it declares nothing about them.
        columns: that it declares; empty if it does not.
        statement: the whole text.
    """

    name: str
    title: str
    parameters: tuple[Declared, ...] | None
    columns: tuple[str, ...]
    statement: str

    def bind(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The values of its parameters, of their types, defaults filled in.

        Args:
            given: by name; texts are read as the declared type says, other values are taken as they are.

        Raises:
            UsageError: one is missing, unknown, or not of its type.
        """
        if self.parameters is None:
            return dict(given)
        declared = {one.name: one for one in self.parameters if one.name != CASE}  # which is always there
        if unknown := sorted(set(given) - set(declared)):
            held = ", ".join(declared) or "none"
            raise UsageError(f"{self.name} has no parameter {unknown[0]}; it has: {held}")
        bound = {}
        for name, one in declared.items():
            value = given.get(name, one.default)
            if value is None and name not in given:
                raise UsageError(f"{self.name} needs {name}: {one.help or one.type}")
            bound[name] = read(one, value) if isinstance(value, str) else value
        return bound


def load(path: Path) -> CypherFile:
    """A question in a file.

    Raises:
        UsageError: the file cannot be read, or its first comments cannot.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "it is no UTF-8"
        raise UsageError(f"{path}: cannot be read ({why}); name a file with a Cypher statement") from None
    return parsed(path.name.removesuffix(SUFFIX), text)


def parsed(name: str, text: str) -> CypherFile:
    """A question as a text.

    Raises:
        UsageError: its first comments declare something that cannot be read.
    """
    said = list(_said(text.splitlines()))
    params = [line for kind, line in said if kind == "params"]
    return CypherFile(
        name=name,
        title=" ".join(line for kind, line in said if kind == "title"),
        parameters=tuple(one for line in params for one in _declared(name, line)) if params else None,
        columns=tuple(
            column.strip() for kind, line in said if kind == "columns" for column in line.split(",") if column.strip()
        ),
        statement=text,
    )


def _said(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the comments at the beginning say."""
    for line in lines:
        if line.strip() and not line.startswith("//"):
            return
        found = _LINE.fullmatch(line)
        if found:
            yield found[1], found[2]


def _declared(name: str, line: str) -> Iterator[Declared]:
    at = 0
    while line not in {"", "none"} and at < len(line):
        found = _PARAMETER.match(line, at)
        if found is None:
            example = "limit (integer = 20: rows at most)"
            raise UsageError(f"{name}: its line params cannot be read from {line[at:]!r} on; write such as {example}")
        if found[2] not in TYPES:
            raise UsageError(f"{name}: {found[1]} is of type {found[2]!r}; types are: {', '.join(TYPES)}")
        yield Declared(found[1], found[2], found[3], found[4] or "")
        at = found.end()


def read(declared: Declared, text: str) -> Any:  # noqa: ANN401 - a value of Cypher
    """A text as a value of a declared type.

    Raises:
        UsageError: it is none.
    """
    try:
        return _read(declared.type, text)
    except (ValueError, msgspec.DecodeError) as wrong:
        if isinstance(wrong, UsageError):
            raise
        raise UsageError(f"{declared.name}: {text!r} is not {TYPES[declared.type]}") from None


def _read(kind: str, text: str) -> Any:  # noqa: ANN401 - as above
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "boolean":
        if text.lower() not in _TRUTHS:
            raise ValueError(text)
        return _TRUTHS[text.lower()]
    if kind == "time":
        return moment(text, int(time.time()))
    if kind == "list of texts":
        return [part.strip() for part in text.split(",") if part.strip()]
    return msgspec.json.decode(text) if kind == "json" else text
