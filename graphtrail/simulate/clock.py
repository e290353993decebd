"""The simulated clock, and the forms in which AWS writes a time.

Times are epoch seconds, UTC. The three forms of ``credentials.expiration`` were read from real records: with a comma
after the year (``Jul 10, 2023, 12:09:47 PM``), without (``Sep 17, 2020 8:04:10 PM``) and ISO 8601.
"""

from datetime import UTC, datetime
from functools import lru_cache

MINUTE = 60
HOUR = 3600
DAY = 86_400
NOON = 12
START = 1_772_409_600  # 2026-03-02T00:00:00Z, a Monday: fixed, so that no run depends on when it ran

# What part of the people is at work in each hour of the day, UTC.
WORKDAY = (2, 1, 1, 1, 2, 5, 14, 38, 78, 96, 100, 95, 74, 88, 100, 95, 82, 55, 30, 18, 12, 9, 6, 4)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKEND = 5


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


def iso(seconds: int) -> str:
    """The time as ``2023-07-10T11:54:47Z``."""
    rest = seconds % DAY
    return f"{_date(seconds // DAY)}T{rest // HOUR:02}:{rest // MINUTE % MINUTE:02}:{rest % MINUTE:02}Z"


def spoken(seconds: int, comma: str = "") -> str:
    """The time as IAM and STS write it: ``Jul 10, 2023 12:23:05 PM``.

    Args:
        seconds: the time.
        comma: what stands after the year; ``,`` in most answers of STS.
    """
    at = datetime.fromtimestamp(seconds, UTC)
    half = "PM" if at.hour >= NOON else "AM"
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}{comma} {at.hour % NOON or NOON}:{at:%M:%S} {half}"


def expiration(seconds: int, form: int) -> str:
    """The time in one of the forms that ``credentials.expiration`` takes.

    Args:
        seconds: the time.
        form: 0 is the usual form, with a comma after the year; 1 without it; 2 is ISO 8601.
    """
    return (spoken(seconds, ","), spoken(seconds), iso(seconds))[form]


def at_work(seconds: int) -> float:
    """What part of the people is at work, from 0 to 1."""
    busy = WORKDAY[seconds % DAY // HOUR] / 100
    return busy * 0.15 if datetime.fromtimestamp(seconds, UTC).weekday() >= _WEEKEND else busy
