"""What is said of a case as a whole: counts that add up, rejects, conflicts, and what the logs cover."""

from collections import Counter
from typing import Any

import numpy as np

from graphtrail.case.facts import Facts
from graphtrail.graph import coverage
from graphtrail.graph.origin import Origin
from graphtrail.graph.world import World

_KINDS = ("reject", "non_event")


def summary(world: World, origins: dict[str, Origin], digest: str) -> dict[str, Any]:
    """Everything about the case that an answer or ``status`` may need, ready for JSON.

    ``records`` is the sum of ``events`` (distinct records), ``duplicates``, ``rejects`` and ``non_events``.
    """
    facts, records = world.facts, world.records
    totals, rejects = _counted(facts, len(records.events))
    times = facts.times[records.events]
    truncated = np.fromiter((kind.truncated for kind in facts.kinds), np.bool_, len(facts.kinds))
    begins = {account: begin for account, (begin, _) in coverage.spans(facts, records).items()}
    principals = {session.principal for session in world.sessions.values()}
    return {
        "digest": digest,
        "totals": totals,
        "calls": len(records.calls),
        "first": int(times.min()) if len(times) else None,
        "last": int(times.max()) if len(times) else None,
        "rejects": rejects,
        "conflicts": [conflict._asdict() for conflict in records.conflicts],
        "split_keys": sorted(key for key, session in world.sessions.items() if session.conflict),
        "extents": [extent._asdict() for extent in coverage.extents(facts, records)],
        "begins": begins,
        "forms": forms(facts),
        "truncated": int(truncated[facts.kind[records.events]].sum()),
        "spoken_of": coverage.spoken_of(facts, principals, begins),
        "statuses": dict(
            sorted(Counter(origins[key].status for key, held in world.sessions.items() if held.calls).items())
        ),
    }


def forms(facts: Facts) -> dict[str, int]:
    """How many files hold records that came in another form than CloudTrail's own, by form."""
    named = {(file.name, form) for file in facts.files if file.form for form in file.form.split("; ")}
    return dict(sorted(Counter(form for _, form in named).items()))


def _counted(facts: Facts, events: int) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Totals over all files, and the rejects by reason.

    A file counts under each name that its bytes stand under; the rejects of bytes that newer ones replaced count apart.
    """
    standing = facts.standing
    counts: Counter[tuple[str, str]] = Counter()
    of_file: Counter[int] = Counter()
    superseded = 0
    for reject in facts.rejects:
        end = standing.ends[reject.file]
        counts["non_event" if reject.non_event else "reject", reject.reason] += int(standing.live[end])
        superseded += int(standing.superseded[end])
        of_file[reject.file] += 1
    names = (standing.live + standing.superseded)[standing.ends]
    rows = sum((file.records - of_file[number]) * int(names[number]) for number, file in enumerate(facts.files))
    rejects = {kind: sum(count for (what, _), count in counts.items() if what == kind) for kind in _KINDS}
    totals = {
        "files": standing.files,
        "records": rows + sum(rejects.values()),
        "events": events,
        "duplicates": rows - events,
        "rejects": rejects["reject"],
        "non_events": rejects["non_event"],
        "superseded": superseded,
    }
    listed = [
        {"kind": kind, "reason": reason, "count": count} for (kind, reason), count in sorted(counts.items()) if count
    ]
    return totals, listed
