"""Of how many records that are about resources graphtrail names one.

``python benchmarks/resources.py FOLDER...``. A record is about resources if AWS's table of actions
(``graphtrail.events.authorization``) gives its action a resource type; it counts as covered if at least one ARN comes
out: of its resources, its request, its answer, or the message of a refusal. Scopes, which stand for a service where
nothing is named, do not count. One line a folder, and the actions that are missed most. Records are distinct events:
of two records with one id and equal facts one counts, so that the denominator of the hand-made ``panther-tests`` is
smaller than the number of its files.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import graphtrail
from graphtrail.events.authorization import authorization
from graphtrail.events.classes import iam_action

SHOWN = 12


def main() -> None:
    """Print a line a folder."""
    for folder in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as scratch:
            case = graphtrail.ingest(folder, case=Path(scratch) / "case")
            about, covered, missed = measured(case)
        share = 100 * covered / about if about else 100.0
        print(f"{folder.name}: {covered:,} of {about:,} records about resources name one ({share:.1f} %)")
        for action, count in missed.most_common(SHOWN):
            print(f"  {count:5} {action}")


def measured(case: graphtrail.Case) -> tuple[int, int, Counter[str]]:
    """Records about resources, those that name one, and the actions of the others."""
    about = covered = 0
    missed: Counter[str] = Counter()
    for row in case.ask.events().rows:
        said = authorization(iam_action(row.action))
        if said is None or not said.types:
            continue
        about += 1
        if any(one.resource.startswith("arn:") for one in row.resources):
            covered += 1
        else:
            missed[row.action + (f" !{row.error_code}" if row.error_code else "")] += 1
    return about, covered, missed


if __name__ == "__main__":
    main()
