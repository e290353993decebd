"""Which public keys signatures are checked with."""

from collections.abc import Iterable
from pathlib import Path

from graphtrail.sources.integrity.keys import Keys, PublicKeys, load
from graphtrail.sources.places import is_remote
from graphtrail.sources.selection import Access


def keys(file: Path | None, sources: Iterable[str], access: Access) -> Keys:
    """The keys that are named; without, those that CloudTrail publishes, if AWS is asked for a source anyway.

    Raises:
        SourceError: the file of keys is none.
        UsageError: there is no such profile.
    """
    if file is not None:
        return load(file)
    if not any(map(is_remote, sources)):
        return PublicKeys({})
    from graphtrail.sources.aws import Account  # noqa: PLC0415 - a fifth of a second, and folders need none
    from graphtrail.sources.integrity.published import Published  # noqa: PLC0415 - as above

    return Published(Account(access))
