"""What it costs to find the files of a window in a bucket of 17.5 million keys: requests, and memory.

A small HTTP server makes up the listing of an organisation's trail: 50 accounts, 17 Regions, 365 days; 300 files a day
in two busy Regions, 24 in the others. ``graphtrail ingest s3://... --plan`` lists it; the requests are counted and held
against the arithmetic: for each account and Region one request a thousand keys of the window and its late day. Finding
the accounts and Regions comes on top and must fit into the tenth that may be missed. ``--everything`` lists all keys
too. Nothing leaves this machine.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, urlsplit

ACCOUNTS = [f"{100_000_000_000 + 7 * number}" for number in range(50)]
REGIONS = [
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1",
    "us-east-2", "us-west-1", "us-west-2",
]  # fmt: skip
BUSY = frozenset({"us-east-1", "eu-west-1"})
FIRST = date(2025, 1, 1)
DAYS = 365
TOP = "AWSLogs/o-abcdefghij/"
PAGE = 1_000
WINDOWS = (2, 8)
MOST = 1.25  # times the memory for everything, which is 30 times the requests
SINCE = date(2025, 6, 10)


def files_a_day(region: str) -> int:
    """How many files come a day."""
    return 300 if region in BUSY else 24


def key(account: str, region: str, number: int) -> str:
    """The key of a file, by its number in its account and Region."""
    a_day = files_a_day(region)
    day, at = FIRST + timedelta(days=number // a_day), number % a_day
    minute = at * 1440 // a_day
    stamp = f"{day:%Y%m%d}T{minute // 60:02}{minute % 60:02}Z"
    name = f"{account}_CloudTrail_{region}_{stamp}_{at:016d}.json.gz"
    return f"{TOP}{account}/CloudTrail/{region}/{day:%Y/%m/%d}/{name}"


class Keys(Sequence[str]):
    """The keys of one account and Region, in order, none of them held."""

    def __init__(self, account: str, region: str) -> None:
        self.prefix = f"{TOP}{account}/CloudTrail/{region}/"
        self._place = account, region

    def __len__(self) -> int:
        return DAYS * files_a_day(self._place[1])

    def __getitem__(self, number: int) -> str:  # type: ignore[override]  # one at a time is enough
        return key(*self._place, number)


STREAMS = [Keys(account, region) for account in ACCOUNTS for region in REGIONS]


def listed(prefix: str, after: str) -> tuple[list[str], bool]:
    """Up to a page of keys that begin so and come after another; whether more follow."""
    found: list[str] = []
    for stream in STREAMS:
        if not (stream.prefix.startswith(prefix) or prefix.startswith(stream.prefix)):
            continue
        start = bisect_right(stream, after)
        for number in range(start, len(stream)):
            name = stream[number]
            if not name.startswith(prefix):
                break
            if len(found) == PAGE:
                return found, True
            found.append(name)
    return found, False


def below(prefix: str, delimiter: str) -> list[str]:
    """What keys have in common up to a delimiter behind a prefix."""
    tops = [f"{stream.prefix}2025/" for stream in STREAMS if stream.prefix.startswith(prefix)]
    return sorted({prefix + top[len(prefix) :].partition(delimiter)[0] + delimiter for top in tops})


class Handler(BaseHTTPRequestHandler):
    """Answers ListObjectsV2, and counts."""

    protocol_version = "HTTP/1.1"
    counted = 0
    lock = threading.Lock()

    def do_HEAD(self) -> None:
        """HeadBucket."""
        self._send(b"")

    def do_GET(self) -> None:
        """ListObjectsV2."""
        with Handler.lock:
            Handler.counted += 1
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        prefix = asked.get("prefix", "")
        if asked.get("delimiter"):
            found = below(prefix, asked["delimiter"])
            body = "".join(f"<CommonPrefixes><Prefix>{quote(one)}</Prefix></CommonPrefixes>" for one in found)
            more = False
        else:
            keys, more = listed(prefix, asked.get("continuation-token") or asked.get("start-after") or "")
            body = "".join(
                f'<Contents><Key>{quote(one)}</Key><ETag>"{number:032x}"</ETag><Size>20000</Size></Contents>'
                for number, one in enumerate(keys)
            )
            body += f"<NextContinuationToken>{quote(keys[-1])}</NextContinuationToken>" if more else ""
        ends = f"<IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>"
        self._send(f"<ListBucketResult>{ends}{body}</ListBucketResult>".encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def arithmetic(days: int) -> int:
    """Requests that the streams take for a window of so many days, and for the day after it."""
    held = min(days + 1, DAYS)
    return sum(math.ceil(held * files_a_day(region) / PAGE) for _ in ACCOUNTS for region in REGIONS)


def plans(url: str, folder: Path, windows: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """For each window its days, the requests that were made, the objects found, and the memory of the process in MB."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
    }
    for days in windows:
        last = SINCE + timedelta(days=days - 1)
        window = ["--since", f"{SINCE}", "--until", f"{last}T23:59:59"] if days < DAYS else []
        words = ["ingest", "s3://trail/", "--plan", *window]
        Handler.counted = 0
        command = [sys.executable, "-c", _MEASURED, *words]
        ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
        objects = int(re.findall(r": ([\d,]+) object", ran.stdout)[0].replace(",", ""))
        yield days, Handler.counted, objects, int(ran.stderr.split()[-1]) // 1024


_MEASURED = """
import resource, sys
from graphtrail.cli import run
code = run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def main() -> int:
    """Print the figures. Returns 1 if they miss the bounds."""
    parser = argparse.ArgumentParser(description="Requests and memory to find a window in a large bucket.")
    parser.add_argument("--everything", action="store_true", help="list all keys too; takes a quarter of an hour")
    windows = (*WINDOWS, DAYS) if parser.parse_args().everything else WINDOWS
    keys = sum(map(len, STREAMS))
    print(f"{keys:,} keys: {len(ACCOUNTS)} accounts x {len(REGIONS)} Regions x {DAYS} days")
    print(f"all of it: {keys // PAGE:,} requests")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    good, memory = True, list[int]()
    with TemporaryDirectory() as folder:
        for days, requests, objects, held in plans(f"http://127.0.0.1:{server.server_port}", Path(folder), windows):
            expected = arithmetic(days)
            ratio = requests / expected
            good = good and 0.9 <= ratio <= 1.1  # noqa: PLR2004 - within 10 %
            memory.append(held)
            print(
                f"{days} days: {requests:,} requests, {expected:,} by arithmetic ({ratio:.3f}), "
                f"{objects:,} objects, {held} MB"
            )
    server.shutdown()
    print(f"memory, largest window to smallest: {memory[-1] / memory[0]:.2f}")
    flat = memory[len(WINDOWS) - 1] <= 1.1 * memory[0] and memory[-1] <= MOST * memory[0]
    return 0 if good and flat else 1


if __name__ == "__main__":
    sys.exit(main())
