"""What is seen of a file while it is read for another reason: its hash costs no second reading."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from graphtrail.sources.blob import Blob
from graphtrail.sources.compression import Damaged, Plain
from graphtrail.sources.integrity.digest import looks_like

SIGNATURE = "signature"


@dataclass(slots=True)
class Seen:
    """A file, as far as it has been read.

    Attributes:
        plain: SHA-256 of its bytes, decompressed; None if they are damaged or were not read to their end.
        flaw: why the file cannot be what CloudTrail wrote, whatever its hash: damage, bytes behind the gzip.
        digest: its bytes, if it is a digest.
        signature: hexadecimal, of the metadata of the digest's object; None where that is lost.
    """

    plain: bytes | None = None
    flaw: str | None = None
    digest: bytes | None = None
    signature: str | None = None


def watched(blob: Blob, seen: Seen) -> Iterator[Plain]:
    """The parts of a file; ``seen`` is filled on the way.

    Raises:
        Damaged: as the parts do.
    """
    state = hashlib.sha256()
    held: list[Plain] | None = None
    try:
        for number, part in enumerate(blob.parts()):
            if number == 0 and looks_like(blob.name, part):
                held = []
            if held is not None:
                held.append(part)
            state.update(part)
            yield part
    except Damaged as damage:
        seen.flaw = str(damage)
        raise
    finally:
        if held is not None:
            seen.digest, seen.signature = b"".join(held), blob.metadata.get(SIGNATURE)
    seen.plain, seen.flaw = state.digest(), blob.flaw
