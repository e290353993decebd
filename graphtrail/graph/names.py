"""One node for one thing: what goes by several names in the records gets one key.

A record knows a principal by its ARN, by its unique id, or by an ARN put together without its IAM path. The pairs of
unique id and ARN that all records together know say which are the same; the order in which they come does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from graphtrail import arn as arns
from graphtrail.case.facts import Facts
from graphtrail.events.identity import unique_id

_NAMED = frozenset({"user", "role", "group", "policy", "instance-profile"})
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
        principals: of each caller of the facts its principal's key, None where its records name nobody.
        resources: of each resource of the facts the key of its node.
        recreated: keys of principals that were deleted and made again: several unique ids bore their ARN.
        unique_ids: of principals, by key.
    """

    principals: list[str | None]
    resources: list[str]
    recreated: frozenset[str]
    unique_ids: dict[str, tuple[str, ...]]
    _by_id: dict[str, str] = field(default_factory=dict)
    _by_place: dict[_Place, str] = field(default_factory=dict)

    def principal(self, key: str | None, uid: str | None = None) -> str | None:
        """The key of the node for a principal that a record knows by this key, or by this unique id."""
        if uid in self._by_id:
            return self._by_id[uid]
        return self.known(key) if key else None

    def known(self, key: str) -> str:
        """The key of the node for a key that a record gives."""
        if key.startswith("uid:"):
            return self._by_id.get(key[4:], key)
        place = _place(key)
        return self._by_place.get(place, key) if place else key


Span = tuple[int, int]


def names(facts: Facts, seen: dict[int, Span]) -> Names:
    """The keys of all principals and resources of a case.

    Args:
        facts: the facts.
        seen: when each caller that counts made its first and its last call, epoch seconds, by the caller's number.
    """
    by_id = _trusted(_pairs(facts, seen))
    by_place = _real(_recorded(facts, seen))
    found = Names([], [], frozenset(), {}, by_id, by_place)
    ids: dict[str, set[str]] = defaultdict(set)
    for uid, arn in by_id.items():
        ids[arn].add(uid)
    found.unique_ids = {arn: tuple(sorted(uids)) for arn, uids in sorted(ids.items())}
    found.recreated = frozenset(arn for arn, uids in ids.items() if len(uids) > 1)
    found.principals = [found.principal(who.principal, who.uid) for who in facts.callers]
    secrets = _secrets(facts.resources)
    found.resources = [secrets.get(key) or found.known(key) for key in facts.resources]
    return found


def _pairs(facts: Facts, seen: dict[int, Span]) -> dict[str, dict[str, Span]]:
    """By unique id the ARNs that records give for it, each with the first and last time at which one did."""
    pairs: dict[str, dict[str, Span]] = defaultdict(dict)

    def add(uid: str | None, arn: str | None, span: Span) -> None:
        if uid and arn and arn.startswith("arn:"):
            first, last = pairs[uid].get(arn, span)
            pairs[uid][arn] = (min(first, span[0]), max(last, span[1]))

    for code, span in seen.items():
        who = facts.callers[code]
        if who.label in {"User", "Role"} and not who.path_unknown:
            add(who.uid, who.principal, span)
    for row, pivot in facts.pivots:
        if pivot.type == "CREATED":
            add(pivot.uid, pivot.target, (int(facts.times[row]),) * 2)
    for row, credential in facts.credentials:
        if credential.target and ":role/" in credential.target:
            add(unique_id(credential.issued_id), credential.target, (int(facts.times[row]),) * 2)
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


def _recorded(facts: Facts, seen: dict[int, Span]) -> Iterable[str]:
    """The ARNs of IAM that stand in records as they are, and were not put together."""
    for code in seen:
        who = facts.callers[code]
        if who.principal and not who.path_unknown:
            yield who.principal
    yield from (pivot.target for _, pivot in facts.pivots if pivot.uid)
    yield from (credential.target for _, credential in facts.credentials if credential.target)


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


def _secrets(resources: Iterable[str]) -> dict[str, str]:
    """The whole ARN of a secret for its partial one, where just one has its name."""
    secrets = [key for key in resources if ":secretsmanager:" in key and ":secret:" in key]
    whole: dict[str, set[str]] = defaultdict(set)
    for key in secrets:
        if key[-_SUFFIX : -_SUFFIX + 1] == "-":
            whole[key[:-_SUFFIX]].add(key)
    return {key: next(iter(whole[key])) for key in secrets if len(whole.get(key, ())) == 1}
