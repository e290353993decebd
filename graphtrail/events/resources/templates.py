"""Resources that AWS's own table of actions lets a request name: ``${ImageId}`` of a template by the leaf ``imageId``.

The last resort before the service itself: only where nothing else names a resource. Source: the ARN templates of the
Service Authorization Reference (``authorization``).
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from graphtrail.events.authorization import authorization, templates
from graphtrail.events.classes import iam_action
from graphtrail.events.record import Json, text
from graphtrail.events.resources.forms import Place
from graphtrail.events.resources.rules import Touches
from graphtrail.events.tolerant import decoded

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_OF_PLACE = frozenset({"Account", "Region"})
_DEEPEST = 6


class _Template(NamedTuple):
    """An ARN template of one of an action's resource types.

    Attributes:
        arn: without ``arn:`` and the partition.
        variables: names of its variables in lower case, those of the place left out.
    """

    arn: str
    variables: tuple[str, ...]


class _Known(NamedTuple):
    """The templates of an action, and what finds out whether a request may fill one; None where there are none."""

    templates: tuple[_Template, ...]
    may_fill: re.Pattern[bytes] | None


def templated(action: str, place: Place, raw: bytes) -> Touches:
    """What the leaves of a request name by the names of the variables of the action's ARN templates.

    Args:
        action: ``ec2:ModifyImageAttribute``.
        place: where the call landed.
        raw: the request's JSON.
    """
    known = _known(action)
    if known.may_fill is None or not known.may_fill.search(raw):
        return ()
    leaves: dict[str, str] = {}
    _leaves(decoded(raw), leaves, _DEEPEST)
    filled = (_filled(template, place, leaves) for template in known.templates)
    return tuple((arn, "target") for arn in dict.fromkeys(filled) if arn)


@lru_cache(maxsize=4_096)
def _known(action: str) -> _Known:
    said = authorization(iam_action(action))
    held = templates(action.partition(":")[0]) if said else {}
    found = []
    for kind in said.types if said else ():
        variables = [name for name in _VARIABLE.findall(held.get(kind, "")) if name not in _OF_PLACE]
        if variables:
            found.append(_Template(held[kind], tuple(name.lower() for name in variables)))
    of_one = Counter(template.variables for template in found)
    found = [
        template for template in found if of_one[template.variables] == 1
    ]  # an id that may be of several says none
    names = {name for template in found for name in template.variables}
    pattern = re.compile(b'(?i)"(?:%s)"' % "|".join(sorted(names)).encode()) if names else None
    return _Known(tuple(found), pattern)


def _leaves(value: Json, leaves: dict[str, str], depth: int) -> None:
    """The first text under each name, whatever its case and however deep."""
    if isinstance(value, list):
        for held in value:
            _leaves(held, leaves, depth)
    elif isinstance(value, dict) and depth:
        for name, held in value.items():
            said = text(held) if not isinstance(held, list | dict) else None
            if said:
                leaves.setdefault(name.lower(), said)
            else:
                _leaves(held, leaves, depth - 1)


def _filled(template: _Template, place: Place, leaves: Mapping[str, str]) -> str | None:
    """The ARN, if the request fills all of it; a leaf that is an ARN itself was found before."""
    said = [leaves.get(name, "") for name in template.variables]
    if not all(said) or any(value.startswith("arn:") for value in said):
        return None
    values = {"region": place.region, "account": place.account, **dict(zip(template.variables, said, strict=True))}
    return f"arn:{place.partition}:" + _VARIABLE.sub(lambda found: values[found[1].lower()], template.arn)
