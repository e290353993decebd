"""The resources of all calls of a segment: each rule runs once for each distinct part that it reads."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints
from graphtrail.case.distinct import Coded, Codes, grouped, spread
from graphtrail.events import facts, resources
from graphtrail.events.record import Text
from graphtrail.events.resources import Place, Plan, Touches
from graphtrail.events.tolerant import decoded

if TYPE_CHECKING:
    from graphtrail.case.derive import Rows

Mask = npt.NDArray[np.bool_]
_KEY, _ROLE = itemgetter(0), itemgetter(1)


class Touched(NamedTuple):
    """The resources that calls touched, one place a resource of a call.

    Attributes:
        rows: the call.
        resources, roles: codes into the values below.
        resource_values: keys of resources.
        role_values: ``target``, ``created``, ...
        owners: buckets, each with an account that owns it.
    """

    rows: Ints
    resources: Ints
    roles: Ints
    resource_values: list[str]
    role_values: list[str]
    owners: set[tuple[str, str]]


def touched(rows: "Rows") -> Touched:
    """The resources of all calls of a segment."""
    batch = rows.batch
    plans, plan_codes = _plans(rows)
    places, place_codes = _places(rows)
    worked = _of_kinds(rows, (what.outcome == "ok" for what in rows.kind_values))
    makes = worked & np.fromiter((plan.answers for plan in plans), np.bool_, len(plans))[plan_codes]
    in_request, asked = _asked(plans, plan_codes, places, place_codes, batch.requests)
    entries = resources.entries(batch.resources.values)
    in_list, listed = _listed(plans, plan_codes, batch.resources.codes, entries)
    in_answer, made = _each(
        [plan_codes, place_codes, batch.responses.codes],
        makes,
        lambda plan, place, code: resources.made(plans[plan], places[place], decoded(batch.responses.values[code])),
    )
    further, others = _others(rows)
    given = (_given(listed)[in_list] | _given(made)[in_answer] | _given(others)[further]) != 0
    combined, combinations = _distinct([in_request, in_list, in_answer, further], given)
    whole = [
        resources.combined(listed[list_], made[answer], asked[request], others[other])
        for request, list_, answer, other in combinations
    ]
    used = np.unique(batch.resources.codes).tolist()  # of lists, those of records that are events
    owners = set(chain.from_iterable(resources.owners_of(entries[code]) for code in used))
    return _laid_out(np.where(given, combined + np.int32(len(asked)), in_request), asked + whole, owners)


def _given(found: Sequence[Sequence[object]]) -> Mask:
    return np.fromiter(map(bool, found), np.bool_, len(found))


def _distinct(columns: Sequence[Ints], where: Mask) -> tuple[Ints, Iterator[tuple[int, ...]]]:
    """The distinct combinations of some columns among the rows of a mask, and their numbers; 0 for all other rows."""
    codes = np.zeros(len(where), np.int32)
    groups = grouped([(column[where], int(column.max(initial=0)) + 1) for column in columns])
    codes[where] = groups.groups
    firsts = np.flatnonzero(where)[groups.firsts]
    return codes, zip(*(column[firsts].tolist() for column in columns), strict=True)


def _each(columns: Sequence[Ints], where: Mask, rule: Callable[..., Touches]) -> tuple[Ints, list[Touches]]:
    """What a rule finds for the rows of a mask, as codes of the sets found; 0, which is nothing, for all others.

    It runs once a combination of the columns.
    """
    codes, combinations = _distinct(columns, where)
    return np.where(where, codes + np.int32(1), np.int32(0)), [(), *(rule(*each) for each in combinations)]


def _asked(
    plans: list[Plan], plan_codes: Ints, places: list[Place], place_codes: Ints, requests: Coded
) -> tuple[Ints, list[Touches]]:
    """What the request names, else the scope; the requests of one action and place are read together."""
    groups = grouped([(plan_codes, len(plans)), (place_codes, len(places)), (requests.codes, len(requests.values))])
    action, place, code = (column[groups.firsts] for column in (plan_codes, place_codes, requests.codes))
    order = np.argsort(action, kind="stable")
    found: list[Touches] = []
    for same in np.split(order, np.flatnonzero(np.diff(action[order], prepend=np.int32(-1))))[1:]:
        plan, landed = plans[int(action[same[0]])], place[same].tolist()
        raws = [requests.values[at] for at in code[same].tolist()]
        scopes = {at: resources.scope(plan, places[at]) for at in set(landed)}
        asked = resources.asked_of(plan, places, list(zip(landed, raws, strict=True)))
        found += [
            resources.completed(touches, plan.action, places[at], raw) or scopes[at]
            for touches, at, raw in zip(asked, landed, raws, strict=True)
        ]
    moved = np.empty(len(order), np.int32)
    moved[order] = np.arange(len(order), dtype=np.int32)
    return moved[groups.groups], found


def _listed(
    plans: list[Plan], plan_codes: Ints, list_codes: Ints, entries: Sequence[resources.Entries]
) -> tuple[Ints, list[Touches]]:
    """What ``resources[]`` says; of the action only what it makes matters."""
    nouns: Codes[str] = Codes()
    noun_codes = np.fromiter((nouns[plan.noun] for plan in plans), np.int32, len(plans))[plan_codes]
    made = list(nouns)
    given = _given(entries)[list_codes]
    return _each(
        [noun_codes, list_codes], given, lambda noun, code: resources.listed_entries(made[noun], entries[code])
    )


def _of_kinds(rows: "Rows", truths: Iterator[bool]) -> Mask:
    return np.fromiter(truths, np.bool_, len(rows.kind_values))[rows.kinds]


def _plans(rows: "Rows") -> tuple[list[Plan], Ints]:
    actions: Codes[str] = Codes()
    plans: list[Plan] = []
    codes = np.zeros(len(rows.kind_values), np.int32)
    for at, what in enumerate(rows.kind_values):
        codes[at] = actions[what.action]
        if len(actions) > len(plans):
            plans.append(facts.rules_of(what))
    return plans, codes[rows.kinds]


def _places(rows: "Rows") -> tuple[list[Place], Ints]:
    """Where calls landed: of most a matter of kind and partition, of some also of the caller or of other ARNs."""
    partitions: Codes[Text] = Codes()
    callers = len(rows.caller_values)
    named = np.fromiter((partitions[who.partition] for who in rows.caller_values), np.int32, callers)[rows.callers]
    grounds: Codes[tuple[Text, Text]] = Codes()
    kinds = rows.kind_values
    ground = np.fromiter((grounds[what.region, what.account] for what in kinds), np.int32, len(kinds))[rows.kinds]
    ownerless = _of_kinds(rows, (what.account is None for what in kinds))
    nowhere = named == partitions.get(None, -1)
    batch = rows.batch
    context = [
        ground,
        named,
        np.where(ownerless | nowhere, rows.callers, -1),
        np.where(nowhere, batch.requests.codes, -1),
        np.where(nowhere, batch.resources.codes, -1),
    ]
    groups = grouped([(column + 1, int(column.max(initial=0)) + 2) for column in context])
    places: Codes[Place] = Codes()
    codes = np.fromiter((places[rows.place(row)] for row in groups.firsts.tolist()), np.int32, len(groups.firsts))
    return list(places), codes[groups.groups]


def _others(rows: "Rows") -> tuple[Ints, list[tuple[str, ...]]]:
    """What a refusal names, and the caller where a call acts on him: few rows have either."""
    others: Codes[tuple[str, ...]] = Codes()
    codes = np.full(rows.batch.rows, others[()], np.int32)
    for row in np.flatnonzero(_of_kinds(rows, (facts.rules_of(what).self_call for what in rows.kind_values))).tolist():
        codes[row] = others[facts.himself(rows.kind(row), rows.caller(row), rows.request(row))]
    for row, message in rows.batch.messages.items():
        codes[row] = others[resources.refused(message, rows.place(row))]
    return codes, list(others)


def _laid_out(codes: Ints, found: list[Touches], owners: set[tuple[str, str]]) -> Touched:
    keys: Codes[str] = Codes()
    roles: Codes[str] = Codes()
    used = np.zeros(len(found), np.bool_)
    used[codes] = True
    found = list(compress(found, used.tolist()))
    pairs = list(chain.from_iterable(found))
    key_codes = np.fromiter(map(keys.__getitem__, map(_KEY, pairs)), np.int32, len(pairs))
    role_codes = np.fromiter(map(roles.__getitem__, map(_ROLE, pairs)), np.int32, len(pairs))
    numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
    laid = spread(numbers[codes], np.fromiter(map(len, found), np.int32, len(found)))
    return Touched(laid.rows, key_codes[laid.elements], role_codes[laid.elements], list(keys), list(roles), owners)
