"""Whether memory grows with a bucket: peak memory of an ingest from S3, and of one of ten times as many objects.

A small HTTP server makes up a trail's bucket: listings, and objects of 40 records each, every one of them different.
``graphtrail ingest s3://...`` fetches it for real, in a process of its own, without the graph (its memory follows the
facts, not the objects); segments are small, so that even the small bucket fills several. A second run must fetch
nothing. Prints the figures, and leaves with 1 if the memory is more than 1.25 times as large or an object is fetched
twice. Nothing leaves this machine.
"""

import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, unquote, urlsplit

SIZES = (2_000, 20_000)
MOST = 1.25
RECORDS = 40
PAGE = 1_000
MARK = "#" * 12
ROOT = "AWSLogs/111122223333/CloudTrail/eu-west-1/"


def key(number: int) -> str:
    """The key of an object; in order of the numbers."""
    day, minute = f"{number // 1440 % 28 + 1:02}", number % 1440
    month = number // 1440 // 28 + 1
    stamp = f"2025{month:02}{day}T{minute // 60:02}{minute % 60:02}Z"
    return f"{ROOT}2025/{month:02}/{day}/111122223333_CloudTrail_eu-west-1_{stamp}_{number:016}.json.gz"


def _template() -> bytes:
    """An object, but for its number, which always takes the same room: so a listing knows its size."""
    held = [
        {
            "eventVersion": "1.08", "eventID": f"00000000-0000-4000-{at:04x}-{MARK}",
            "eventTime": f"2025-01-01T{at % 24:02}:00:00Z", "eventSource": "s3.amazonaws.com",
            "eventName": "GetObject", "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7",
            "userAgent": "aws-cli", "recipientAccountId": "111122223333", "eventCategory": "Data", "readOnly": True,
            "requestID": f"R{at:04}{MARK}", "requestParameters": {"bucketName": "crown", "key": f"part/{at}"},
            "userIdentity": {
                "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333",
                "principalId": "AIDAEXAMPLE000000001", "accessKeyId": "AKIAEXAMPLE000000001", "userName": "ann",
            },
        }
        for at in range(RECORDS)
    ]  # fmt: skip
    return json.dumps({"Records": held}).encode()


TEMPLATE = _template()


def body(number: int) -> bytes:
    """The object of a number; plain, since what a file is its content says and not its name."""
    return TEMPLATE.replace(MARK.encode(), b"%012x" % number)


class Handler(BaseHTTPRequestHandler):
    """Answers HeadBucket, ListObjectsV2 and GetObject of a bucket of ``objects``, and counts what is fetched."""

    protocol_version = "HTTP/1.1"
    objects = 0
    fetched = 0
    lock = threading.Lock()

    def do_HEAD(self) -> None:
        """HeadBucket."""
        self._send(b"")

    def do_GET(self) -> None:
        """An object, or a listing."""
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if "list-type" in asked:
            self._send(self._listed(asked).encode())
            return
        with Handler.lock:
            Handler.fetched += 1
        number = int(unquote(url.path).rpartition("_")[2][:16])
        self._send(body(number), {"ETag": f'"{number:032x}"'})

    def _listed(self, asked: dict[str, str]) -> str:
        prefix, more = asked.get("prefix", ""), False
        if asked.get("delimiter"):
            below = prefix + (key(0)[len(prefix) :].partition(asked["delimiter"])[0]) + asked["delimiter"]
            found = f"<CommonPrefixes><Prefix>{quote(below)}</Prefix></CommonPrefixes>"
        else:
            start = int(asked.get("continuation-token", "0"))
            more = start + PAGE < Handler.objects
            found = "".join(
                f'<Contents><Key>{quote(key(number))}</Key><ETag>"{number:032x}"</ETag>'
                f"<Size>{len(TEMPLATE)}</Size></Contents>"
                for number in range(start, min(start + PAGE, Handler.objects))
            )
            found += f"<NextContinuationToken>{start + PAGE}</NextContinuationToken>" if more else ""
        ends = f"<IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>"
        return f"<ListBucketResult>{ends}{found}</ListBucketResult>"

    def _send(self, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(200)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


_MEASURED = """
import resource, sys
from pathlib import Path
from graphtrail.case.ingest import Options, ingest
from graphtrail.sources.places import Places, Reach
report = ingest(
    Path(sys.argv[1]), Places(["s3://trail/"], Reach()).blobs,
    options=Options(batch=4_096, segment=16_384, files=500, small=0),
)
print(report.events, report.missed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def ingested(url: str, case: Path) -> tuple[int, int, float]:
    """Events, places and objects that could not be fetched, and MiB at most, of a process that ingests the bucket."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(case.parent / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(case.parent / "none"),
    }
    words = [sys.executable, "-c", _MEASURED, str(case)]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    events, missed, peak = map(int, re.findall(r"\d+", ran.stdout))
    return events, missed, peak / 1024


def main() -> int:
    """Print the figures. Returns 1 if they miss the bounds."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    peaks, good = [], True
    with TemporaryDirectory(prefix="graphtrail-fetching-") as place:
        for size in SIZES:
            Handler.objects, Handler.fetched = size, 0
            case = Path(place) / f"case-{size}"
            events, missed, peak = ingested(url, case)
            once = Handler.fetched
            again = ingested(url, case)
            good = good and (events, missed, once) == (size * RECORDS, 0, size) and Handler.fetched == once
            peaks.append(peak)
            print(
                f"{size:6,} objects, {events:9,} events: {peak:6.1f} MiB at most; a second run fetched "
                f"{Handler.fetched - once} and took {again[2]:.1f} MiB"
            )
    server.shutdown()
    print(f"{SIZES[-1] // SIZES[0]} times the objects: {peaks[-1] / peaks[0]:.2f} times the memory")
    return 0 if good and peaks[-1] <= MOST * peaks[0] else 1


if __name__ == "__main__":
    sys.exit(main())
