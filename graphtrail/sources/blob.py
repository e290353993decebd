"""What a source hands on: one file, its name, its digest and its plain bytes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

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
class Flaw:
    """What is noted of bytes while they are read.

    Attributes:
        said: why they cannot be a log file as CloudTrail writes it, whatever they hold; None if nothing was noted.
    """

    said: str | None = None

    def trail(self) -> None:
        """Note that bytes follow the end of the compressed stream."""
        self.said = "bytes follow the end of the compressed stream"


@dataclass(slots=True)
class Blob:
    """One file of a source.

    Attributes:
        name: path or URL, as the system has it; a member of an archive is ``archive.zip!member``.
        size: bytes as they lie there.
        sha256: digest of those bytes; of a stream known only when its parts have been read, empty before.
        parts: the plain bytes, decompressed, in parts that end at line ends where there are any.
        again: whether ``name`` stands for one file that may change, or only repeats (standard input, an API).
        keep: whether the records must be kept to be shown later: the name finds nothing on this machine.
        version: what the place calls these bytes of this name (an ETag): while it is the same, so are they. Of an
            archive only the last member has one, that of the archive.
        metadata: of an object in a bucket, its user metadata, names in lower case.
        noted: what is noted while the parts are read. It stands apart, since ``parts`` notes it: if they referred to
            the blob, the blob would hold itself, and its bytes would outlive it.
    """

    name: bytes
    size: int
    sha256: bytes
    parts: Callable[[], Iterator[bytes | bytearray]] = field(repr=False)
    again: bool = True
    keep: bool = False
    version: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    noted: Flaw = field(default_factory=Flaw, repr=False)

    @property
    def flaw(self) -> str | None:
        """Why the bytes cannot be a log file as CloudTrail writes it; known when the parts have been read."""
        return self.noted.said

    def delivery(self) -> Delivery | None:
        """What the name says, if it is a name that CloudTrail gives."""
        return delivery(self.name)


def delivery(name: bytes) -> Delivery | None:
    """What the name of a file says, if it is a name that CloudTrail gives."""
    found = _LOG_FILE.search(name)
    return Delivery(found[1].decode(), found[2].decode(), found[3].decode()) if found else None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of a source that could not be read at all.

    Attributes:
        name: path or URL.
        reason: why.
        missed: it is there and could not be fetched: the run has failed, and the next one may not.
    """

    name: bytes
    reason: str
    missed: bool = False


Span = tuple[int | None, int | None]  # epoch seconds, both ends included; None is open


class Stretch(NamedTuple):
    """What was fetched of a place that is no folder: the logs of one account and Region, over a span of time.

    Attributes:
        place: URL of the place: a prefix of a bucket, the API of a Region.
        account, region: whose logs; None where the place does not say it.
        span: of which times all records were fetched that were there, epoch seconds, both ends included, None where it
            is open; None if nothing was fetched.
        reason: why nothing was, None if it was or was not asked for.
    """

    place: str
    account: str | None
    region: str | None
    span: Span | None = None
    reason: str | None = None


Found = Iterator[Blob | Unreadable | Stretch]


def _nothing(_: str) -> Sequence[Span]:
    return ()


@dataclass(frozen=True, slots=True)
class Has:
    """What a case has already, so that a source need not fetch it.

    Attributes:
        version: whether it has a version of a name.
        spans: of which times it has all records of a place, in order.
    """

    version: Callable[[bytes, str], bool]
    spans: Callable[[str], Sequence[Span]] = _nothing

    def __call__(self, name: bytes, version: str) -> bool:
        """Whether it has a version of a name."""
        return self.version(name, version)


def shown(name: bytes) -> str:
    """A name as text to read; bytes that are no UTF-8 are written as escapes."""
    return name.decode("utf-8", errors="backslashreplace")
