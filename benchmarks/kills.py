"""Kills an ingest at random moments (SIGKILL), runs it again, and compares the case with one that was never killed.

Run it as ``python benchmarks/kills.py FOLDER --kills 60``. A case is killed a few times, then finished by one more run;
its digest, its counts and the files left in its folder must be those of a case that nobody killed. Then the next case.
Moments are spread evenly over the time that the rest of the work takes. Leaves with 1 if any case differs.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphtrail import api
from graphtrail.case import manifest
from graphtrail.case.ingest import Options, ingest
from graphtrail.sources.files import blobs

MOST_KILLS_OF_A_CASE = 5


@dataclass(frozen=True)
class Work:
    """What is to be killed: a folder into a case, with segments of some size."""

    folder: Path
    segment: int
    files: int

    def command(self, case: Path) -> list[str]:
        """This script, as the process that does the work."""
        sizes = [str(self.segment), str(self.files)]
        return [
            sys.executable,
            __file__,
            str(self.folder),
            "--into",
            str(case),
            "--segment",
            sizes[0],
            "--files",
            sizes[1],
        ]

    def run(self, case: Path, seconds: float | None = None) -> bool:
        """Do the work, or begin it and kill it after some seconds. Returns whether it was killed."""
        with subprocess.Popen(self.command(case)) as process:
            try:
                code = process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return True
        if code:
            raise SystemExit(f"the ingest failed by itself with code {code}")
        return False

    def do(self, case: Path) -> None:
        """The work itself."""
        options = Options(batch=self.segment // 4, segment=self.segment, files=self.files)
        ingest(case, blobs([str(self.folder)]), options=options)
        api.prepare(case)


def phase(case: Path) -> str:
    """What a killed process was at, as far as what it left behind tells."""
    if list(case.glob("graph/*.new")):
        return "building the graph"
    if list(case.glob("graph/*")):
        return "graph finished"
    if list(case.glob("manifest.json.new")):
        return "replacing the manifest"
    if list(case.glob("segments/*.new")):
        return "writing a segment"
    listed = len(manifest.load(case).segments) if (case / manifest.NAME).exists() else 0
    if len(list(case.glob("segments/*"))) > listed:
        return "segment written, not listed"
    return "reading, segments before it listed" if listed else "reading the first segment, or starting"


def outcome(case: Path) -> dict[str, Any]:
    """What must not depend on kills."""
    held = api.open(case)
    left = list(case.rglob("*.new"))
    folders = sorted(path.name for path in (case / "segments").iterdir())
    listed = sorted(manifest.load(case).segments)
    return {
        "digest": held.store.case.digest,
        "totals": held.status()["totals"],
        "left over": [str(path) for path in left] + [name for name in folders if name not in listed],
    }


def kill(work: Work, case: Path, dice: random.Random, whole: float, most: int) -> Counter[str]:
    """Kill the making of one case up to ``most`` times, then finish it. Returns at what it was killed."""
    phases: Counter[str] = Counter()
    for _ in range(most):
        if not work.run(case, dice.uniform(0.02, 1.0) * whole):
            break
        phases[phase(case)] += 1
    work.run(case)
    return phases


def killed(work: Work, kills: int, seed: int, place: Path) -> tuple[Counter[str], int, bool]:
    """Kill until there are enough kills.

    Returns:
        At what the kills met the work; of how many cases; whether all of them came out right.
    """
    began = time.monotonic()
    work.run(place / "unharmed")
    whole = time.monotonic() - began
    expected = outcome(place / "unharmed")
    print(f"unharmed: {whole:.1f} s, {expected['digest']}, {expected['totals']}")
    dice = random.Random(seed)  # noqa: S311 - moments, no secrets
    phases: Counter[str] = Counter()
    cases, sound = 0, True
    while phases.total() < kills:
        cases += 1
        case = place / f"case-{cases}"
        phases += kill(work, case, dice, whole, min(dice.randint(1, MOST_KILLS_OF_A_CASE), kills - phases.total()))
        if (found := outcome(case)) != expected:
            sound = False
            print(f"case {cases} differs: {found}")
        shutil.rmtree(case)
    return phases, cases, sound


def main() -> None:
    """Read the arguments and print what was done."""
    parser = argparse.ArgumentParser(description="Kill an ingest at random moments and run it again.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--segment", type=int, default=20_000, help="records of a segment")
    parser.add_argument("--files", type=int, default=400, help="files of a segment")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    work = Work(given.folder, given.segment, given.files)
    if given.into:
        work.do(given.into)
        return
    with tempfile.TemporaryDirectory(prefix="graphtrail-kills-") as place:
        phases, cases, sound = killed(work, given.kills, given.seed, Path(place))
    print(f"{phases.total()} kills of {cases} cases, each finished by one more run:")
    for name, count in phases.most_common():
        print(f"  {count:4} while {name}")
    print("every case as the unharmed one" if sound else "NOT ALL cases as the unharmed one")
    sys.exit(not sound)


if __name__ == "__main__":
    main()
