"""One simulation of the default size, read back by a reader that knows nothing of the simulator and of graphtrail."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from graphtrail.simulate import Truth, simulate


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def created(record: dict[str, Any]) -> str | None:
    return record["userIdentity"].get("sessionContext", {}).get("attributes", {}).get("creationDate")


def session_key(record: dict[str, Any]) -> str:
    """The key of the session that signed a record, by the record alone (domain.md 1.2)."""
    if record["eventType"] == "AwsConsoleSignIn":
        return sign_in_key(record)
    who = record["userIdentity"]
    key, date = who.get("accessKeyId", ""), created(record)
    minted = "invokedBy" in who or record.get("sessionCredentialFromConsole") == "true"
    if key and (not date or (key.startswith("ASIA") and not minted)):
        return f"key:{key}"
    if date:
        return f"ses:{who['principalId']}@{date}"
    if "invokedBy" in who:
        return f"svc:{who['invokedBy']}@{record['recipientAccountId']}"
    if who["type"] == "IdentityCenterUser":
        return f"idc:{who['credentialId']}"
    return f"anon:{who['type']}:{who['principalId'] or who['accountId']}"


def sign_in_key(record: dict[str, Any]) -> str:
    who = record["userIdentity"]
    if "Success" not in record["responseElements"].values():
        return f"anon:{who['type']}:{who['principalId']}"
    if who["type"] == "AssumedRole":
        return f"signin:{record['eventID']}"
    return f"ses:{who['principalId']}@{record['eventTime']}"


@dataclass
class Call:
    """One call: the record of the caller's own account where there is one, and all its copies."""

    session: str
    record: dict[str, Any]
    copies: list[dict[str, Any]]


@dataclass
class Run:
    folder: Path
    truth: Truth
    texts: dict[Path, bytes] = field(default_factory=dict)
    files: dict[Path, list[dict[str, Any]]] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, events: int, seed: int) -> "Run":
        run = cls(folder, simulate(folder, events, seed))
        for path in sorted((folder / "bucket").rglob("*.gz")):
            run.texts[path] = gzip.decompress(path.read_bytes())
            run.files[path] = json.loads(run.texts[path])["Records"]
            run.records += run.files[path]
        run.events = {record["eventID"]: record for record in run.records}
        run.calls = list(run._unified())
        return run

    def _unified(self) -> Iterator[Call]:
        groups = defaultdict(list)
        for record in self.events.values():
            groups[record.get("sharedEventID", record["eventID"])].append(record)
        for copies in groups.values():
            own = [record for record in copies if "sessionContext" in record["userIdentity"] or
                   record["userIdentity"].get("accessKeyId")]  # fmt: skip
            assert len(copies) <= 2
            assert len(copies) == 1 or len(own) == 1
            record = (own or copies)[0]
            yield Call(session_key(record), record, copies)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A simulation of the default size and seed."""
    return Run.of(tmp_path_factory.mktemp("simulated"), 20_000, 7)


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The smallest simulation there is."""
    return Run.of(tmp_path_factory.mktemp("smallest"), 2_000, 1)


class Reading:
    """The little that tests read records with."""

    seconds = staticmethod(seconds)
    created = staticmethod(created)
    session_key = staticmethod(session_key)


@pytest.fixture(scope="session")
def reading() -> type[Reading]:
    return Reading
