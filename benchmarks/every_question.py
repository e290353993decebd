"""Every question as the benchmarks ask it: about the thief, the crown jewels, or everything."""

from collections.abc import Iterator
from typing import NamedTuple

from graphtrail.questions import QUESTIONS


class Asked(NamedTuple):
    """A question and what it is asked about.

    Attributes:
        name: of the question.
        places: its arguments, by name, in order.
        options: the same of those that have a name on the command line.
    """

    name: str
    places: dict[str, str]
    options: dict[str, str]

    @property
    def given(self) -> dict[str, str]:
        """All of it, by name."""
        return self.places | self.options

    def __str__(self) -> str:
        return " ".join((self.name, *self.options.values()))


def every(seed: str, bucket: str) -> Iterator[Asked]:
    """All questions, those with a choice once for each.

    Args:
        seed: the key of a session.
        bucket: the ARN of a bucket.
    """
    for question in QUESTIONS.values():
        required = [one.name for one in question.parameters if not one.option and one.required]
        places = {name: bucket if name in {"resource", "end"} else seed for name in required}
        choices = next((one.choices for one in question.parameters if one.name == "by"), ())
        yield from (Asked(question.name, places, {"by": choice} if choice else {}) for choice in choices or ("",))
