"""What a case holds of places that are no folders: of which account, Region and times the records were fetched.

A window on the command line chooses what is fetched from a bucket or an API. What was not is noted, so that an answer
can say it, and a later run that asks for more makes it whole.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphtrail.sources.blob import Span, Stretch
from graphtrail.window import Window

_BEGIN, _END = -(2**62), 2**62


class Place(NamedTuple):
    """What was fetched of one place.

    Attributes:
        account, region: whose logs; None where the place does not say it.
        spans: times of which all records were fetched that were there, epoch seconds, both ends included, in order;
            None is open.
        reason: why the last attempt failed, None if it did not.
    """

    account: str | None
    region: str | None
    spans: tuple[Span, ...] = ()
    reason: str | None = None

    def covers(self, window: Window) -> bool:
        """Whether everything of a window was fetched."""
        since = _BEGIN if window.since is None else window.since
        until = _END if window.until is None else window.until
        return any(_closed(span)[0] <= since and until <= _closed(span)[1] for span in self.spans)


Fetched = Mapping[str, Place]


def with_stretches(held: Fetched, stretches: Iterable[Stretch]) -> dict[str, Place]:
    """What was fetched in all, when this was fetched too."""
    places = dict(held)
    for stretch in stretches:
        before = places.get(stretch.place, Place(stretch.account, stretch.region))
        if stretch.span is not None:
            places[stretch.place] = before._replace(spans=_joined((*before.spans, stretch.span)), reason=None)
        elif stretch.reason is not None:
            places[stretch.place] = before._replace(reason=stretch.reason)
        else:
            places.setdefault(stretch.place, before)
        for above in _above(stretch.place):
            if above in places and not places[above].spans:
                del places[above]  # it stood for everything below it, which is now known more closely
    return places


def _above(place: str) -> Iterable[str]:
    """The places that another lies in."""
    parts = place.rstrip("/").split("/")
    return ("/".join(parts[:end]) + "/" for end in range(3, len(parts)))


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, those that meet put together."""
    joined: list[Span] = []
    for span in sorted(spans, key=_closed):
        if joined and _closed(joined[-1])[1] + 1 >= _closed(span)[0]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], span[1], key=lambda end: _END if end is None else end))
        else:
            joined.append(span)
    return tuple(joined)


def _closed(span: Span) -> tuple[int, int]:
    return (_BEGIN if span[0] is None else span[0], _END if span[1] is None else span[1])


def to_json(held: Fetched) -> dict[str, Any]:
    """As the manifest writes it."""
    return {name: place._asdict() for name, place in sorted(held.items())}


def from_json(held: Any) -> dict[str, Place]:  # noqa: ANN401 - JSON
    """As the manifest has it.

    Raises:
        ValueError: it is something else.
    """
    try:
        return {name: Place(**said)._replace(spans=tuple(map(_span, said["spans"]))) for name, said in held.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"what it says of places: {error}") from None


def _span(held: list[int | None]) -> Span:
    since, until = held
    return since, until
