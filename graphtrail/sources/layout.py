"""Where CloudTrail puts its files in a bucket, told from the parts of a key and never from their number.

``[prefix/]AWSLogs/[o-ID/]ACCOUNT/CloudTrail[-KIND]/REGION/YYYY/MM/DD/...``; one bucket may hold several trails: of an
organisation and, from before it, of accounts, and the prefix may itself be the id of the organisation.
Security Lake lays its objects into partitions: ``[aws|ext]/SOURCE/VERSION/region=R/accountId=A/eventDay=YYYYMMDD/...``.
Source: CloudTrail User Guide, "Finding your CloudTrail log files" and "Creating a trail for an organization"; the kinds
are CloudTrail (records), -NetworkActivity, -Insight, -Aggregated and -Digest; Security Lake User Guide, "Source
versions" and "Collecting data from custom sources".
"""

import re
from typing import NamedTuple

_TOP = r"(?:.*/)?AWSLogs/"
_ACCOUNT = r"(?:o-[a-z0-9]{10,32}/)?(?P<account>\d{12})/"
_STREAM = re.compile(
    rf"(?P<root>{_TOP}{_ACCOUNT}(?P<kind>CloudTrail(?:-[A-Za-z]+)?)/(?P<region>[a-z0-9-]+)/)(?P<rest>.*)"
)
_INSIDE = re.compile(
    rf"{_TOP}(?:o-[a-z0-9]{{10,32}}/)?(?:(?P<account>\d{{12}})/(?:(?P<kind>CloudTrail(?:-[A-Za-z]+)?)/)?)?"
)
_KIND = re.compile(rf"{_TOP}{_ACCOUNT}[^/]+/")
_BELOW = re.compile(rf"{_TOP}.")
_PARTITION = re.compile(r"(?P<root>(?:.*/)?region=(?P<region>[a-z0-9-]+)/accountId=(?P<account>\w+)/)(?P<rest>.*)")
_PARTITIONS = re.compile(r"(?:.*/)?region=[a-z0-9-]+/")
# Sources of Security Lake that are no calls of CloudTrail's.
_OTHERS = re.compile(r"(?:.*/)?aws/(?:VPC_FLOW|ROUTE53|SH_FINDINGS|EKS_AUDIT|WAF)/.*")
DIGEST = "CloudTrail-Digest"


class Stream(NamedTuple):
    """The files of one trail, account and Region, in the order of their delivery.

    Attributes:
        root: everything before the day in their keys.
        prefix: what their keys begin with: the root, or more where somebody named more.
        account, region: whose.
        partitioned: whether its days are partitions of Security Lake.
    """

    root: str
    prefix: str
    account: str
    region: str
    partitioned: bool = False

    def day(self, day: str) -> str:
        """What the keys of a day begin with; ``day`` is ``2024/03/01``."""
        return f"{self.root}eventDay={day.replace('/', '')}/" if self.partitioned else f"{self.root}{day}/"


def stream(prefix: str, *, digests: bool = False) -> Stream | None:
    """The stream that a prefix lies in; None where it is that of no stream, or of digest files that are not wanted."""
    lake = _PARTITION.fullmatch(prefix)
    if lake and not _OTHERS.fullmatch(prefix):
        return Stream(lake["root"], prefix, lake["account"], lake["region"], partitioned=True)
    found = _STREAM.fullmatch(prefix)
    if found is None or (found["kind"] == DIGEST and not digests):
        return None
    return Stream(found["root"], prefix, found["account"], found["region"])


def account(prefix: str) -> str | None:
    """The account whose files a prefix of a trail stands for, if it says that."""
    found = _INSIDE.fullmatch(prefix)
    return found["account"] if found else None


def is_account(prefix: str) -> bool:
    """Whether a prefix is all that a trail has of one account."""
    found = _INSIDE.fullmatch(prefix)
    return found is not None and found["account"] is not None and found["kind"] is None


def below_account(name: str) -> str | None:
    """The stream, or the folder of other logs, that the beginning of a key lies in.

    Args:
        name: of a key below an account of a trail.

    Returns:
        It; empty for the mark of an empty folder; None for an object that lies in neither.
    """
    found = _STREAM.fullmatch(name)
    if found:
        return found["root"]
    if name.endswith("/") and _INSIDE.fullmatch(name):
        return ""
    other = _KIND.match(name)
    return other[0] if other and not _INSIDE.fullmatch(other[0]) else None


def leads_to_streams(prefix: str, *, digests: bool = False) -> bool:
    """Whether there may be streams below a prefix that is inside a trail."""
    found = _INSIDE.fullmatch(prefix)
    leads = found is not None and (digests or found["kind"] != DIGEST)
    return leads or _PARTITIONS.fullmatch(prefix) is not None


def is_outside(prefix: str, *, digests: bool = False) -> bool:
    """Whether a prefix holds logs of something else than CloudTrail."""
    if _OTHERS.fullmatch(prefix):
        return True
    inside = leads_to_streams(prefix, digests=digests) or stream(prefix, digests=digests) is not None
    return _BELOW.match(prefix) is not None and not inside


def is_digest(key: str) -> bool:
    """Whether an object is a digest file, by the folder that it lies in."""
    return f"/{DIGEST}/" in key
