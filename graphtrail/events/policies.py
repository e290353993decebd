"""Whom a policy lets in: policies come as objects, as JSON in a text, and as URL-encoded JSON in a text.

Source: IAM User Guide, "AWS JSON policy elements: Principal"; real records of PutBucketPolicy (object),
UpdateAssumeRolePolicy (text) and CreateRole (URL-encoded in the answer).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from graphtrail import arn as arns
from graphtrail.events.record import Json, mapping
from graphtrail.events.tolerant import decoded

PUBLIC = "public"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{16,}", re.ASCII)
_ROOT = ":root"
_PREFIXES = {"CanonicalUser": "canonical", "Service": "service"}


class Policy(NamedTuple):
    """What a policy says about who may come in.

    Attributes:
        allowed: keys of principals, sorted: ARNs, ``account:<id>``, ``uid:<unique id>``, ``service:<name>``,
            ``public``.
        read: whether all of it was understood; ``NotPrincipal`` and what is no policy are not.
    """

    allowed: tuple[str, ...]
    read: bool


def policy(value: Json) -> Policy:
    """The principals that the statements of a policy allow; an empty text is a policy that allows nobody."""
    held = _document(value)
    if held is None:
        return Policy((), read=value in (None, ""))
    statements = held.get("Statement")
    allowed: set[str] = set()
    read = True
    for statement in map(mapping, statements if isinstance(statements, list) else [statements]):
        if statement.get("Effect") != "Allow":
            continue
        found = tuple(_principals(statement.get("Principal")))
        read = read and bool(found) and "NotPrincipal" not in statement
        allowed.update(found)
    return Policy(tuple(sorted(allowed)), read)


def allows_everything(value: Json) -> bool:
    """Whether a statement of a policy allows every action on every resource, whatever its conditions."""
    statements = (_document(value) or {}).get("Statement")
    for statement in map(mapping, statements if isinstance(statements, list) else [statements]):
        if statement.get("Effect") == "Allow" and _all(statement.get("Action")) and _all(statement.get("Resource")):
            return True
    return False


def _all(value: Json) -> bool:
    """Whether an element names everything: as an action ``*:*`` does too."""
    return not {"*", "*:*"}.isdisjoint(
        one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)
    )


def principal(named: str) -> str:
    """The key of a principal as an element ``AWS`` names it, or a list of accounts and groups."""
    if named in {"*", "all"}:
        return PUBLIC
    if _ACCOUNT.fullmatch(named):
        return f"account:{named}"
    found = arns.parse(named)
    if found is not None and named.endswith(_ROOT) and found.account:
        return f"account:{found.account}"
    return f"uid:{named}" if _UNIQUE_ID.fullmatch(named) else named


def _document(value: Json) -> dict[str, Json] | None:
    if isinstance(value, str):
        text = unquote(value) if value.lstrip()[:1] == "%" else value
        value = decoded(text.encode(errors="replace"))
    return value if isinstance(value, dict) and "Statement" in value else None


def _principals(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield principal(value)
        return
    for kind, held in mapping(value).items():
        for named in held if isinstance(held, list) else [held]:
            if isinstance(named, str) and named:
                yield f"{_PREFIXES[kind]}:{named}" if kind in _PREFIXES else principal(named)
