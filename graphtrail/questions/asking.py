"""Asking: a question, its parameters and limits, and a store give an answer."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from graphtrail.errors import GraphtrailError, UsageError
from graphtrail.graph.schema import Confidence
from graphtrail.questions.answer import About, Answer, Lazy
from graphtrail.questions.question import Question, R
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.store import Store
from graphtrail.window import iso, window

Given = str | int | bool | Sequence[str] | None


def ask(store: Store, question: Question[R], parameters: Mapping[str, Any], limits: Limits) -> Answer[R]:
    """The answer to a question.

    Args:
        store: the case.
        question: which.
        parameters: by name, as ``Question.bind`` gives them.
        limits: what the answer is about.

    Raises:
        NotFound: a name stands for nothing in the case.
        CaseError: the case is damaged.
    """
    trail = Trail(store, limits)
    try:
        found = question.ask(trail, **parameters)
        rows = found if isinstance(found, Lazy) else tuple(found)
    except GraphtrailError:
        raise
    except (LookupError, ValueError, OverflowError):  # what damaged tables lead to, or a mistake of ours: which?
        store.check()
        raise
    return Answer(question, dict(parameters), about(store), rows, trail.gaps)


def about(store: Store) -> About:
    """The case that is asked."""
    case = store.case
    return About(
        digest=case.digest,
        events=case.totals["events"],
        first=None if case.first is None else iso(case.first),
        last=None if case.last is None else iso(case.last),
    )


def limited(kwargs: Mapping[str, Given]) -> tuple[Limits, dict[str, Given]]:
    """What goes with all questions, and the rest.

    Args:
        kwargs: ``since``, ``until``, ``account``, ``region``, ``min_confidence``, and whatever else was given.

    Raises:
        UsageError: a time is none, or a level.
    """
    rest = dict(kwargs)
    since, until = rest.pop("since", None), rest.pop("until", None)
    level = str(rest.pop("min_confidence", None) or "strong")
    if level.upper() not in Confidence.__members__:
        raise UsageError(f"min_confidence is exact, strong or heuristic, not {level!r}")
    accounts, regions = several(rest.pop("account", None)), several(rest.pop("region", None))
    span = window(str(since) if since else None, str(until) if until else None, int(time.time()))
    return Limits(span, accounts, regions, Confidence.of(level)), rest


def several(value: Given) -> frozenset[str]:
    """One value or several, each once."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return frozenset(value)
    return frozenset((str(value),) if value else ())
