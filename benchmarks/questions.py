"""What a question costs on an ingested case, process start included: CPU seconds against the second that it may take.

``python benchmarks/questions.py CASE``, where CASE is the case of ``graphtrail demo`` beside its ``truth.json``. Each
question is asked about the crown jewels or the thief several times; the least is printed, files in the page cache.
"""

import json
import sys
from pathlib import Path

from cost import cpu_seconds

MOST = 1.0
ROUNDS = 3
ABOUT_A_SESSION = (
    "origin", "chain", "blast-radius", "assumed-by", "addresses", "denied", "secrets", "timeline",
)  # fmt: skip
ABOUT_EVERYTHING = ("assumptions", "identities", "top", "unknowns", "events")


def main() -> int:
    """Print a line a question; 1 if one of them costs more than it may."""
    case = Path(sys.argv[1])
    truth = json.loads((case.parent / "truth.json").read_text(encoding="utf-8"))
    bucket = truth["crown_jewels"]["bucket"]
    session = truth["incident"]["seed"]
    questions = [
        *([name, session] for name in ABOUT_A_SESSION),
        *([name, bucket] for name in ("who-touched", "objects")),
        ["path", session, bucket],
        *([name, "--limit", "100"] for name in ABOUT_EVERYTHING),
    ]
    worst = 0.0
    for question in questions:
        command = [sys.executable, "-m", "graphtrail", "ask", *question, "--case", str(case), "--output", "json"]
        least = min(cpu_seconds(command) for _ in range(ROUNDS))
        worst = max(worst, least)
        print(f"{question[0]:14} {least:6.3f} s {least / MOST:6.2f} of what it may cost", flush=True)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
