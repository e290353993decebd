"""What is proven of the files that an answer rests on, and which files of its accounts are missing."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from graphtrail.sources.integrity.chain import CHAIN_GAP, MISSING, STATUSES, VERIFIED
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import Store

MEANS = {
    "modified": "were changed after CloudTrail delivered them: what they say may be made up",
    "missing": "are missing",
    "not-in-a-digest": "stand in no digest: whether CloudTrail delivered them is not proven",
    "digest-invalid": "are listed by digests that cannot be trusted",
    "chain-gap": "lie in a gap of the chain of digests: whether CloudTrail delivered them is not proven",
    "unsigned": "are listed by digests whose signatures are not here",
    None: "were not verified",
}


class Rests:
    """The files that an answer rests on, gathered while it is made."""

    def __init__(self, store: Store) -> None:
        """Nothing yet; where no file of the case was checked, nothing ever."""
        self._store = store
        self._files = None if store.checked is None else np.zeros(len(store.checked), np.bool_)

    def on(self, calls: Rows) -> None:
        """It rests on these calls."""
        if self._files is not None:
            self._files[self._store.calls.column("file")[calls]] = True

    @property
    def matters(self) -> bool:
        """Whether anything can be said."""
        return self._files is not None

    def on_events(self, event_ids: Iterable[str]) -> None:
        """It rests on the records of these events."""
        calls = map(self._store.calls.find, event_ids if self.matters else ())
        self.on(np.array([call for call in calls if call is not None], np.int64))

    def said(self) -> Iterator[tuple[str, str]]:
        """A code and a sentence for each status of theirs other than verified."""
        checked = self._store.checked
        if self._files is None or checked is None:
            return
        files = np.flatnonzero(self._files)
        for code in np.unique(checked[files]).tolist():
            status = STATUSES[code] if code >= 0 else None
            if status != VERIFIED:
                these = files[checked[files] == code]
                first = self._store.file_name(int(these[0]))
                named = f", the first {first}," if first else ""
                yield (
                    f"evidence-{status or 'unchecked'}",
                    f"{len(these)} of the {len(files)} files behind this answer{named} {MEANS[status]}",
                )


def holes(integrity: dict[str, Any] | None) -> Iterator[tuple[str, str, str | None, str | None]]:
    """What is missing of the evidence: a code, a sentence, account and Region."""
    for one in (integrity or {}).get("places", ()):
        where = f"account {one['account'] or '-'} in {one['region'] or '-'}"
        if one["status"] == MISSING and one["kind"] == "log":
            text = f"{where}: {one['count']} log file(s) that CloudTrail delivered are missing"
            yield "evidence-missing", text, one["account"], one["region"]
        elif one["status"] in {MISSING, CHAIN_GAP} and one["kind"] != "log":
            text = f"{where}: {one['count']} gap(s) in the chain of digests: log files may be missing there unseen"
            yield "evidence-gap", text, one["account"], one["region"]
