"""Asking: a question, its parameters and limits, and a store give an answer."""

from collections.abc import Mapping
from typing import Any

from graphtrail.questions.answer import About, Answer, Lazy
from graphtrail.questions.question import Question, R
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.memory import MemoryStore
from graphtrail.window import iso


def ask(store: MemoryStore, question: Question[R], parameters: Mapping[str, Any], limits: Limits) -> Answer[R]:
    """The answer to a question.

    Args:
        store: the case.
        question: which.
        parameters: by name, as ``Question.bind`` gives them.
        limits: what the answer is about.

    Raises:
        NotFound: a name stands for nothing in the case.
    """
    trail = Trail(store, limits)
    rows = question.ask(trail, **parameters)
    return Answer(question, dict(parameters), about(store), rows if isinstance(rows, Lazy) else tuple(rows), trail.gaps)


def about(store: MemoryStore) -> About:
    """The case that is asked."""
    case = store.case
    return About(
        digest=case.digest,
        events=case.totals["events"],
        first=None if case.first is None else iso(case.first),
        last=None if case.last is None else iso(case.last),
    )
