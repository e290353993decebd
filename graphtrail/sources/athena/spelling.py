"""Rows of a CloudTrail table as records: the names as CloudTrail spells them, texts of JSON as the objects they are.

Athena knows no capitals in names: they are spelled again after ``table.COLUMNS``. A field of a record for which a table
has no column is lost there; whatever it has beside is left out.
"""

import re
from typing import Any

import msgspec

from graphtrail.sources.athena.table import COLUMNS

# Names of fields as a table has them, and as CloudTrail spells them.
NAMES = {word.lower(): word for kind in COLUMNS.values() for word in re.findall(r"(\w+):", kind)} | {"arn": "arn"}
_TOP = {name.lower(): name for name in COLUMNS}
_OBJECTS = frozenset(
    {"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "edgeDeviceDetails"}
)
_FLAGS = frozenset({"readOnly", "managementEvent"})


def record(row: dict[str, Any]) -> dict[str, Any]:
    """One row as a record."""
    made: dict[str, Any] = {}
    for column, value in row.items():
        name = _TOP.get(column.lower())
        if name is None or value is None:
            continue
        if name in _OBJECTS and isinstance(value, str):
            made[name] = _json(value)
        elif name in _FLAGS:
            made[name] = {"true": True, "false": False}.get(str(value).lower(), value)
        elif name == "resources" and isinstance(value, list):
            made[name] = [_resource(one) for one in value if isinstance(one, dict)]
        else:
            made[name] = _spelled(value)
    return made


def _spelled(value: Any) -> Any:  # noqa: ANN401 - of any type that Parquet has
    """Objects with their names spelled again, and without what is null."""
    if not isinstance(value, dict):
        return value
    made = {NAMES.get(name, name): _spelled(held) for name, held in value.items() if held is not None}
    return {name: held for name, held in made.items() if held != {}}


def _resource(value: dict[str, Any]) -> dict[str, Any]:
    """An element of ``resources``, where ARN is spelled otherwise than elsewhere."""
    spelled = _spelled(value)
    return {"ARN" if name == "arn" else name: held for name, held in spelled.items()}


def _json(text: str) -> msgspec.Raw | str:
    """A text as the JSON that it is; as it is, if it is none."""
    try:
        return msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError:
        return text
