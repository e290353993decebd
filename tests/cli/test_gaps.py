"""What the logs cannot show is said in a few lines, however much it is; nothing is left out without a number."""

from collections.abc import Callable
from pathlib import Path

from cases import record, take, write
from commands import Ran

import graphtrail

Run = Callable[..., Ran]
QUIET = 9


def test_many_gaps_of_one_kind_are_folded_and_counted(run: Run, tmp_path: Path):
    days = [
        record(10 * account + day, recipientAccountId=f"{account:012}", eventTime=f"2024-03-0{day}T10:00:00Z")
        for account in range(QUIET) for day in (1, 3, 5)
    ]  # fmt: skip
    take(tmp_path / "case", write(tmp_path / "logs.json", days))
    lines = run("ask", "who-touched", "arn:aws:s3:::crown", "--case", tmp_path / "case").err.splitlines()
    told = [line for line in lines if "no record on 2 days in 2 spans" in line]
    assert len(told) == 5
    assert [line for line in lines if "4 more of this kind (silent-days)" in line]
    answer = graphtrail.open(tmp_path / "case").ask.who_touched("arn:aws:s3:::crown")
    assert len([gap for gap in answer.coverage if gap.code == "silent-days"]) == QUIET
    rows = [row for row in graphtrail.open(tmp_path / "case").ask.unknowns().rows if row.code == "silent-days"]
    assert [row.account for row in rows] == [f"{account:012}" for account in range(QUIET) for _ in range(2)]
