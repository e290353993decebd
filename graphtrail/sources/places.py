"""What a source is, by its name: a folder, a file, standard input, or a place of AWS."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from graphtrail.errors import UsageError
from graphtrail.sources.blob import Found, Has
from graphtrail.sources.files import blobs
from graphtrail.sources.selection import Access, Selection

if TYPE_CHECKING:
    from graphtrail.sources.aws import Account
    from graphtrail.sources.bucket import Plan

SCHEMES = ("s3://",)


class Place(Protocol):
    """A source."""

    def blobs(self, has: Has) -> Found:
        """What is wanted of it and the case does not have."""

    def plan(self, has: Has) -> "Plan":
        """What ``blobs`` would fetch."""


class Reach(NamedTuple):
    """How places are reached, and what of them is wanted; of folders and files everything is.

    Attributes:
        access: to AWS, beside botocore's environment.
        selection: what is fetched.
    """

    access: Access = Access()
    selection: Selection = Selection()


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
            UsageError: a source is a folder or file: nothing is fetched of it.
        """
        for source, place in self._opened:
            if place is None:
                raise UsageError(f"{source}: lies on this machine: there is nothing to plan")
            yield place.plan(has)

    def _open(self, source: str) -> Place:
        from graphtrail.sources.aws import Account  # noqa: PLC0415 - a fifth of a second, and folders need none
        from graphtrail.sources.bucket import Bucket  # noqa: PLC0415 - as above

        if self._account is None:
            self._account = Account(self._reach.access)
        return Bucket(source, self._account, self._reach.selection)
