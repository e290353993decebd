"""Amazon Resource Names.

Source of the format: AWS General Reference, "Amazon Resource Names (ARNs)".
"""

import re
from dataclasses import dataclass

_PARTS = 6
_ARN = re.compile(r"arn:aws[a-z-]*:[A-Za-z0-9-]*:[A-Za-z0-9-]*:[^:]*:.+", re.DOTALL)
_REGIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
)


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of ``arn:partition:service:region:account:resource``; region and account may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def is_arn(text: str) -> bool:
    """Whether the whole text has the form of an ARN."""
    return text.startswith("arn:") and _ARN.fullmatch(text) is not None


def parse(text: str) -> Arn | None:
    """The parts of an ARN, or None if the text is none."""
    if not is_arn(text):
        return None
    _, partition, service, region, account, resource = text.split(":", _PARTS - 1)
    return Arn(partition, service, region, account, resource)


def partition(text: str) -> str | None:
    """The partition that an ARN names, or None if the text is none."""
    return text.split(":", 2)[1] if is_arn(text) else None


def partition_of_region(region: str | None) -> str:
    """The partition that a Region's name belongs to; ``aws`` where it tells nothing."""
    named = region or ""
    return next((partition for start, partition in _REGIONS if named.startswith(start)), "aws")
