"""Days without a record between days that have some."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

DAY = 86_400


class Silence(NamedTuple):
    """Days without a record between two days that have some.

    Attributes:
        place: what the days were put together by.
        first, last: epoch seconds of the beginnings of the first and the last of the days, UTC.
    """

    place: tuple[Any, ...]
    first: int
    last: int


def silences(present: Iterable[tuple[Any, ...]]) -> list[Silence]:
    """The days that are missing in between, sorted.

    Args:
        present: places, each followed by the beginning of a day (epoch seconds) on which there are records.
    """
    days: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for *place, day in present:
        days[tuple(place)].add(day)
    return [
        Silence(place, before + DAY, after - DAY)
        for place, held in sorted(days.items(), key=lambda pair: tuple(part or "" for part in pair[0]))
        for before, after in pairwise(sorted(held))
        if after - before > DAY
    ]
