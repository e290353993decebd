"""What an ingest costs, as a multiple of the floor: unzip with libdeflate, decode with msgspec, keep nothing.

``python benchmarks/ingest.py FOLDER... --floor floor.py``. For each folder of logs the floor and a fresh process of
``graphtrail ingest`` (start, Parquet, graph: a case whose first question builds nothing) take turns; the figures are
CPU seconds, user and system, and the ratio is that of the least of each. ``--invictus DATA`` also makes the corpus of
forty changed copies of these real logs.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from corpora import invictus
from cost import cpu_seconds

PASSES = "3"
MOST = 4.0


def main() -> int:
    """Print a line a folder; 1 if one of them costs more than it may."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    given.add_argument("--floor", type=Path, required=True, help="the script that measures the floor")
    given.add_argument("--invictus", type=Path, metavar="DATA", help="folder of the real logs")
    given.add_argument("--rounds", type=int, default=3)
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = list(asked.folders)
        if asked.invictus:
            folders.append(invictus(asked.invictus, Path(scratch) / "invictus-forty-times"))
        ratios = [measured(folder, asked.floor, asked.rounds, Path(scratch)) for folder in folders]
    return int(max(ratios, default=0.0) > MOST)


def measured(folder: Path, floor: Path, rounds: int, scratch: Path) -> float:
    """Print and return the ratio for one folder."""
    floors, ingests = [], []
    for number in range(rounds):
        floors.append(floor_of(folder, floor))
        case = scratch / f"case-{folder.name}-{number}"
        ingests.append(cpu_seconds([sys.executable, "-m", "graphtrail", "ingest", str(folder), "--case", str(case)]))
    if not min(floors):
        raise SystemExit(f"{folder}: no *.json or *.json.gz with records below it")
    ratio = min(ingests) / min(floors)
    print(
        f"{folder.name}: floor {min(floors):.3f} s, ingest {min(ingests):.3f} s, {ratio:.2f} times the floor",
        flush=True,
    )
    return ratio


def floor_of(folder: Path, floor: Path) -> float:
    """CPU seconds of the floor, as its script says."""
    ran = subprocess.run([sys.executable, floor, folder, PASSES], capture_output=True, text=True, check=True)
    found = re.search(r"([\d.]+) CPU s", ran.stdout)
    if found is None:
        raise SystemExit(f"{floor} printed no figure: {ran.stdout}")
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main())
