"""Trails with log file validation, written as AWS's documents describe it and signed with a key of their own.

Source: AWS CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log file
integrity validation". Nothing of ``graphtrail.sources.integrity`` is used here.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ACCOUNT, REGION, BUCKET, NAME = "111122223333", "eu-central-1", "trail-bucket", "audit_trail"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@cache
def private(_: int = 0) -> rsa.RSAPrivateKey:
    """A key; another number, another key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def der(key: rsa.RSAPrivateKey) -> bytes:
    """Its public half as ListPublicKeys hands it out."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def fingerprint(key: rsa.RSAPrivateKey) -> str:
    return hashlib.md5(der(key), usedforsecurity=False).hexdigest()


def key_file(folder: Path, *keys: rsa.RSAPrivateKey) -> Path:
    """A file as ``aws cloudtrail list-public-keys`` prints it."""
    file = folder / "keys.json"
    listed = [
        {
            "Value": base64.b64encode(der(key)).decode(),
            "ValidityStartTime": "2026-01-01T00:00:00+00:00",
            "ValidityEndTime": "2027-01-01T00:00:00+00:00",
            "Fingerprint": fingerprint(key),
        }
        for key in keys or (private(),)
    ]
    file.write_text(json.dumps({"PublicKeyList": listed}))
    return file


@dataclass
class Object:
    """An object of the bucket."""

    body: bytes
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> bytes:
        return gzip.decompress(self.body)


@dataclass
class Trail:
    """One trail for one account and Region, on its way through the hours.

    Attributes:
        objects: what it has delivered, by key.
        logs, digests, backfills: keys, in order.
    """

    account: str = ACCOUNT
    region: str = REGION
    bucket: str = BUCKET
    name: str = NAME
    prefix: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=private)
    now: datetime = START
    objects: dict[str, Object] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    backfills: list[str] = field(default_factory=list)
    _before: dict[bool, tuple[str, bytes, str] | None] = field(default_factory=lambda: {False: None, True: None})

    def log(self, records: list[dict[str, Any]], minute: int) -> str:
        """Deliver a log file in the current hour."""
        time = self.now + timedelta(minutes=minute)
        place = f"{self.prefix}AWSLogs/{self.account}/CloudTrail/{self.region}/{time:%Y/%m/%d}"
        tail = hashlib.sha256(f"{self.account}{self.region}{time}{len(self.logs)}".encode()).hexdigest()[:16]
        key = f"{place}/{self.account}_CloudTrail_{self.region}_{time:%Y%m%dT%H%MZ}_{tail}.json.gz"
        self.objects[key] = Object(zipped({"Records": records}))
        self.logs.append(key)
        return key

    def digest(self, listed: Iterable[str], *, backfill: bool = False) -> str:
        """Deliver the digest of the current hour; the hour is over."""
        start, end = self.now, self.now + HOUR
        if not backfill:
            self.now = end
        place = f"{self.prefix}AWSLogs/{self.account}/CloudTrail-Digest/{self.region}/{end:%Y/%m/%d}"
        ending = "_backfill.json.gz" if backfill else ".json.gz"
        stamp = f"{self.account}_CloudTrail-Digest_{self.region}_{self.name}_{self.region}_{end:%Y%m%dT%H%M%SZ}"
        key = f"{place}/{stamp}{ending}"
        before = self._before[backfill]
        held = {
            "awsAccountId": self.account,
            "digestStartTime": text(start),
            "digestEndTime": text(end),
            "digestS3Bucket": self.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint(self.key),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": text(end),
            "oldestEventTime": text(start),
            "previousDigestS3Bucket": self.bucket if before else None,
            "previousDigestS3Object": before[0] if before else None,
            "previousDigestHashValue": hashlib.sha256(before[1]).hexdigest() if before else None,
            "previousDigestHashAlgorithm": "SHA-256" if before else None,
            "previousDigestSignature": before[2] if before else None,
            "logFiles": [
                {
                    "s3Bucket": self.bucket,
                    "s3Object": name,
                    "hashValue": hashlib.sha256(self.objects[name].plain).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                    "newestEventTime": text(end),
                    "oldestEventTime": text(start),
                }
                for name in listed
            ],
        }
        plain = json.dumps(held).encode()
        signature = self.sign(held, plain)
        metadata = {"signature": signature, "signature-algorithm": "SHA256withRSA"}
        if backfill:
            metadata["backfill-generation-timestamp"] = text(end)
        self.objects[key] = Object(gzip.compress(plain, mtime=0), metadata)
        (self.backfills if backfill else self.digests).append(key)
        self._before[backfill] = key, plain, signature
        return key

    def sign(self, held: Mapping[str, Any], plain: bytes) -> str:
        before = held["previousDigestSignature"] or "null"
        where = f"{held['digestS3Bucket']}/{held['digestS3Object']}"
        signed = f"{held['digestEndTime']}\n{where}\n{hashlib.sha256(plain).hexdigest()}\n{before}"
        return self.key.sign(signed.encode(), padding.PKCS1v15(), SHA256()).hex()

    def restart(self, hours: int) -> None:
        """Logging was off for some hours: the next digest begins a new chain."""
        self.now += hours * HOUR
        self._before[False] = None


def zipped(document: Any) -> bytes:  # noqa: ANN401 - JSON
    return gzip.compress(json.dumps(document).encode(), mtime=0)


def text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def delivered(records: list[dict[str, Any]], hours: int = 5, each: int = 3, **about: Any) -> Trail:  # noqa: ANN401
    """A trail that has delivered records, spread over some hours of some log files each, one record a file at least."""
    trail = Trail(**about)
    files = hours * each
    parts = [records[number::files] for number in range(files)]
    for hour in range(hours):
        trail.digest([trail.log(parts[hour * each + one], 10 + 15 * one) for one in range(each)])
    return trail


def spread(folder: Path, *trails: Trail) -> Path:
    """The objects as files, without their metadata: what a copy of the bucket is."""
    for trail in trails:
        for key, held in trail.objects.items():
            file = folder / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(held.body)
    return folder


def put(client: Any, *trails: Trail) -> None:  # noqa: ANN401 - boto3 makes its clients as it runs
    """The objects, metadata and all, into their buckets."""
    for trail in trails:
        for key, held in trail.objects.items():
            client.put_object(Bucket=trail.bucket, Key=key, Body=held.body, Metadata=held.metadata)


def published(*keys: rsa.RSAPrivateKey) -> list[dict[str, Any]]:
    """Keys as ListPublicKeys answers them over HTTP, times as epoch seconds."""
    return [
        {
            "Value": base64.b64encode(der(key)).decode(),
            "ValidityStartTime": (START - 1000 * HOUR).timestamp(),
            "ValidityEndTime": (START + 1000 * HOUR).timestamp(),
            "Fingerprint": fingerprint(key),
        }
        for key in keys or (private(),)
    ]
