"""Precision and recall of attribution in several worlds, per rule, confidence and status, and of today's joins.

``python benchmarks/attribution [--seeds 1 2 3] [--events 20000] [--write]`` simulates an organisation a seed, changes
its logs or takes something away from them (``worlds.py``), ingests what is left in random order, and holds the origin
of every session against what the actors of the simulation did. ``--write`` puts the tables into the documentation.

precision   of the sessions that are attributed, how many to the right person: who comes by Identity Center is the same
            person under the name of the SAML call by which he became a role, and a user the same under his unique id
recall      of those whose origin the logs at hand determine, how many are attributed to it; what they determine is read
            from the raw records of each world by brute force, without graphtrail (``reading.py``)
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from reading import Logs, read, seconds
from tables import Forwarded, Said, tables
from ways_of_today import ways_of_today
from worlds import WORLDS, records, written

import graphtrail
from graphtrail.graph.sessions import undivided
from graphtrail.simulate import Truth, simulate

DOCS = Path(__file__).resolve().parents[2] / "docs" / "attribution.md"
ATTRIBUTED = frozenset({"linked", "service"})
LATE = 10  # one file of so many


def main() -> None:
    """Print the tables."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    given.add_argument("--events", type=int, default=20_000)
    given.add_argument("--write", action="store_true", help="put the tables into the documentation")
    asked = given.parse_args()
    said: list[Said] = []
    naive: dict[str, Counter[str]] = defaultdict(Counter)
    forwarded: dict[str, list[Forwarded]] = defaultdict(list)
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            said += one_seed(Path(scratch), asked.events, seed, naive, forwarded)
    text = tables(said, naive, forwarded, asked.seeds, asked.events)
    print(text)
    if asked.write:
        DOCS.write_text(text, encoding="utf-8")


def one_seed(
    scratch: Path, events: int, seed: int, naive: dict[str, Counter[str]], forwarded: dict[str, list[Forwarded]]
) -> Iterator[Said]:
    """Every session of every world of one simulation."""
    truth = simulate(scratch, events, seed)
    every = records(scratch / "bucket")
    whole = read(every)
    for name, world in WORLDS.items():
        left = list(world.change(every))
        place = scratch / name.replace(" ", "-")
        files = written(left, place, seed)
        at_first = [file for number, file in enumerate(files) if number % LATE] if world.late else files
        case = graphtrail.ingest(*at_first, case=f"{place}-case")
        if world.late:
            case = graphtrail.ingest(*files, case=f"{place}-case")
        yield from one_world(name, case, whole, read(left), truth)
        if not world.renamed:
            forwarded[name].append(given_back(case, truth))
        if name == "all of it":
            for method, counts in ways_of_today(case, truth).items():
                naive[method].update(counts)


def one_world(world: str, case: graphtrail.Case, whole: Logs, logs: Logs, truth: Truth) -> Iterator[Said]:
    """Every session that calls in one world. One that goes by another name here is known by its calls.

    Args:
        world: its name.
        case: of its records.
        whole: what the whole logs of the simulation say.
        logs: what those of this world say.
        truth: about the simulation.
    """
    true_keys: dict[str, set[str]] = defaultdict(set)
    times: dict[str, list[int]] = defaultdict(list)
    for event in case.ask.events().rows:
        known = whole.signed.get(event.event_id, "")
        if event.session is not None and known in truth.sessions:
            true_keys[event.session].add(known)  # else a family of forwarded calls: another question
            times[event.session].append(seconds(event.time))
    for session, keys in true_keys.items():
        (row,) = case.ask.origin(session).rows
        names = [persons(whole, truth, key) for key in sorted(keys)]
        true = truth.sessions[min(keys)].origin
        said = row.origin if row.origin_status in ATTRIBUTED else None
        told = logs.origin(undivided(session), calls=times[session])
        yield Said(
            world, session, row.rule or "record", row.confidence, row.origin_status,
            true if said and all(said in held for held in names) else said, true,
            told is not None and all(told in held for held in names),
            _among(case, row.candidates, names[0]),
        )  # fmt: skip


def _among(case: graphtrail.Case, candidates: Iterable[str], names: set[str]) -> bool:
    """Whether one of the candidates is the right person, or a session of his."""
    for candidate in candidates:
        rows = case.ask.origin(candidate).rows if case.store.session(candidate) else ()
        if candidate in names or any(row.origin in names for row in rows):
            return True
    return False


def persons(whole: Logs, truth: Truth, key: str) -> set[str]:
    """All names of whoever stands behind a session: his principal, its unique ids, and the identities on the way."""
    names: set[str] = set()
    session = truth.sessions.get(key)
    if session is not None and session.origin:
        names.add(session.origin)
        names.update(whole.unique_ids[session.origin])
    while session is not None and session.parent:
        session = truth.sessions.get(session.parent)
        if session is not None and session.principal.startswith(("saml:", "oidc:", "idc:")):
            names.add(session.principal)
    return names


def given_back(case: graphtrail.Case, truth: Truth) -> Forwarded:
    """What became of the calls that services made for sessions."""
    store = case.store
    pairs = zip(store.calls.column("signed").tolist(), store.calls.column("session").tolist(), strict=True)
    right = wrong = left = 0
    for (signed, session), count in Counter(pairs).items():
        true = truth.forwarded.get(store.key(signed))
        if true is None:
            continue
        right += count * (store.key(session) == true.session)
        left += count * (session == signed)
        wrong += count * (session != signed and store.key(session) != true.session)
    return Forwarded(right, wrong, left)


if __name__ == "__main__":
    main()
