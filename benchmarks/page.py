"""What a page costs: CPU seconds to make it (imports apart), bytes, and what it shows, for three sizes of a case.

Run it as ``python benchmarks/page.py``; the import of pyvis is measured first, in a process of its own.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "tools"))
from incident import picture

from graphtrail.render.page import page
from graphtrail.render.payload import payload

# People at work and objects read in bulk: about 300, 2,000 and 10,000 nodes.
SIZES = ((22, 0), (130, 500), (650, 2_500))
ROUNDS = 5


def main() -> None:
    """Print the figures as a table."""
    code = "import time as t; was = t.process_time(); import graphtrail.render.network; print(t.process_time() - was)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"import of pyvis and jinja2: {float(ran.stdout):.2f} s CPU")
    page(picture(2))
    print(f"{'nodes':>7} {'edges':>7} {'shown':>7} {'folded':>7} {'payload s':>10} {'page s':>7} {'bytes':>10}")
    for people, objects in SIZES:
        drawn = picture(people, objects)
        counts = payload(drawn)["counts"]
        taken = [_seconds(partial(payload, drawn)) for _ in range(ROUNDS)]
        whole = [_seconds(partial(page, drawn)) for _ in range(ROUNDS)]
        shown = counts["nodes"] - counts["folded"]
        print(
            f"{counts['nodes']:7,} {counts['edges']:7,} {shown:7,} {counts['folded']:7,} "
            f"{min(taken):10.3f} {min(whole):7.3f} {len(page(drawn).encode()):10,}"
        )


def _seconds(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before


if __name__ == "__main__":
    main()
