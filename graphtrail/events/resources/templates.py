"""Resources that AWS's own table of actions lets a request name: ``${ImageId}`` of a template by the leaf ``imageId``.

The last resort before the service itself: only where nothing else names what the call is about. A variable is filled by
the leaf of its name; the last one, which is the name or id of the resource itself, also by a parameter that can mean
nothing else: ``hostedZoneId`` fills ``${Id}`` of a hosted zone, ``name`` of DeleteCrawler ``${CrawlerName}``. A name
never fills an id. Source: the ARN templates of the Service Authorization Reference (``authorization``).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from graphtrail.events.authorization import authorization, templates
from graphtrail.events.classes import iam_action
from graphtrail.events.record import Json, mapping, text
from graphtrail.events.resources.forms import Place
from graphtrail.events.resources.rules import Touches
from graphtrail.events.tolerant import decoded

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_OF_PLACE = frozenset({"Account", "Region"})
_DEEPEST = 6
_ABOUT = frozenset({"created", "source", "target"})
_VERB = re.compile(r"(?:BatchGet|BatchDelete|[A-Z][a-z]+)")
_KINDS = {"identifier": "id", "name": "name", "id": "id"}
# What ARNs of WAF call the scopes that requests name.
_SCOPES = {"CLOUDFRONT": "global", "REGIONAL": "regional"}
_SHORTEST = 4  # letters before the kind, for a part of a variable's name to say anything


class _Template(NamedTuple):
    """An ARN template of one of an action's resource types.

    Attributes:
        arn: without ``arn:`` and the partition.
        type: the resource type, lower case, letters and digits alone.
        variables: names of its variables in lower case, those of the place left out.
        only: no other of the action's types has the very same variables.
        names: a pattern of parameters, lower case, that can mean nothing but the last variable.
    """

    arn: str
    type: str
    variables: tuple[str, ...]
    only: bool
    names: str


class _Known(NamedTuple):
    """The templates of an action, and what finds out whether a request may fill one; None where there are none."""

    templates: tuple[_Template, ...]
    may_fill: re.Pattern[bytes] | None


def completed(asked: Touches, action: str, place: Place, raw: bytes) -> Touches:
    """What a request names, and where none of that is what the call is about, what the templates find in it.

    Args:
        asked: what the other rules found.
        action: ``ec2:ModifyImageAttribute``.
        place: where the call landed.
        raw: the request's JSON.
    """
    if any(role in _ABOUT for _, role in asked):
        return asked
    known = {resource for resource, _ in asked}
    return (*asked, *(found for found in templated(action, place, raw) if found[0] not in known))


def templated(action: str, place: Place, raw: bytes) -> Touches:
    """What the leaves and parameters of a request name by the variables of the action's ARN templates.

    Args:
        action: ``ec2:ModifyImageAttribute``.
        place: where the call landed.
        raw: the request's JSON.
    """
    known = _known(action)
    if known.may_fill is None or not known.may_fill.search(raw):
        return ()
    request = decoded(raw)
    leaves: dict[str, str] = {}
    _leaves(request, leaves, _DEEPEST)
    filled = [_filled(template, place, leaves) for template in known.templates if template.only]
    found = list(filter(None, filled)) or list(_by_parameters(known.templates, place, leaves, request))
    return tuple((arn, "target") for arn in dict.fromkeys(found))


@lru_cache(maxsize=4_096)
def _known(action: str) -> _Known:
    said = authorization(iam_action(action))
    held = templates(action.partition(":")[0]) if said else {}
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for kind in said.types if said else ():
        variables = [name.lower() for name in _VARIABLE.findall(held.get(kind, "")) if name not in _OF_PLACE]
        if variables:
            found.append((held[kind], re.sub(r"[\W_]", "", kind).lower(), tuple(variables)))
    of_one = Counter(variables for _, _, variables in found)
    known = tuple(
        _Template(arn, kind, variables, of_one[variables] == 1, _names(action, kind, variables[-1]))
        for arn, kind, variables in found
    )
    names = {name for template in known for name in template.variables if template.only}
    names |= {template.names for template in known}
    pattern = re.compile(b'(?i)"(?:%s)"' % "|".join(sorted(names)).encode()) if names else None
    return _Known(known, pattern)


def _names(action: str, type_: str, variable: str) -> str:
    """A pattern of the parameters that can mean nothing but a variable of a resource type, in calls of an action."""
    kind = next((kind for end, kind in _KINDS.items() if variable.endswith(end)), "")
    noun = _VERB.sub("", action.partition(":")[2], count=1).lower()
    ends = [end for end, one in _KINDS.items() if one == kind or not kind]
    names = {type_ + end for end in ends} | ({variable + end for end in ends} if not kind else set())
    stem = len(variable) - len(kind)
    if kind and stem >= _SHORTEST:
        names.add(rf"\w+{variable}")
    if kind and noun.startswith(type_):
        names |= set(ends) | {variable[start:] for start in range(1, stem - _SHORTEST + 1)}
    return f"(?:{'|'.join(sorted(names))})s?"


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


def _by_parameters(
    known: tuple[_Template, ...], place: Place, leaves: Mapping[str, str], request: Json
) -> Iterator[str]:
    """The ARNs of the templates whose last variable a parameter fills, where it fills no other's too."""
    said = {name.lower(): value for name, value in mapping(request).items()}
    fills = [(name, template) for template in known for name in said if re.fullmatch(template.names, name)]
    of_one = Counter(name for name, _ in fills)
    by_type = Counter(template.type for _, template in fills)
    for name, template in fills:
        if of_one[name] == by_type[template.type] == 1:
            value = said[name]
            for named in map(text, value if isinstance(value, list) else [value]):
                own = (named or "").removeprefix(f"/{template.type}/")
                yield from filter(None, [_filled(template, place, {**leaves, template.variables[-1]: own})])


def _filled(template: _Template, place: Place, leaves: Mapping[str, str]) -> str | None:
    """The ARN, if the request fills all of it; a leaf that is an ARN itself was found before."""
    said = [leaves.get(name, "") for name in template.variables]
    if not all(said) or any(value.startswith("arn:") for value in said):
        return None
    if template.variables[0] == "scope":
        said[0] = _SCOPES.get(said[0], said[0])
    values = {"region": place.region, "account": place.account, **dict(zip(template.variables, said, strict=True))}
    return f"arn:{place.partition}:" + _VARIABLE.sub(lambda found: values[found[1].lower()], template.arn)
