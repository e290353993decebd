"""What a case holds, as ``graphtrail status`` says it."""

from typing import Any

from graphtrail.graph.silence import silences
from graphtrail.questions.asking import about
from graphtrail.questions.blinding import blind_rows
from graphtrail.questions.trail import Limits, Trail
from graphtrail.questions.unfetched import unfetched_rows
from graphtrail.stores.store import Store
from graphtrail.window import iso


def status(store: Store, version: str) -> dict[str, Any]:
    """What the case holds, ready for JSON; see ``api.Case.status``."""
    held = store.case
    present = ((one["account"], one["region"], one["category"], one["day"]) for one in held.extents)
    coverage = [dict(extent) | {"day": iso(extent["day"])[:10]} for extent in held.extents]
    return {
        "graphtrail": version,
        "case": about(store),
        "totals": held.totals,
        "rejects": held.rejects,
        "coverage": coverage,
        "gaps": [
            dict(zip(("account", "region", "category"), place, strict=True))
            | {"first": iso(first)[:10], "last": iso(last)[:10]}
            for place, first, last in silences(present)
        ],
        "blinded": blind_rows(Trail(store, Limits())),
        "not_observed": held.spoken_of,
        "not_fetched": unfetched_rows(store.fetched),
        "origins": held.statuses,
        "truncated": held.truncated,
        "conflicts": held.conflicts,
        "split_keys": held.split_keys,
        "integrity": held.integrity,
    }
