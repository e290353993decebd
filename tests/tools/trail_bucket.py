"""Trail buckets of tests: keys as CloudTrail makes them, folders put into a bucket."""

import gzip
import json
from collections.abc import Iterable

import boto3
from botocore.config import Config
from cases import Record

BUCKET = "trail-logs"


def client():
    """A client of S3."""
    return boto3.client("s3", config=Config(max_pool_connections=16, retries={"total_max_attempts": 1}))


def key(
    account: str, region: str, day: str, number: int = 0, *, top: str = "AWSLogs/", kind: str = "CloudTrail"
) -> str:
    """The key of a file; ``day`` is ``2024/03/01``."""
    stamp = day.replace("/", "") + f"T{number // 60 % 24:02}{number % 60:02}Z"
    return f"{top}{account}/{kind}/{region}/{day}/{account}_{kind}_{region}_{stamp}_{number:016d}.json.gz"


def packed(held: Iterable[Record]) -> bytes:
    """Records as a file of CloudTrail."""
    return gzip.compress(json.dumps({"Records": list(held)}).encode(), 1, mtime=0)


def put(name: str, held: Iterable[Record] | bytes, bucket: str = BUCKET) -> str:
    """Put a file into the bucket. Returns its URL."""
    body = held if isinstance(held, bytes) else packed(held)
    client().put_object(Bucket=bucket, Key=name, Body=body)
    return f"s3://{bucket}/{name}"
