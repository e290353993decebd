"""The forms in which CloudTrail and its exporters write a time.

Seen in real records: ``2023-07-10T11:54:47Z`` (eventTime), ``20131102T010628Z`` (creationDate in AWS's samples),
``2024-06-02 20:27:12`` and ``2024-12-12 16:04:32.000000000`` (exports), ``Jul 10, 2023, 12:09:47 PM`` and
``Sep 17, 2020 8:04:10 PM`` (credentials.expiration, IAM's createDate; newer Java writes a narrow space, U+202F, before
the ``PM``), epoch milliseconds (EC2's startTime).
"""

import calendar
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from graphtrail.events.record import Json
from graphtrail.window import FIRST, LAST

_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ](\d\d):?(\d\d):?(\d\d)(?:\.\d+)?\s*(?:Z|UTC|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
_JAVA = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[\s\u202f]([AP])M", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?", re.ASCII)
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr)}
_SECOND_DIGITS = 10
_HALF_DAY = 12
_LENGTH = len("2023-07-10T11:54:47Z")


@lru_cache(maxsize=65_536)
def parse(written: str) -> int | None:
    """Epoch seconds, UTC, of a time in any of the known forms; fractions are cut off; None if it is in none of them."""
    if _is_canonical(written):
        try:
            return int(datetime.fromisoformat(written).timestamp())
        except ValueError:
            pass
    found = _ISO.fullmatch(written) if written[:1].isdigit() else None
    if found:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        sign, ahead_hours, ahead_minutes = found.groups()[6:]
        ahead = timedelta(hours=int(ahead_hours or 0), minutes=int(ahead_minutes or 0))
        moment = _epoch(year, month, day, hour, minute, second)
        return _written(moment, int(ahead.total_seconds()) * (-1 if sign == "-" else 1))
    found = _JAVA.fullmatch(written)
    if found:
        month_name, day_, year_, hour_, minute_, second_, half = found.groups()
        hours = int(hour_) % _HALF_DAY + (_HALF_DAY if half == "P" else 0)
        return _epoch(int(year_), _MONTHS.get(month_name, 0), int(day_), hours, int(minute_), int(second_))
    if _EPOCH.fullmatch(written):
        whole = written.partition(".")[0]
        return int(whole[:_SECOND_DIGITS]) if len(whole) > _SECOND_DIGITS else int(whole)
    return None


def _is_canonical(written: str) -> bool:
    """Whether a text can be CloudTrail's own form, which Python reads ten times as fast as an expression does."""
    return len(written) == _LENGTH and written[4] == "-" == written[7] and written[10] == "T" and written[19] == "Z"


def moment(value: Json) -> int | None:
    """As ``parse``, of a value that may also be a number of seconds or milliseconds."""
    if isinstance(value, str):
        return parse(value)
    return parse(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(moment: int | None, ahead: int) -> int | None:
    """A time in a zone, where it is one that can be written in UTC: a forged one lies before year 1 or after 9999."""
    if moment is None or not FIRST <= moment - ahead <= LAST:
        return None
    return moment - ahead


def _epoch(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None
