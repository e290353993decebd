"""Records made up for tests, files of them, and cases made of files."""

import gzip
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphtrail import api
from graphtrail.case import manifest
from graphtrail.case.ingest import Options, Report, ingest
from graphtrail.graph.model import Subgraph
from graphtrail.sources.files import blobs
from graphtrail.stores.whole import whole

ACCOUNT = "111122223333"
USER = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLE000000001",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/ann",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLE000000001",
    "userName": "ann",
}
Record = dict[str, Any]


def event_id(number: int) -> str:
    """A canonical UUID, the same for the same number."""
    return str(uuid.UUID(int=number + 2**80))


def record(number: int = 0, **said: object) -> Record:
    """A record of ``GetObject`` with an id made from the number; ``said`` replaces fields, None removes them."""
    whole = {
        "eventVersion": "1.08",
        "userIdentity": USER,
        "eventTime": f"2024-03-01T10:{number // 60 % 60:02d}:{number % 60:02d}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.13.1",
        "requestParameters": {"bucketName": "crown", "key": f"part/{number}"},
        "responseElements": None,
        "requestID": f"REQUEST{number:09d}",
        "eventID": event_id(number),
        "readOnly": True,
        "eventCategory": "Data",
        "recipientAccountId": ACCOUNT,
    }
    return {name: value for name, value in (whole | said).items() if value is not None or name not in said}


def records(*numbers: int) -> list[Record]:
    """A record for each number."""
    return [record(number) for number in numbers]


def write(path: Path, held: Iterable[Record], *, form: str = "records") -> Path:
    """Write records as ``records`` (CloudTrail's files), ``lines`` or ``gz``. Returns the path."""
    listed = list(held)
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "lines":
        path.write_text("".join(json.dumps(one) + "\n" for one in listed))
    elif form == "gz":
        path.write_bytes(gzip.compress(json.dumps({"Records": listed}).encode(), 1, mtime=0))
    else:
        path.write_text(json.dumps({"Records": listed}))
    return path


def take(case: Path, *sources: Path, options: Options | None = None) -> Report:
    """Ingest sources, without the graph."""
    return ingest(case, blobs(map(str, sources)), options=options)


def case_of(case: Path, *sources: Path, options: Options | None = None) -> api.Case:
    """Ingest sources and open the case."""
    take(case, *sources, options=options)
    return api.open(case)


def digest(case: api.Case) -> str:
    """The digest of a case."""
    return str(case.store.case.digest)


def graph(case: api.Case) -> tuple[set[str], set[str]]:
    """All nodes and all edges of a case, each with everything that it says."""
    drawn: Subgraph = whole(case.store)
    return set(map(repr, drawn.nodes)), set(map(repr, drawn.edges))


def totals(case: api.Case) -> dict[str, int]:
    """The totals of a case, which must add up."""
    held: dict[str, int] = case.status()["totals"]
    assert held["records"] == held["events"] + held["duplicates"] + held["rejects"] + held["non_events"]
    return held


def bytes_of(case: Path) -> bytes:
    """All bytes of a case, each Parquet table once more uncompressed."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - for few tests

    held = [path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file()]
    held += [repr(pq.read_table(path).to_pylist()).encode() for path in sorted(case.rglob("*.parquet"))]
    return b"\n".join(held)


def segments(case: Path) -> int:
    """How many segments a case has."""
    return len(manifest.load(case).segments)


def run(*words: str | bytes | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "graphtrail", *words]
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=300, env=environment)


def quiet(done: subprocess.CompletedProcess[bytes], code: int = 0) -> str:
    """What a command said on stderr, where nothing broke."""
    said = done.stderr.decode()
    assert "Traceback" not in said, said
    assert done.returncode == code, said
    return said
