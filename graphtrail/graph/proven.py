"""What is proven of the files of a case, as answers need it: a number a file, and counts."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graphtrail.case.facts import Facts
from graphtrail.case.tables import write
from graphtrail.case.values import column
from graphtrail.graph.layout import CHECKED, NONE
from graphtrail.sources.blob import shown
from graphtrail.sources.integrity.chain import STATUSES, VERIFIED
from graphtrail.sources.integrity.verdicts import Verdict


def proven(verdicts: Sequence[Verdict] | None) -> dict[str, Any] | None:
    """How many files of each account and Region have which status; None if nothing was to be proven."""
    if verdicts is None:
        return None
    counts = Counter((one.account, one.region, one.kind, one.status, one.failed) for one in verdicts)
    ordered = sorted(counts.items(), key=lambda pair: tuple(map(str, pair[0])))
    names = ("account", "region", "kind", "status", "failed")
    return {"places": [dict(zip(names, place, strict=True)) | {"count": count} for place, count in ordered]}


def write_checked(folder: Path, facts: Facts, verdicts: Sequence[Verdict]) -> None:
    """Write the status of each file that calls may lie in, and the names of those that are not verified.

    Args:
        folder: of the graph.
        facts: of the case; calls name their file by its number there.
        verdicts: of the last time that the files were judged.
    """
    of_end = {one.file: one for one in verdicts if one.file is not None and one.kind == "log"}
    by_bytes = {facts.files[end].sha256: one.status for end, one in of_end.items() if one.status == VERIFIED}
    status = np.full(len(facts.files), NONE, np.int8)
    names: list[str | None] = [None] * len(facts.files)
    for row, end in enumerate(facts.standing.ends.tolist()):
        verdict = of_end.get(end)
        if verdict is not None:
            # the same bytes under another name prove them too
            held = by_bytes.get(facts.files[end].sha256, verdict.status)
            status[row] = STATUSES.index(held)
            names[row] = None if held == VERIFIED else shown(facts.files[end].name)
    write(folder / CHECKED, {"status": status, "name": column(names)})
