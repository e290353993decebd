"""What a question costs on an ingested case, process start included: CPU seconds against the second that it may take.

``python benchmarks/questions.py CASE``, where CASE is the case of ``graphtrail demo`` beside its ``truth.json``. Each
question is asked about the crown jewels or the thief several times; the least is printed, files in the page cache.
"""

import json
import sys
from pathlib import Path

from cost import cpu_seconds
from every_question import every

MOST = 1.0
ROUNDS = 3


def main() -> int:
    """Print a line a question; 1 if one of them costs more than it may."""
    case = Path(sys.argv[1])
    truth = json.loads((case.parent / "truth.json").read_text(encoding="utf-8"))
    bucket = truth["crown_jewels"]["bucket"]
    session = truth["incident"]["seed"]
    worst = 0.0
    for asked in every(session, bucket):
        words = [asked.name, *asked.places.values(), *(f"--{name}={value}" for name, value in asked.options.items())]
        words += ["--limit", "100"]
        command = [sys.executable, "-m", "graphtrail", "ask", *words, "--case", str(case), "--output", "json"]
        least = min(cpu_seconds(command) for _ in range(ROUNDS))
        worst = max(worst, least)
        print(f"{asked!s:14} {least:6.3f} s {least / MOST:6.2f} of what it may cost", flush=True)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
