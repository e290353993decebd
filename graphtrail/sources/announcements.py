"""What a message on a queue announces: objects of a bucket, or a record itself.

Sources: S3 User Guide, "Event message structure" (keys are URL-encoded, ``s3:TestEvent``); CloudTrail User
Guide, "Configuring Amazon SNS notifications for CloudTrail"; SNS Developer Guide, "Fanout to Amazon SQS queues" (the
envelope); EventBridge User Guide, "AWS service events via CloudTrail"; S3 User Guide, "EventBridge event
message structure".
"""

from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from graphtrail.sources.bucket_listing import Entry


class Announced(NamedTuple):
    """What one message announces.

    Attributes:
        objects: of which bucket which object.
        record: whether the message itself holds a record.
        known: whether it is understood at all; a message of a test announces nothing and is.
    """

    objects: tuple[tuple[str, Entry], ...] = ()
    record: bool = False
    known: bool = True


_UNKNOWN = Announced(known=False)
_NOTHING = Announced()
_DEPTH = 3


def announced(body: str, depth: int = _DEPTH) -> Announced:
    """What the body of a message announces."""
    try:
        held = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        # what CloudTrail sends when a topic is set up
        return _NOTHING if body.startswith("CloudTrail validation message") else _UNKNOWN
    if not isinstance(held, dict):
        return _UNKNOWN
    if depth and held.get("Type") == "Notification" and isinstance(held.get("Message"), str):
        return announced(held["Message"], depth - 1)
    try:
        return _of_bucket(held) or _of_trail(held) or _of_bus(held) or _UNKNOWN
    except (AttributeError, KeyError, TypeError):
        return _UNKNOWN


def _of_bucket(held: dict[str, Any]) -> Announced | None:
    """A notification of S3."""
    if held.get("Event") == "s3:TestEvent":
        return _NOTHING
    if not isinstance(held.get("Records"), list) or not all("s3" in one for one in held["Records"]):
        return None
    made = [one["s3"] for one in held["Records"] if str(one.get("eventName", "")).startswith("ObjectCreated")]
    return Announced(
        tuple((one["bucket"]["name"], _entry(one["object"], unquote_plus(one["object"]["key"]))) for one in made)
    )


def _of_trail(held: dict[str, Any]) -> Announced | None:
    """A notification of a trail."""
    if not isinstance(held.get("s3ObjectKey"), list):
        return None
    return Announced(tuple((str(held["s3Bucket"]), Entry(str(key), "", None)) for key in held["s3ObjectKey"]))


def _of_bus(held: dict[str, Any]) -> Announced | None:
    """An event of EventBridge: a record, or an object that was made."""
    detail = held.get("detail")
    if not isinstance(detail, dict):
        return None
    if "eventName" in detail and "eventSource" in detail:
        return Announced(record=True)
    if held.get("source") == "aws.s3" and held.get("detail-type") == "Object Created":
        return Announced(((detail["bucket"]["name"], _entry(detail["object"], detail["object"]["key"])),))
    return _NOTHING if held.get("source") == "aws.s3" else None


def _entry(held: dict[str, Any], key: str) -> Entry:
    etag, size = held.get("eTag") or held.get("etag") or "", held.get("size")
    return Entry(str(key), str(etag).strip('"'), size if isinstance(size, int) else None)
