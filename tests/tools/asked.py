"""Every question with parameters that a case can answer: for whatever holds of all questions."""

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any, NamedTuple

import graphtrail
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.questions import QUESTIONS
from graphtrail.window import iso


class Asking(NamedTuple):
    """A question with its parameters and limits."""

    name: str
    parameters: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name} {self.parameters}"


def askings(case: graphtrail.Case, seeds: int = 6) -> Iterator[Asking]:
    """All questions of a case: about some of its sessions, principals, resources, addresses, keys and events.

    Args:
        case: what is asked.
        seeds: how many of each kind are asked about.
    """
    named = list(_seeds(case, seeds))
    resources = [key for kind, key in named if kind == "resource"]
    for question in QUESTIONS.values():
        places = [parameter for parameter in question.parameters if not parameter.option]
        if not places or not places[0].required:
            yield Asking(question.name, {})
        for choice in next((one.choices for one in question.parameters if one.name == "by"), ()):
            yield Asking(question.name, {"by": choice})
        if places and places[0].name == "resource":
            yield from (Asking(question.name, {"resource": key}) for key in resources)
        elif len(places) > 1:
            yield from (Asking(question.name, {"start": one, "end": other}) for (_, one), (_, other) in pairwise(named))
        elif places:
            yield from (Asking(question.name, {places[0].name: key}) for _, key in named)
    yield from _others(case, named)


def _others(case: graphtrail.Case, named: list[tuple[str, str]]) -> Iterator[Asking]:
    """Options and limits of which the answers depend."""
    first, last = case.store.case.first or 0, case.store.case.last or 0
    middle, end = iso((first + last) // 2), iso(first + (last - first) * 3 // 4)
    of_kind: dict[str, list[str]] = {}
    for kind, key in named:
        of_kind.setdefault(kind, []).append(key)
    for kind, option in (("session", "session"), ("principal", "principal"), ("resource", "resource")):
        yield from (Asking("events", {option: key}) for key in of_kind.get(kind, ()))
    yield from (Asking("events", {"key": key.removeprefix("key:")}) for key in of_kind.get("session", ()))
    yield from (Asking("events", {"ip": key.removeprefix("ip:")}) for key in of_kind.get("address", ()))
    yield Asking("events", {"action": "*get*", "outcome": "ok", "since": middle, "until": end})
    yield Asking("assumptions", {"cross_account": True})
    yield Asking("assumptions", {"first_seen_after": middle})
    account = next(iter(case.store.case.begins), "111122223333")
    for limits in ({"since": middle}, {"since": middle, "until": end}, {"min_confidence": "exact"},
                   {"min_confidence": "heuristic"}, {"account": account}):  # fmt: skip
        for name in ("who-touched", "readers", "objects"):
            yield from (Asking(name, {"resource": key, **limits}) for key in of_kind.get("resource", ())[:1])
        for name in (
            "origin",
            "blast-radius",
            "chain",
            "timeline",
            "denied",
            "alive",
            "containment",
            "addresses",
            "changes",
        ):
            first_of = QUESTIONS[name].parameters[0].name
            yield from (Asking(name, {first_of: key, **limits}) for _, key in named[::4][:3])
        for name in ("events", "top", "policies", "blinded", "shared-out", "unknowns", "assumptions", "identities"):
            yield Asking(name, dict(limits))


def _seeds(case: graphtrail.Case, seeds: int) -> Iterator[tuple[str, str]]:
    """Some of each kind, those that most depends on first."""
    store = case.store
    sessions = sorted(store.sessions(), key=lambda held: (-len(store.out(held.key)), -held.calls, held.key))
    yield from (("session", held.key) for held in sessions[:seeds])
    chained = [held.key for held in sessions if any(edge.type == "ASSUMED" for edge in store.into(held.key))]
    yield from (("session", key) for key in chained[:seeds])
    yield from (("session", held.arn) for held in sessions[:2] if held.arn)
    entities = sorted(
        store.entities(), key=lambda held: (-len(store.out(held.key)) - len(store.into(held.key)), held.key)
    )
    yield from islice((("principal", held.key) for held in entities if held.label in PRINCIPALS), seeds)
    others = [(len(store.calls.touching([number], None)), held.key) for held in entities
              if held.label not in PRINCIPALS and (number := store.number(held.key)) is not None]  # fmt: skip
    yield from (("resource", key) for _, key in sorted(others, key=lambda pair: (-pair[0], pair[1]))[:seeds])
    calls = store.calls
    addresses = sorted({client.address for client in calls.clients if client.address})
    yield from (("address", f"ip:{address}") for address in addresses[:2])
    yield from (("event", calls.event_id(call)) for call in calls.by_time(calls.all())[: seeds // 3].tolist())
