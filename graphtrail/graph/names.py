"""One node for one thing: what goes by several names in the records gets one key.

A record knows a principal by its ARN, by its unique id, or by an ARN put together without its IAM path. The pairs of
unique id and ARN that all records together know say which are the same; the order in which they come does not matter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphtrail import arn as arns
from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.distinct import Codes, grouped
from graphtrail.case.facts import Facts
from graphtrail.events.identity import unique_id
from graphtrail.events.resources.forms import ANY_SIX

_NAMED = frozenset({"user", "role", "group", "policy", "instance-profile"})
# Where the ARN of a thing holds an id that calls which name it leave out: services, whole ARNs, what calls then give.
_PARTIAL = (
    (":cloudformation:", re.compile(r"(arn:.*:stack/[^/]+)/[^/]+"), r"\1"),
    (":cloudformation:", re.compile(r"(arn:.*:stackset/[^:]+):[^:]+"), r"\1"),
    (":autoscaling:", re.compile(r"(arn:.*:autoScalingGroup:)[^*:]+(:autoScalingGroupName/.+)"), r"\1*\2"),
    (":organizations:", re.compile(r"(arn:.*:(?:ou|policy|root)/)o-[^/]+/(?:[^/]+/)*([^/]+)"), r"\1*/\2"),
)
_SUFFIX = 7  # a dash and the six characters that Secrets Manager adds to a name


class _Place(NamedTuple):
    """Where a name of IAM is unique."""

    partition: str
    account: str
    kind: str
    name: str


@dataclass(slots=True)
class Names:
    """The keys of nodes.

    Attributes:
        keys: of principals, distinct, None among them where records name nobody.
        whose: of each caller of the facts its principal's number among ``keys``.
        renamed: of each resource of the facts whose node has another key that key, by the resource's number.
        recreated: keys of principals that were deleted and made again: several unique ids bore their ARN.
        unique_ids: of principals, by key.
    """

    keys: list[str | None]
    whose: Ints
    renamed: dict[int, str]
    recreated: frozenset[str]
    unique_ids: dict[str, tuple[str, ...]]
    _by_id: dict[str, str] = field(default_factory=dict)
    _by_place: dict[_Place, str] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def principal(self, key: str | None, uid: str | None = None) -> str | None:
        """The key of the node for a principal that a record knows by this key, or by this unique id."""
        if uid in self._by_id:
            return self._by_id[uid]
        return self.known(key) if key else None

    def known(self, key: str) -> str:
        """The key of the node for a key that a record gives."""
        if key.startswith("uid:"):
            return self._by_id.get(key[4:], key)
        if key not in self._known:
            place = _place(key)
            self._known[key] = self._by_place.get(place, key) if place else key
        return self._known[key]


Span = tuple[int, int]


class Seen(NamedTuple):
    """When each caller that counts made its first and its last call, epoch seconds.

    Attributes:
        callers: their numbers.
        first, last: of each.
    """

    callers: npt.NDArray[np.intp]
    first: Longs
    last: Longs


class _Named(NamedTuple):
    """What a record says of its principal, with the first and the last time at which one does."""

    principal: str | None
    uid: str | None
    label: str
    path_unknown: bool
    span: Span


def names(facts: Facts, seen: Seen) -> Names:
    """The keys of all principals and resources of a case."""
    said = _said(facts, seen)
    by_id = _trusted(_pairs(facts, said))
    by_place = _real(_recorded(facts, said))
    known = {key: key for key in by_place.values()}
    found = Names([], np.zeros(0, np.int32), {}, frozenset(), {}, by_id, by_place, known)
    ids: dict[str, set[str]] = defaultdict(set)
    for uid, arn in by_id.items():
        ids[arn].add(uid)
    found.unique_ids = {arn: tuple(sorted(uids)) for arn, uids in sorted(ids.items())}
    found.recreated = frozenset(arn for arn, uids in ids.items() if len(uids) > 1)
    found.keys, found.whose = _principals(facts, found)
    found.renamed = _renamed(facts, found)
    return found


def _said(facts: Facts, seen: Seen) -> list[_Named]:
    """What the callers say, equal ones put together."""
    columns = [facts.callers.column(name) for name in _Named._fields[:-1]]
    firsts, groups = grouped([(column.codes[seen.callers], len(column.values)) for column in columns])
    first = np.full(len(firsts), np.iinfo(np.int64).max)
    last = np.full(len(firsts), np.iinfo(np.int64).min)
    np.minimum.at(first, groups, seen.first)
    np.maximum.at(last, groups, seen.last)
    values = [map(column.values.__getitem__, column.codes[seen.callers[firsts]].tolist()) for column in columns]
    return list(map(_Named, *values, zip(first.tolist(), last.tolist(), strict=True)))


def _principals(facts: Facts, names: Names) -> tuple[list[str | None], Ints]:
    """The distinct keys of the callers' principals, and which of them each caller has."""
    keys, uids = facts.callers.column("principal"), facts.callers.column("uid")
    firsts, groups = grouped([(column.codes, len(column.values)) for column in (keys, uids)])
    numbers: Codes[str | None] = Codes()
    pairs = zip(keys.codes[firsts].tolist(), uids.codes[firsts].tolist(), strict=True)
    moved = [numbers[names.principal(keys.values[key], uids.values[uid])] for key, uid in pairs]
    return list(numbers), np.array(moved, np.int32)[groups]


