"""What a source hands on: one file, its name, its digest and its plain bytes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# [prefix/]AWSLogs/[o-ID/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_16chars.json.gz
# Source: CloudTrail User Guide, "Finding your CloudTrail log files", "CloudTrail log file name format".
_LOG_FILE = re.compile(rb"(?:^|/)(\d{12})_CloudTrail(?:-\w+)?_([a-z0-9-]+)_(\d{8}T\d{4}Z)_\w{16}\.json(?:\.gz)?$")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the name of a log file that CloudTrail delivered says; the time is that of delivery, not of the events."""

    account: str
    region: str
    delivered: str


@dataclass(slots=True)
class Blob:
    """One file of a source.

    Attributes:
        name: path or URL, as the system has it; a member of an archive is ``archive.zip!member``.
        size: bytes as they lie there.
        sha256: digest of those bytes; of a stream known only when its parts have been read, empty before.
        parts: the plain bytes, decompressed, in parts that end at line ends where there are any.
        again: whether ``name`` finds the bytes again; if not, the records must be kept to be shown later.
    """

    name: bytes
    size: int
    sha256: bytes
    parts: Callable[[], Iterator[bytes | bytearray]] = field(repr=False)
    again: bool = True

    def delivery(self) -> Delivery | None:
        """What the name says, if it is a name that CloudTrail gives."""
        found = _LOG_FILE.search(self.name)
        return Delivery(found[1].decode(), found[2].decode(), found[3].decode()) if found else None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of a source that could not be read at all; ``reason`` says why."""

    name: bytes
    reason: str


def shown(name: bytes) -> str:
    """A name as text to read; bytes that are no UTF-8 are written as escapes."""
    return name.decode("utf-8", errors="backslashreplace")
