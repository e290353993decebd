"""Times and windows of time.

Inside, a time is an integer: epoch seconds, UTC. Outside it is ISO 8601 with ``Z``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pytimeparse.timeparse import timeparse as seconds_of

from graphtrail.errors import UsageError

# The first and the last second that can be written: year 1 and year 9999.
FIRST, LAST = -62_135_596_800, 253_402_300_799
_DAY = 86_400
_RELATIVE = re.compile(r"-?\s*\d")
_DAY_FIRST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


def iso(seconds: int) -> str:
    """Epoch seconds as ``2023-07-10T11:54:47Z``; what follows from a forged time may lie beyond what can be written."""
    days, rest = divmod(min(max(seconds, FIRST), LAST), _DAY)
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_date(days)}T{hour:02}:{minute:02}:{second:02}Z"


@lru_cache(maxsize=4_096)
def _date(days: int) -> str:
    return datetime.fromtimestamp(days * _DAY, UTC).date().isoformat()


def moment(text: str, now: int) -> int:
    """Epoch seconds of a time that a person typed.

    Args:
        text: an age such as ``2h``, ``7d`` or ``1d12h``, counted back from ``now``; or ISO 8601, UTC unless it names
            a zone.
        now: epoch seconds that an age is counted from.

    Raises:
        UsageError: the text is neither; ``01/02/2026`` is refused, since nobody knows which is the month.
    """
    stripped = text.strip()
    age = seconds_of(stripped.removeprefix("-")) if _RELATIVE.match(stripped) and ":" not in stripped else None
    if age is not None:
        return now - int(age)
    try:
        read = datetime.fromisoformat(stripped)
    except ValueError:
        why = "day and month cannot be told apart" if _DAY_FIRST.fullmatch(stripped) else "that is no time"
        raise UsageError(f"{text!r}: {why}; write an age (2h, 7d) or ISO 8601 (2023-07-10T11:54:47Z)") from None
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, both ends included, epoch seconds; None is open.

    Raises:
        UsageError: it ends before it begins.
    """

    since: int | None = None
    until: int | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise UsageError(f"the window ends ({iso(self.until)}) before it begins ({iso(self.since)})")

    def __contains__(self, seconds: int) -> bool:
        return (self.since is None or seconds >= self.since) and (self.until is None or seconds <= self.until)

    def __bool__(self) -> bool:
        """Whether it limits anything."""
        return self.since is not None or self.until is not None


def window(since: str | None, until: str | None, now: int) -> Window:
    """The window between two times that a person typed.

    Raises:
        UsageError: as ``moment`` and ``Window``.
    """
    return Window(moment(since, now) if since else None, moment(until, now) if until else None)
