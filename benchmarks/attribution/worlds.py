"""Worlds to attribute sessions in: what a trail delivered, and what is left of it where something is missing.

Every one has what the simulated organisation has: roles assumed in a circle, users with two keys that are busy at once
while services forward their calls, sessions of one name, copies of one call in two accounts, records that came twice.
"""

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Change = Callable[[list[Record]], Iterable[Record]]
_ACCOUNT, _REGION = "recipientAccountId", "awsRegion"
_ROLE_SESSION = re.compile(r'(AROA[A-Z0-9]+):[^"\\]+')
_ROLE_ARN = re.compile(r'(:assumed-role/[^/"\\]+)/[^"\\]+')
_TIMES = re.compile(r'("(?:eventTime|creationDate)": ?"[^"]+:)\d\dZ"')


@dataclass(frozen=True, slots=True)
class World:
    """One world.

    Attributes:
        change: what becomes of the records.
        renamed: sessions have other keys than in the truth, one for one or merged.
        late: a tenth of the files comes when the rest has been read.
    """

    change: Change
    renamed: bool = False
    late: bool = False


def records(bucket: Path) -> list[Record]:
    """All records of a bucket, those that came twice twice."""
    return [
        record
        for path in sorted(bucket.rglob("*.json.gz"))
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]


def written(world: Iterable[Record], folder: Path, seed: int) -> Sequence[Path]:
    """Records as files of any size and order: a trail promises neither."""
    shuffled = list(world)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - it must repeat, and it guards no secret
    folder.mkdir(parents=True)
    files = []
    for number, start in enumerate(range(0, len(shuffled), 997)):
        text = json.dumps({"Records": shuffled[start : start + 997]})
        files.append(folder / f"{number:05}.json.gz")
        files[-1].write_bytes(gzip.compress(text.encode(), compresslevel=1))
    return files


def _without(field: str, rank: int) -> Change:
    """Without the records of the account or Region that has the most but so many."""

    def change(world: list[Record]) -> Iterable[Record]:
        sizes: dict[str, int] = defaultdict(int)
        for record in world:
            sizes[record[field]] += 1
        gone = sorted(sizes, key=lambda value: (-sizes[value], value))[rank]
        return (record for record in world if record[field] != gone)

    return change


def _middle(world: list[Record]) -> str:
    times: list[str] = sorted(record["eventTime"] for record in world)
    return times[len(times) // 2]


def _from_the_middle(world: list[Record]) -> Iterable[Record]:
    middle = _middle(world)
    return (record for record in world if record["eventTime"] >= middle)


def _slow_clock(world: list[Record]) -> Iterable[Record]:
    """The clock that stamps the calls of one Region is a second behind; what an answer says stays."""
    for record in world:
        second = int(record["eventTime"][-3:-1])
        if record[_REGION] == "us-east-1" and second:
            yield record | {"eventTime": f"{record['eventTime'][:-3]}{second - 1:02}Z"}
        else:
            yield record


def _one_name(text: str) -> str:
    """Whoever assumes a role calls the session alike."""
    text = _ROLE_SESSION.sub(r"\1:session", _ROLE_ARN.sub(r"\1/session", text))
    return re.sub(r'("roleSessionName": ?)"[^"]*"', r'\1"session"', text)


def _by_text(change: Callable[[str], str]) -> Change:
    return lambda world: (json.loads(change(json.dumps(record))) for record in world)


def _two_suspects(text: str) -> str:
    """One name for all sessions of a role, and all times to the minute: many begin at one time."""
    return _TIMES.sub(r'\g<1>00Z"', _one_name(text))


def _made_again(world: list[Record]) -> Iterable[Record]:
    """In the middle every role is deleted and made again: sessions that begin later have another unique id."""
    middle = _middle(world)
    for record in world:
        who = record.get("userIdentity", {})
        created = who.get("sessionContext", {}).get("attributes", {}).get("creationDate", record["eventTime"])
        changed = dict(record)
        if created >= middle and "userIdentity" in record:
            changed["userIdentity"] = json.loads(_other_id(json.dumps(who)))
        if record["eventTime"] >= middle and record.get("responseElements"):
            changed["responseElements"] = json.loads(_other_id(json.dumps(record["responseElements"])))
        yield changed


def _other_id(text: str) -> str:
    """Another unique id for every role, of the same account: that is in the beginning of the id."""
    return re.sub(r"AROA[A-Z0-9]{17}", lambda found: found[0][:-4] + _letters(found[0]), text)


def _letters(text: str) -> str:
    return "".join("ABCDEFGHIJKLMNOP"[byte % 16] for byte in hashlib.sha256(text.encode()).digest()[:4])


WORLDS: dict[str, World] = {
    "all of it": World(lambda world: world),
    "an account missing": World(_without(_ACCOUNT, 2)),
    "another account missing": World(_without(_ACCOUNT, 1)),
    "a Region missing": World(_without(_REGION, 1)),
    "no data events": World(lambda world: (record for record in world if record.get("eventCategory") != "Data")),
    "from the middle on": World(_from_the_middle),
    "a clock a second behind": World(_slow_clock),
    "a tenth of the files late": World(lambda world: world, late=True),
    "all sessions of a role alike": World(_by_text(_one_name), renamed=True),
    "alike, and times to the minute": World(_by_text(_two_suspects), renamed=True),
    "every role deleted and made again": World(_made_again, renamed=True),
}
