"""Which single calls go to a server: all, none, or those around a seed."""

from typing import NamedTuple

import numpy as np

from graphtrail.errors import UsageError
from graphtrail.questions.reach import closure
from graphtrail.questions.seeds import seed, touching
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.call_table import Rows
from graphtrail.stores.memory import MemoryStore

MOST = 1_000_000
ALL, NONE, AROUND = "all", "none", "around"


class Chosen(NamedTuple):
    """Calls that were chosen.

    Attributes:
        which: in words: ``all``, ``none``, ``around`` and the seed.
        calls: their numbers, in order; None for none.
    """

    which: str
    calls: Rows | None


def chosen_calls(store: MemoryStore, which: str | None) -> Chosen:
    """The calls that a choice stands for.

    Args:
        store: the case.
        which: ``all``, ``none`` or ``around SEED``; None is all, if there are not too many.

    Raises:
        UsageError: the choice is none of these, or nobody chose and there are more than a million calls.
        NotFound: the seed stands for nothing.
    """
    if which is None and store.calls.count > MOST:
        raise UsageError(
            f"the case has {store.calls.count:,} calls, and loading each of them takes a while and disk: choose with "
            "--calls all, --calls none (sums by session and action only) or --calls 'around SEED'"
        )
    if which in {None, ALL}:
        return Chosen(ALL, store.calls.all())
    if which == NONE:
        return Chosen(NONE, None)
    word, _, named = str(which).partition(" ")
    if word != AROUND or not named.strip():
        raise UsageError(f"--calls {which}: it is all, none, or 'around SEED'")
    trail = Trail(store, Limits())
    found = seed(trail, named.strip())
    numbers = {
        int(call)
        for session, _ in closure(trail, found)
        if session.kind != "service"
        for call in trail.calls_of([session])
    }
    numbers |= set(touching(trail, found.key, None).tolist()) if found.kind in {"resource", "workload"} else set()
    return Chosen(f"{AROUND} {named.strip()}", np.array(sorted(numbers), np.int64))
