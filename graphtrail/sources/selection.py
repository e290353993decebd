"""How places that are no folders are reached, and which of their records are fetched."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphtrail.sources.blob import Delivery, Span
from graphtrail.window import Window, iso

DAY = 86_400
# A file may be delivered late: it is looked for one day beyond the window. Source: CloudTrail User Guide, "Finding your
# CloudTrail log files": the time in a name is that of the delivery, and the file may hold records of any time before.
LATE = DAY


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach AWS, as far as botocore's environment does not say it.

    Attributes:
        profile: of the shared configuration.
        endpoint_url: where every service is asked instead of AWS.
        role_arn: of a role to take on.
        external_id: that its trust policy asks for.
        requester_pays: whether the requester pays for what is read from a bucket.
        read_timeout: seconds that a body may stand still.
    """

    profile: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    requester_pays: bool = False
    read_timeout: float = 60


@dataclass(frozen=True, slots=True)
class Selection:
    """What is fetched.

    Attributes:
        window: of the times of the events.
        accounts, regions: whose logs; empty is all.
        digests: whether digest files are wanted too.
    """

    window: Window = field(default_factory=Window)
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    digests: bool = False

    def takes(self, account: str | None, region: str | None = None) -> bool:
        """Whether logs of an account and Region are wanted; None is not known yet."""
        wanted = account is None or not self.accounts or account in self.accounts
        return wanted and (region is None or not self.regions or region in self.regions)

    @property
    def span(self) -> Span:
        """The window as its two ends."""
        return self.window.since, self.window.until

    @property
    def first_day(self) -> str | None:
        """The first day of deliveries that can hold events of the window, as ``2026/03/02``."""
        return None if self.window.since is None else _day(self.window.since)

    @property
    def last_day(self) -> str | None:
        """The last such day."""
        return None if self.window.until is None else _day(self.window.until + LATE)

    def takes_delivery(self, delivery: Delivery | None) -> bool:
        """Whether a file is wanted, by what its name says; one whose name says nothing is."""
        if delivery is None:
            return True
        day = f"{delivery.delivered[:4]}/{delivery.delivered[4:6]}/{delivery.delivered[6:8]}"
        early = self.first_day is not None and day < self.first_day
        late = self.last_day is not None and day > self.last_day
        return self.takes(delivery.account, delivery.region) and not early and not late


def still_wanted(window: tuple[int, int], spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The times of a window of which records are to be asked for, when those of other times were before.

    Of what was asked for before the last day is again, for what came late.

    Args:
        window: epoch seconds, both ends included.
        spans: of which all records were there when they were asked for, in order; one that is open at its end does not
            say when that was, and counts for nothing.
    """
    since, until = window
    found = []
    for begin, end in spans:
        start = since if begin is None else begin
        if end is None or end - LATE < max(start, since) or start > until:
            continue
        if since < start:
            found.append((since, start - 1))
        since = end - LATE + 1
    return [*found, (since, until)] if since <= until else found


def _day(seconds: int) -> str:
    return iso(seconds)[:10].replace("-", "/")
