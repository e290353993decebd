"""A digest file: what it states, and what its signature is made over."""

import re
from datetime import datetime
from typing import NamedTuple

import msgspec

from graphtrail.sources.compression import Plain

# The account, the Region, the name of the trail and its home Region, the end of the hour.
_NAME = re.compile(
    r"(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json(?:\.gz)?"
)
_BEGINNING = 4096
ALGORITHM = "SHA256withRSA"


class Chain(NamedTuple):
    """Which digests follow each other: those of one trail for one account and Region; back-fill digests apart."""

    account: str
    region: str
    trail: str
    home: str
    backfill: bool


class Entry(NamedTuple):
    """A log file as a digest lists it: where it was delivered, and the SHA-256 of its plain bytes."""

    bucket: str
    key: str
    sha256: bytes


class Digest(NamedTuple):
    """A digest file.

    Attributes:
        file: number of the file that it was found in.
        name: of that file.
        sha256: of its plain bytes.
        signature: of its object's metadata, hexadecimal; None where that is lost.
        bucket, key: where it says that it was delivered.
        chain: which digests it stands among.
        start, end: epoch seconds; ``end_text`` is the end as written, which is signed.
        fingerprint: which public key its signature is for.
        previous: name of the digest before it as ``stem`` gives it, None if the chain begins here.
        previous_key: its whole address, ``s3://bucket/key``.
        previous_hash, previous_signature: of that digest.
        entries: the log files.
    """

    file: int
    name: bytes
    sha256: bytes
    signature: str | None
    bucket: str
    key: str
    chain: Chain
    start: int
    end: int
    end_text: str
    fingerprint: str
    previous: str | None
    previous_key: str
    previous_hash: bytes | None
    previous_signature: str | None
    entries: tuple[Entry, ...]

    def signed(self) -> bytes:
        """What its signature is made over."""
        before = "null" if self.previous_signature is None else self.previous_signature
        return f"{self.end_text}\n{self.bucket}/{self.key}\n{self.sha256.hex()}\n{before}".encode()


class Malformed(NamedTuple):
    """A file that should be a digest and cannot be read as one."""

    file: int
    name: bytes
    reason: str


class _Log(msgspec.Struct, rename="camel"):
    s3_bucket: str = msgspec.field(name="s3Bucket")
    s3_object: str = msgspec.field(name="s3Object")
    hash_value: str
    hash_algorithm: str = "SHA-256"


class _Held(msgspec.Struct, rename="camel"):
    aws_account_id: str
    digest_start_time: datetime
    digest_end_time: str
    digest_s3_bucket: str = msgspec.field(name="digestS3Bucket")
    digest_s3_object: str = msgspec.field(name="digestS3Object")
    digest_public_key_fingerprint: str
    log_files: list[_Log]
    previous_digest_signature: str | None
    digest_signature_algorithm: str = ALGORITHM
    previous_s3_bucket: str | None = msgspec.field(name="previousDigestS3Bucket", default=None)
    previous_s3_object: str | None = msgspec.field(name="previousDigestS3Object", default=None)
    previous_digest_hash_value: str | None = None


_DECODER = msgspec.json.Decoder(_Held)


def looks_like(name: bytes, first: Plain) -> bool:
    """Whether a file is a digest, by its first bytes or, where they are none any more, by its name."""
    begins = bytes(first[:_BEGINNING])
    return (b'"digestStartTime"' in begins and b'"eventName"' not in begins) or b"_CloudTrail-Digest_" in stem_bytes(
        name
    )


def stem(key: str) -> str:
    """The last part of a key or path, without the ending of compression: what a copy keeps in any layout."""
    return re.split(r"[/!\\]", key)[-1].removesuffix(".gz")


def stem_bytes(name: bytes) -> bytes:
    """The same of a name as the system has it."""
    return re.split(rb"[/!\\]", name)[-1].removesuffix(b".gz")


def stated(plain: bytes) -> bytes:
    """What a digest file states, as ``parse`` reads it, and nothing else that stands in it; empty if it states nothing.

    The file may be anybody's: what is kept of it is what is needed.
    """
    try:
        return msgspec.json.encode(_DECODER.decode(plain))
    except (ValueError, RecursionError):
        return b""


def parse(file: int, name: bytes, plain: bytes, sha256: bytes, signature: str | None) -> Digest | Malformed:
    """Read a digest file.

    Args:
        file: its number among the files that were taken.
        name: where it was found.
        plain: its bytes, decompressed, or what it states of them.
        sha256: of its bytes, decompressed.
        signature: that of its object's metadata, if known.
    """
    try:
        held = _DECODER.decode(plain)
        named = _NAME.fullmatch(re.split("/", held.digest_s3_object)[-1])
        if named is None or named[1] != held.aws_account_id:
            return Malformed(file, name, "its account and the name that it states do not agree")
        if held.digest_signature_algorithm != ALGORITHM:
            return Malformed(file, name, f"its signature is of an unknown kind: {held.digest_signature_algorithm}")
        before = f"s3://{held.previous_s3_bucket}/{held.previous_s3_object}"
        return Digest(
            file=file,
            name=name,
            sha256=sha256,
            signature=signature,
            bucket=held.digest_s3_bucket,
            key=held.digest_s3_object,
            chain=Chain(named[1], named[2], named[3], named[4], named[6] is not None),
            start=int(held.digest_start_time.timestamp()),
            end=int(datetime.fromisoformat(held.digest_end_time).timestamp()),
            end_text=held.digest_end_time,
            fingerprint=held.digest_public_key_fingerprint,
            previous=stem(held.previous_s3_object) if held.previous_s3_object else None,
            previous_key=before,
            previous_hash=_hash(held.previous_digest_hash_value),
            previous_signature=held.previous_digest_signature,
            entries=tuple(Entry(log.s3_bucket, log.s3_object, bytes.fromhex(log.hash_value)) for log in held.log_files),
        )
    except (ValueError, RecursionError) as trouble:  # msgspec.DecodeError and UnicodeDecodeError are ValueErrors
        return Malformed(file, name, f"it cannot be read as a digest ({trouble})")


def _hash(text: str | None) -> bytes | None:
    return bytes.fromhex(text) if text else None
