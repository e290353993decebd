"""What a source is, by its name: a folder, a file, standard input, or a place of AWS."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from graphtrail.errors import UsageError
from graphtrail.sources.blob import Found, Has
from graphtrail.sources.files import blobs
from graphtrail.sources.selection import Access, Selection
from graphtrail.window import window

if TYPE_CHECKING:
    from graphtrail.sources.aws import Account
    from graphtrail.sources.bucket import Plan

SCHEMES = ("s3://", "cloudtrail://", "athena://", "lake://")


class Place(Protocol):
    """A source.

    Attributes:
        caution: what it can never show, None if it can show everything.
    """

    caution: str | None

    def blobs(self, has: Has) -> Found:
        """What is wanted of it and the case does not have."""


_Opens = Callable[[str, "Account", Selection], Place]


class Reach(NamedTuple):
    """How places are reached, and what of them is wanted; of folders and files everything is.

    Attributes:
        access: to AWS, beside botocore's environment.
        selection: what is fetched.
    """

    access: Access = Access()
    selection: Selection = Selection()


def reach(  # noqa: PLR0913 - an option each
    *,
    since: str | None = None,
    until: str | None = None,
    account: Iterable[str] = (),
    region: Iterable[str] = (),
    profile: str | None = None,
    endpoint_url: str | None = None,
    role_arn: str | None = None,
    external_id: str | None = None,
    request_payer: bool = False,
    digests: bool = False,
) -> Reach:
    """How places are reached and what of them is wanted, by the options of the command line; ``digests`` with --verify.

    Raises:
        UsageError: a time is none, or the window ends before it begins.
    """
    return Reach(
        Access(profile, endpoint_url, role_arn, external_id, request_payer),
        Selection(window(since, until, int(time.time())), frozenset(account), frozenset(region), digests),
    )


def is_remote(source: str) -> bool:
    """Whether a source is no folder, file or standard input.

    Raises:
        UsageError: it is a URL of an unknown kind.
    """
    scheme, mark, _ = source.partition("://")
    if not mark or "/" in scheme:
        return False
    if f"{scheme}://" not in SCHEMES:
        raise UsageError(f"{source}: unknown kind of source; there are {', '.join(SCHEMES)}, folders and files")
    return True


class Places:
    """Several sources as one."""

    def __init__(self, sources: Sequence[str], reach: Reach) -> None:
        """Open the sources; nothing of them is read yet.

        Raises:
            UsageError: a source is named wrongly.
            SourceError: one cannot be reached.
        """
        self._reach = reach
        self._account: Account | None = None
        self._opened = [(source, self._open(source) if is_remote(source) else None) for source in sources]

    def blobs(self, has: Has) -> Found:
        """What is wanted of all of them and the case does not have.

        Raises:
            SourceError: as each source raises it.
        """
        for source, place in self._opened:
            yield from blobs([source]) if place is None else place.blobs(has)

    def plans(self, has: Has) -> "Iterator[Plan]":
        """What would be fetched.

        Raises:
            UsageError: a source is no bucket: only a bucket says how much it holds.
        """
        from graphtrail.sources.bucket import Bucket  # noqa: PLC0415 - a fifth of a second, and folders need none

        for source, place in self._opened:
            if not isinstance(place, Bucket):
                raise UsageError(f"{source}: only of a bucket (s3://...) it can be said before what is fetched")
            yield place.plan(has)

    @property
    def remarks(self) -> list[str]:
        """What is to be said when all has been read."""
        return [remark for _, place in self._opened for remark in getattr(place, "remarks", ())]

    @property
    def cautions(self) -> list[str]:
        """What the sources can never show."""
        return [f"{source}: {place.caution}" for source, place in self._opened if place and place.caution]

    def _open(self, source: str) -> Place:
        from graphtrail.sources.athena.source import Athena  # noqa: PLC0415 - a fifth of a second; folders need none
        from graphtrail.sources.aws import Account  # noqa: PLC0415 - as above
        from graphtrail.sources.bucket import Bucket  # noqa: PLC0415 - as above
        from graphtrail.sources.lake import Lake  # noqa: PLC0415 - as above
        from graphtrail.sources.lookup_events import LookupEvents  # noqa: PLC0415 - as above

        if self._account is None:
            self._account = Account(self._reach.access)
        kinds: dict[str, Callable[[str, Account, Selection], Place]] = {
            "s3": Bucket,
            "cloudtrail": LookupEvents,
            "athena": Athena,
            "lake": Lake,
        }
        return kinds[source.partition("://")[0]](source, self._account, self._reach.selection)
