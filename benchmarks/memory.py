"""Whether memory grows with the folder: peak memory of an ingest of one folder, and of others several times as large.

Run it as ``python benchmarks/memory.py DATA``, DATA being the folder that holds ``invictus``. Each ingest runs in a
process of its own, without the graph (its memory follows the facts, not the files). Segments are small, so that even
the smallest folder fills several. Prints the ratio of the largest to the smallest, and leaves with 1 above 1.25.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import corpora

from graphtrail.case.ingest import Options, ingest
from graphtrail.sources.files import blobs

SIZES = (10, 40, 160)
MOST = 1.25
SMALL = Options(batch=4_096, segment=16_384, files=500)


def peak(folders: list[Path], case: Path) -> int:
    """Peak resident memory, in KiB, of a process that ingests some folders."""
    words = [sys.executable, __file__, "--into", str(case), *map(str, folders)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    return int(ran.stdout)


def main() -> None:
    """Print the figures, or be the process that is measured."""
    parser = argparse.ArgumentParser(description="Peak memory of an ingest by the size of its folder.")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.into:
        ingest(given.into, blobs(map(str, given.folders)), options=SMALL)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    with tempfile.TemporaryDirectory(prefix="graphtrail-memory-") as place:
        corpus = corpora.invictus(given.folders[0], Path(place) / "corpus", max(SIZES))
        copies = sorted(corpus.iterdir())
        peaks = []
        for size in SIZES:
            peaks.append(peak(copies[:size], Path(place) / f"case-{size}"))
            files = sum(1 for copy in copies[:size] for _ in copy.iterdir())
            print(f"{files:6,} files, {size * 2_900:9,} records: {peaks[-1] / 1024:7.1f} MiB at most")
    ratio = peaks[-1] / peaks[0]
    print(f"{max(SIZES) // min(SIZES)} times the files: {ratio:.2f} times the memory")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