def _renamed(facts: Facts, names: Names) -> dict[int, str]:
    """The resources whose nodes have another key than the records give."""
    resources = facts.resources
    principals = [*resources.containing(":iam::"), *resources.containing("uid:")]
    renamed = {code: names.known(resources[code]) for code in principals}
    secrets = [code for code in resources.containing(":secretsmanager:") if ":secret:" in resources[code]]
    whole = _secrets([resources[code] for code in secrets])
    for service, form, partial in _PARTIAL:
        some = [resources[code] for code in resources.containing(service)]
        whole |= _whole((form.sub(partial, key), key) for key in some if form.fullmatch(key))
        secrets += resources.containing(service)
    renamed |= {code: whole[resources[code]] for code in secrets if resources[code] in whole}
    return {code: key for code, key in renamed.items() if key != resources[code]}


def _pairs(facts: Facts, said: Iterable[_Named]) -> dict[str, dict[str, Span]]:
    """By unique id the ARNs that records give for it, each with the first and last time at which one did."""
    pairs: dict[str, dict[str, Span]] = defaultdict(dict)

    def add(uid: str | None, arn: str | None, span: Span) -> None:
        if uid and arn and arn.startswith("arn:"):
            first, last = pairs[uid].get(arn, span)
            pairs[uid][arn] = (min(first, span[0]), max(last, span[1]))

    for who in said:
        if who.label in {"User", "Role"} and not who.path_unknown:
            add(who.uid, who.principal, who.span)
    for row, pivot in facts.pivots:
        if pivot.type == "CREATED":
            add(pivot.uid, pivot.target, (int(facts.times[row]),) * 2)
    times = facts.times[[row for row, _ in facts.credentials]].tolist() if facts.credentials else []
    for (_, credential), time in zip(facts.credentials, times, strict=True):
        if credential.issued_id and credential.target and ":role/" in credential.target:
            add(unique_id(credential.issued_id), credential.target, (time, time))
    return pairs


def _trusted(pairs: dict[str, dict[str, Span]]) -> dict[str, str]:
    """One ARN for each unique id that is one principal's.

    Ids of documentation and masked ones stand under many ARNs: of other accounts, of users and roles alike, of several
    roles, which cannot be renamed, or of several users at a time. Such an id says nothing. A user can be renamed: then
    one name follows the other, and the last one counts.
    """
    trusted: dict[str, str] = {}
    for uid, known in pairs.items():
        places = {place for arn in known if (place := _place(arn))}
        if len({place._replace(name="") for place in places}) != 1:
            continue
        if len({place.name for place in places}) == 1 or (next(iter(places)).kind == "user" and _follow(known)):
            trusted[uid] = max(known, key=lambda arn: (known[arn][1], arn))
    return trusted


def _follow(known: dict[str, Span]) -> bool:
    """Whether no name was in use while another was."""
    spans = sorted(known.values())
    return all(before[1] <= after[0] for before, after in pairwise(spans))


def _recorded(facts: Facts, said: Iterable[_Named]) -> set[str]:
    """The ARNs of IAM that stand in records as they are, and were not put together."""
    found = {who.principal for who in said if who.principal and not who.path_unknown}
    found |= {pivot.target for _, pivot in facts.pivots if pivot.uid and pivot.target}
    return found | {credential.target for _, credential in facts.credentials if credential.target}


def _real(recorded: Iterable[str]) -> dict[_Place, str]:
    """The ARN with its path for a name of IAM, where records give just one."""
    real: dict[_Place, set[str]] = defaultdict(set)
    for arn in recorded:
        place = _place(arn)
        if place:
            real[place].add(arn)
    return {place: next(iter(found)) for place, found in real.items() if len(found) == 1}


def _place(key: str) -> _Place | None:
    """Partition, account, kind and name of a principal or policy of IAM; None of anything else."""
    if ":iam::" not in key:
        return None
    named = arns.parse(key)
    kind, _, path = named.resource.partition("/") if named else ("", "", "")
    return _Place(named.partition, named.account, kind, path.rpartition("/")[2]) if named and kind in _NAMED else None


def _secrets(secrets: Sequence[str]) -> dict[str, str]:
    """The whole ARN of a secret for its partial one, where just one has its name."""
    only_named = [key for key in secrets if key.endswith(ANY_SIX)]
    others = set(secrets).difference(only_named)
    found = _whole((key[:-_SUFFIX], key) for key in others if key[-_SUFFIX : -_SUFFIX + 1] == "-")
    return found | {key: found.get(key[:-_SUFFIX], key[:-_SUFFIX]) for key in only_named}


def _whole(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The whole ARN for a partial one, of pairs of both, where there is just one."""
    whole: dict[str, set[str]] = defaultdict(set)
    for partial, key in pairs:
        whole[partial].add(key)
    return {partial: next(iter(keys)) for partial, keys in whole.items() if len(keys) == 1}
