"""The public keys that CloudTrail publishes, asked for Region by Region.

Source: AWS CloudTrail API reference, ListPublicKeys: keys whose validity overlaps a time, those of one Region a call.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from graphtrail.errors import SourceError
from graphtrail.sources.aws import TROUBLE, Account, explained
from graphtrail.sources.integrity.keys import PublicKeys, listed

# Log file validation exists since October 2015; no key is older.
_FIRST = datetime(2015, 10, 1, tzinfo=UTC)


class Refused(NamedTuple):
    """A Region that gave no keys, and why."""

    region: str
    reason: str


def public_keys(account: Account, regions: Iterable[str]) -> Iterator[dict[str, Any] | Refused]:
    """All public keys that there have been, as ListPublicKeys answers them, each with its Region."""
    for region in regions:
        try:
            pages = account.client("cloudtrail", region).get_paginator("list_public_keys")
            for page in pages.paginate(StartTime=_FIRST, EndTime=datetime.now(UTC)):
                yield from (key | {"Region": region} for key in page["PublicKeyList"])
        except TROUBLE as error:
            yield Refused(region, explained(error))


class Published:
    """Public keys asked for when it is known of which Regions they are needed."""

    def __init__(self, account: Account) -> None:
        """Ask AWS through an account."""
        self._account = account

    def of(self, regions: Iterable[str]) -> PublicKeys:
        """Those of some Regions.

        Raises:
            SourceError: AWS does not give them.
        """
        found = list(public_keys(self._account, regions))
        for one in found:
            if isinstance(one, Refused):
                raise SourceError(
                    f"public keys of CloudTrail in {one.region}: {one.reason}; allow cloudtrail:ListPublicKeys, or "
                    "name saved keys with --public-keys"
                )
        return listed(one for one in found if not isinstance(one, Refused))
