"""The entries of ``resources[]``, where a record lists what it is about."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graphtrail.events.record import Json, Text, mapping, text
from graphtrail.events.resources.forms import bucket_of_prefix, normal

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


class Entry(NamedTuple):
    """An entry of ``resources[]``: ARN, type and ``accountId``, which is the owner's."""

    arn: Text
    type: Text
    account: Text


def entries_of(resources: Json) -> list[Entry]:
    """The entries of ``resources[]``."""
    found = map(mapping, resources if isinstance(resources, list) else ())
    return [
        Entry(
            entry_arn(text(about.get("ARN")) or text(about.get("arn")), text(about.get("ARNPrefix"))),
            text(about.get("type")),
            text(about.get("accountId")),
        )
        for about in found
    ]


def entry_arn(named: Text, prefix: Text) -> Text:
    """What an entry with this ARN, or else this ``ARNPrefix``, stands for."""
    return named or (bucket_of_prefix(prefix) if prefix else None)


def owners_of(entries: Iterable[tuple[Text, Text, str | int | None]]) -> Iterator[tuple[str, str]]:
    """Buckets among the entries, whose ARN names no account, each with the account that owns it.

    Source: sample events of S3 in the CloudTrail User Guide: the entry of a bucket has an ``accountId``, that of an
    object has none.
    """
    for named, type_, account in entries:
        if named and type_ == "AWS::S3::Bucket" and (owner := text(account)) and _ACCOUNT.fullmatch(owner):
            yield normal(named), owner
