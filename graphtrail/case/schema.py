"""The tables of a segment: the contract between every engine that writes facts and everything that reads them.

``calls`` has one row a record. What many records share stands once a segment in ``kinds`` (what was called, where, with
which outcome), ``callers`` (who signed) and ``clients`` (from where), and a call holds the number of its row there.
Times are epoch seconds, UTC. Accounts are text of 12 digits.
"""

import pyarrow as pa

VERSION = 5

_TEXT: pa.DataType = pa.string()
_INT: pa.DataType = pa.int32()
_BYTES: pa.DataType = pa.binary()
_LONG: pa.DataType = pa.int64()
_CODED: pa.DataType = pa.dictionary(pa.int32(), pa.string())

CALLS = pa.schema(
    [
        ("event_id", pa.binary(16)),  # of an id that is no canonical UUID: the first half of its SHA-256
        ("event_text", _CODED),  # the id itself, where it is no canonical UUID
        ("shared_id", _CODED),  # sharedEventID, where it is another than the event's own
        ("request_hash", pa.uint64()),  # 64 bits of requestID, 0 where there is none
        ("time", pa.int64()),
        ("kind", _INT),
        ("caller", _INT),
        ("client", _INT),
        ("session", _CODED),  # key of the session, where the caller alone does not tell it
        ("correction", pa.bool_()),  # addendum reason UPDATED_DATA: it stands under the id of what it corrects
        ("file", _INT),
        ("place", _INT),  # among the records of its file, from 0
    ]
)
KINDS = pa.schema(
    [
        ("source", _TEXT),
        ("name", _TEXT),
        ("action", _TEXT),
        ("region", _TEXT),
        ("account", _TEXT),
        ("category", _TEXT),
        ("outcome", _TEXT),
        ("error_code", _TEXT),
        ("read_only", pa.bool_()),
        ("truncated", pa.bool_()),
    ]
)
CALLERS = pa.schema(
    [
        ("session", _TEXT),
        ("principal", _TEXT),
        ("label", _TEXT),
        ("path_unknown", pa.bool_()),
        ("uid", _TEXT),
        ("type", _TEXT),
        ("arn", _TEXT),
        ("access_key", _TEXT),
        ("principal_id", _TEXT),
        ("account", _TEXT),
        ("user_name", _TEXT),
        ("via", _TEXT),
        ("session_name", _TEXT),
        ("created", pa.int64()),
        ("minted", pa.bool_()),
        ("issuer", _TEXT),
        ("mfa", pa.bool_()),
        ("source_identity", _TEXT),
        ("sign_in", _TEXT),
        ("ec2_role_delivery", _TEXT),
        ("assumed_root", pa.bool_()),
        ("person", _TEXT),
        ("workload", _TEXT),
        ("delegate", _TEXT),
        ("partition", _TEXT),
    ]
)
CLIENTS = pa.schema([("address", _TEXT), ("agent", _TEXT), ("vpc_endpoint", _TEXT)])
TOUCHES = pa.schema([("call", _INT), ("resource", _CODED), ("role", _CODED)])
OWNERS = pa.schema([("resource", _TEXT), ("account", _TEXT)])  # buckets, and who owns them as resources[] says
CREDENTIALS = pa.schema(
    [
        ("call", _INT),
        ("method", _TEXT),
        ("key", _TEXT),
        ("temporary", pa.bool_()),
        ("issued_id", _TEXT),
        ("issued_arn", _TEXT),
        ("target", _TEXT),
        ("name", _TEXT),
        ("expires", pa.int64()),
        ("source", _TEXT),
        ("sign_in", _TEXT),
        ("account", _TEXT),
        ("role_name", _TEXT),
        ("source_identity", _TEXT),
    ]
)
PIVOTS = pa.schema(
    [
        ("call", _INT),
        ("type", _TEXT),
        ("made", _TEXT),
        ("target", _TEXT),
        ("uid", _TEXT),
        ("owner", _TEXT),
        ("party", _TEXT),
    ]
)
FILES = pa.schema(
    [
        ("name", _BYTES),  # as the system has it: file names need not be text
        ("size", _LONG),
        ("sha256", pa.binary(32)),
        ("records", _LONG),  # everything that stands in it, here: events, rejects, non-events
        ("again", pa.bool_()),  # whether the name finds the bytes again
        ("account", _TEXT),  # account and Region whose trail delivered it, where its name says so
        ("region", _TEXT),
        ("ends", pa.bool_()),  # a large file fills several segments: the digest stands where it ends
        ("copy", pa.bool_()),  # the case has the bytes from another name; nothing of them is in this segment
        ("plain", _BYTES),  # SHA-256 of its bytes, decompressed, where that was asked for
        ("flaw", _TEXT),  # why it cannot be what CloudTrail wrote, whatever its hash
        ("form", _TEXT),  # other forms than CloudTrail's own in which its records came
        ("version", _TEXT),  # what the place calls these bytes of this name (an ETag); of an archive its last member
    ]
)
REJECTS = pa.schema([("file", _INT), ("place", _INT), ("reason", _TEXT), ("non_event", pa.bool_())])
RECORDS = pa.schema([("call", _INT), ("record", _BYTES)])
# Only in segments of files that digests are among, and of a verification: what digests state, what became of files.
DIGESTS = pa.schema([("file", _INT), ("signature", _TEXT), ("plain", _BYTES)])
VERDICTS = pa.schema(
    [
        ("kind", _TEXT),
        ("file", _LONG),  # its number over all segments; of what is missing none
        ("name", _BYTES),
        ("status", _TEXT),
        ("reason", _TEXT),
        ("account", _TEXT),
        ("region", _TEXT),
        ("failed", pa.bool_()),
    ]
)

TABLES = {
    "calls": CALLS,
    "kinds": KINDS,
    "callers": CALLERS,
    "clients": CLIENTS,
    "touches": TOUCHES,
    "owners": OWNERS,
    "credentials": CREDENTIALS,
    "pivots": PIVOTS,
    "files": FILES,
    "rejects": REJECTS,
    "records": RECORDS,
    "digests": DIGESTS,
    "verdicts": VERDICTS,
}
