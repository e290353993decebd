"""The part of a case around something: what led to it, and all that it reached."""

from graphtrail.graph.schema import Confidence
from graphtrail.questions.reach import reach, starts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.cypher.part import Part
from graphtrail.stores.memory import MemoryStore
from graphtrail.window import Window


def around(store: MemoryStore, text: str, window: Window) -> Part:
    """The part of a case around a seed.

    Control is followed over links of every confidence: backwards from the seed however far it goes, forwards from the
    begin of the window on. The calls are those of the sessions found so, within the window.

    Args:
        store: the case.
        text: a session, key, principal, resource, address or event, as a person names it.
        window: of the touches and calls.

    Raises:
        NotFound: nothing in the case answers to the name.
    """
    found = find(Trail(store, Limits()), text)
    trail = Trail(store, Limits(window, level=Confidence.HEURISTIC))
    held = {found.key, *(session.key for session in found.sessions), *reach(trail, starts(trail, found))}
    waiting = [found.key, *(session.key for session in found.sessions)]
    while waiting:
        for edge in store.into(waiting.pop()):
            if edge.source not in held:
                held.add(edge.source)
                waiting.append(edge.source)
    found_sessions = [session for key in sorted(held) if (session := store.session(key))]
    held |= {key for one in found_sessions for key in (one.principal, one.workload) if key}
    sessions = [session for session in found_sessions if session.kind != "service"]
    return Part(
        seed=text,
        held=frozenset(held),
        acting=frozenset(session.key for session in sessions),
        calls=trail.calls_of(sessions),
        window=window,
    )
