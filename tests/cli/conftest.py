"""Cases that are built once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Ran, Simulated, here

from graphtrail.simulate import simulate

INVICTUS = (
    "218007301253_CloudTrail_us-east-1_20230710T1145Z_7xgocspSowgK0Gto.json",
    "218007301253_CloudTrail_us-east-1_20230710T1205Z_SjF3IkuNXJkoHyar.json",
)


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs a command in this process, in an empty folder, with no configuration of anybody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("GRAPHTRAIL_CASE", raising=False)
    return here


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated")
    truth = simulate(folder, 3000, seed=1)
    assert here("ingest", folder / "bucket", "--case", folder / "case").code == 0
    return Simulated(folder / "bucket", folder / "case", truth)


@pytest.fixture(scope="session")
def invictus(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few real files."""
    folder = tmp_path_factory.mktemp("logs")
    for name in INVICTUS:
        shutil.copyfile(data / "invictus" / name, folder / name)
    return folder


HOSTILE = "\x1b[31mred\x1b]0;title\x07 [bold]x[/bold] line\nforged \u202egnp.exe\u2066"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of one record whose every free text was written to harm a terminal."""
    folder = tmp_path_factory.mktemp("hostile")
    record = {
        "eventVersion": "1.08", "eventID": "11111111-2222-4333-8444-555555555555", "eventName": "GetObject",
        "eventSource": "s3.amazonaws.com", "eventTime": "2024-05-01T10:00:00Z", "awsRegion": f"eu-{HOSTILE}",
        "sourceIPAddress": HOSTILE, "userAgent": HOSTILE, "errorCode": HOSTILE, "errorMessage": HOSTILE,
        "recipientAccountId": "111122223333", "eventCategory": "Data", "eventType": "AwsApiCall",
        "requestParameters": {"bucketName": "loot", "key": HOSTILE},
        "userIdentity": {
            "type": "IAMUser", "userName": HOSTILE, "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "accountId": "111122223333",
            "principalId": "AIDAIOSFODNN7EXAMPLEX", "arn": f"arn:aws:iam::111122223333:user/{HOSTILE}",
        },
    }  # fmt: skip
    logs = folder / "log\x1b[2J\nforged.json"
    logs.write_text(json.dumps({"Records": [record, {"eventName": HOSTILE}]}))
    assert here("ingest", logs, "--case", folder / "case").code == 0
    return folder / "case"
