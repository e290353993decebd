"""An answer: rows, what the logs cannot show, and the case that was asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any, Generic, overload

from graphtrail.questions.question import Question, R
from graphtrail.questions.rows import Row

SCHEMA = 1


class Gap(Row, frozen=True, kw_only=True):
    """Something that the logs cannot show, and that matters for the answer.

    Attributes:
        code: a name to test for.
        account, region: which logs it is about; None if all or no matter.
        text: a sentence.
    """

    code: str
    account: str | None
    region: str | None
    text: str


class About(Row, frozen=True, kw_only=True):
    """The case that was asked: its digest, how many distinct events it holds, and when they begin and end."""

    digest: str
    events: int
    first: str | None
    last: str | None


class Lazy(Sequence[R]):
    """Rows that are made when somebody looks at them: of a million calls most people look at a hundred."""

    def __init__(self, numbers: Sequence[int], row: Callable[[int], R]) -> None:
        """Stand for the rows of some numbers, each made by ``row``."""
        self._numbers = numbers
        self._row = row

    __hash__ = None  # type: ignore[assignment] # as long as nobody has looked at them, nobody knows the rows

    def __eq__(self, other: object) -> bool:
        """Whether the rows are those of another answer, lazy or not."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    def __iter__(self) -> Iterator[R]:
        """All rows; that of ``Sequence`` would take an IndexError of a row for their end."""
        return map(self._row, self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[R, ...]: ...
    def __getitem__(self, at: int | slice) -> R | tuple[R, ...]:
        found = self._numbers[at]
        return self._row(found) if isinstance(found, int) else tuple(map(self._row, found))


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """The answer to a question; immutable.

    Attributes:
        question: which was asked.
        parameters: with which values.
        case: of which case.
        rows: what it says.
        coverage: what the logs cannot show.
    """

    question: Question[R]
    parameters: Mapping[str, Any]
    case: About
    rows: Sequence[R]
    coverage: tuple[Gap, ...]
