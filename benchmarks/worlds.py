"""Worlds to attribute sessions in: what a trail delivered, and what is left of it where something is missing."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Change = Callable[[list[Record]], Iterable[Record]]
_ACCOUNT, _REGION = "recipientAccountId", "awsRegion"


def records(bucket: Path) -> list[Record]:
    """All records of a bucket, those that came twice twice."""
    return [
        record
        for path in sorted(bucket.rglob("*.json.gz"))
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]


def written(world: Iterable[Record], folder: Path, seed: int) -> Path:
    """Records as files of any size and order: a trail promises neither."""
    shuffled = list(world)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - it must repeat, and it guards no secret
    folder.mkdir(parents=True)
    for number, start in enumerate(range(0, len(shuffled), 997)):
        text = json.dumps({"Records": shuffled[start : start + 997]})
        (folder / f"{number:05}.json.gz").write_bytes(gzip.compress(text.encode(), compresslevel=1))
    return folder


def _without(field: str, rank: int) -> Change:
    """Without the records of the account or Region that has the most but so many."""

    def change(world: list[Record]) -> Iterable[Record]:
        sizes: dict[str, int] = defaultdict(int)
        for record in world:
            sizes[record[field]] += 1
        gone = sorted(sizes, key=lambda value: (-sizes[value], value))[rank]
        return (record for record in world if record[field] != gone)

    return change


def _from_the_middle(world: list[Record]) -> Iterable[Record]:
    times = sorted(record["eventTime"] for record in world)
    return (record for record in world if record["eventTime"] >= times[len(times) // 2])


def _slow_clock(world: list[Record]) -> Iterable[Record]:
    """The clock that stamps the calls of one Region is a second behind; what an answer says stays."""
    for record in world:
        second = int(record["eventTime"][-3:-1])
        if record[_REGION] == "us-east-1" and second:
            yield record | {"eventTime": f"{record['eventTime'][:-3]}{second - 1:02}Z"}
        else:
            yield record


WORLDS: dict[str, Change] = {
    "all of it": lambda world: world,
    "an account missing": _without(_ACCOUNT, 2),
    "another account missing": _without(_ACCOUNT, 1),
    "a Region missing": _without(_REGION, 1),
    "no data events": lambda world: (record for record in world if record.get("eventCategory") != "Data"),
    "from the middle on": _from_the_middle,
    "a clock a second behind": _slow_clock,
}
