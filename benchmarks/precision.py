"""Precision and recall of attribution in several worlds, per rule and per confidence, and of the ways people use today.

``python benchmarks/precision.py FOLDER [--seeds 1 2 3] [--events 20000] [--write]`` simulates an organisation a seed,
takes something away from its logs (``worlds.py``), ingests what is left in random order, and holds the origin of every
session against what the actors of the simulation did. ``--write`` puts the tables into ``docs/attribution.md``.

precision   of the sessions that are attributed, how many to the right person: who comes by Identity Center is the same
            person under the name of the SAML call by which he became a role, and a user the same under his unique id
recall      of those whose origin the logs at hand determine, how many are attributed to it; determined are those whose
            origin the whole logs determine and of whose chain every record is among the logs at hand
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from worlds import WORLDS, records, written

import graphtrail
from graphtrail.simulate import Truth, simulate

DOCS = Path(__file__).resolve().parents[1] / "docs" / "attribution.md"
ATTRIBUTED = frozenset({"linked", "service"})


class Said(NamedTuple):
    """What is said of one session, and what is true."""

    world: str
    session: str
    rule: str
    confidence: str
    status: str
    origin: str | None
    true: str | None
    determined: bool


def main() -> None:
    """Print the tables."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    given.add_argument("--events", type=int, default=20_000)
    given.add_argument("--write", action="store_true", help="put the tables into the documentation")
    asked = given.parse_args()
    said: list[Said] = []
    naive: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            said += list(one_seed(Path(scratch), asked.events, seed, naive))
    text = tables(said, naive, asked.seeds, asked.events)
    print(text)
    if asked.write:
        DOCS.write_text(text, encoding="utf-8")


def one_seed(scratch: Path, events: int, seed: int, naive: dict[str, Counter[str]]) -> Iterator[Said]:
    """Every session of every world of one simulation."""
    truth = simulate(scratch, events, seed)
    every = records(scratch / "bucket")
    whole = graphtrail.ingest(written(every, scratch / "whole", seed), case=scratch / "whole-case")
    known = {key: proofs(whole, key) for key in truth.sessions}
    for name, change in WORLDS.items():
        left = list(change(every))
        place = scratch / name.replace(" ", "-")
        case = graphtrail.ingest(written(left, place, seed), case=scratch / f"{place.name}-case")
        ids = {record["eventID"] for record in left}
        yield from one_world(name, case, whole, truth, {key for key, proof in known.items() if proof <= ids})
        if name == "all of it":
            for method, counts in ways_of_today(case, truth).items():
                naive[method].update(counts)


def proofs(case: graphtrail.Case, key: str) -> frozenset[str]:
    """The records on which the chain of a session rests."""
    if case.store.session(key) is None:
        return frozenset()
    (row,) = case.ask.origin(key).rows
    return frozenset(event for hop in row.chain for event in hop.event_ids)


def one_world(
    world: str, case: graphtrail.Case, whole: graphtrail.Case, truth: Truth, proven: set[str]
) -> Iterator[Said]:
    """Every session that calls in one world. One that goes by another name here is known by its first call."""
    seen = set()
    for event in case.ask.events().rows:
        if event.session is None or event.session in seen:
            continue
        seen.add(event.session)
        true_key = event.session if event.session in truth.sessions else _signed(whole, event.event_id)
        true = truth.sessions.get(true_key or "")
        if true is None:
            continue  # a family of forwarded calls: whose they are is another question
        (row,) = case.ask.origin(event.session).rows
        names = persons(whole, truth, true_key or "")
        said = row.origin if row.origin_status in ATTRIBUTED else None
        yield Said(
            world, event.session, row.rule or "record", row.confidence, row.origin_status,
            true.origin if said in names else said, true.origin,
            true.determined and event.session == true_key and true_key in proven,
        )  # fmt: skip


def persons(whole: graphtrail.Case, truth: Truth, key: str) -> set[str]:
    """All names of whoever stands behind a session: his principal, its unique ids, and the identities on the way."""
    names: set[str] = set()
    session = truth.sessions.get(key)
    if session is not None and session.origin:
        names.add(session.origin)
        entity = whole.store.entity(session.origin)
        names.update(f"uid:{uid}" for uid in (entity.unique_ids if entity else ()))
    while session is not None and session.parent:
        session = truth.sessions.get(session.parent)
        if session is not None and session.principal.startswith(("saml:", "oidc:", "idc:")):
            names.add(session.principal)
    return names


def _signed(case: graphtrail.Case, event_id: str) -> str | None:
    """The session that made a call, as the whole logs tell it."""
    call = case.store.calls.find(event_id)
    return None if call is None else case.store.key(int(case.store.calls.column("session")[call]))


def ways_of_today(case: graphtrail.Case, truth: Truth) -> dict[str, Counter[str]]:
    """What the usual joins say of the role sessions of the whole logs: right, wrong, nothing."""
    issues = [row for row in case.ask.assumptions().rows if row.target_role and row.action.startswith("sts:AssumeRole")]
    by_name: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    by_role: dict[str, Counter[str]] = defaultdict(Counter)
    for row in issues:
        by_name[row.target_role or "", row.issued_name or ""].append((row.time, row.principal or ""))
        by_role[row.target_role or ""][row.principal or ""] += 1
    names = {key: calls[0][1] for key, calls in by_name.items()}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key, true in truth.sessions.items():
        held = case.store.session(key)
        if held is None or held.label != "Role" or true.origin is None:
            continue
        name, began = (held.principal or "", held.name or ""), held.created or 0
        before = [who for at, who in by_name[name] if graphtrail.window.moment(at, 0) <= began + 2]
        first = {
            "role and session name": names.get(name),
            "role, session name and time": before[-1] if before else None,
            "roles alone": by_role[name[0]].most_common(1)[0][0] if by_role[name[0]] else None,
        }
        for method, who in first.items():
            found = _upwards(who, by_role)
            counts[method]["right" if found == true.origin else "nothing" if found is None else "wrong"] += 1
    return counts


def _upwards(who: str | None, by_role: dict[str, Counter[str]]) -> str | None:
    """From a role on, up by whoever assumed it most: a session has no name any more."""
    seen = set()
    while who and ":role/" in who and who not in seen and by_role[who]:
        seen.add(who)
        who = by_role[who].most_common(1)[0][0]
    return who


def tables(said: list[Said], naive: dict[str, Counter[str]], seeds: list[int], events: int) -> str:
    """The page of the documentation."""
    named = " ".join(map(str, seeds))
    lines = [
        "# Attribution: how often it is right",
        "",
        (
            "Written by `python benchmarks/precision.py --write`; what the columns mean is said there. Each world is"
            f" the simulated organisation of {events:,} events (seeds {named}) with something taken away; files are"
            " shuffled."
        ),
        "",
        "## Worlds",
        "| world | sessions | attributed | wrong | precision | determined | recall |",
        "|---|---|---|---|---|---|---|",
        *(_line(name, [one for one in said if one.world == name]) for name in WORLDS),
        "",
        "## Rules and confidence, all worlds together",
        "The rule is the least sure one of the chain; `record` is a session whose own records name who it is.",
        "",
        "| rule | confidence | attributed | wrong | precision |",
        "|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in said:
        if one.origin is not None:
            groups[one.rule, one.confidence].append(one)
    for (rule, confidence), held in sorted(groups.items()):
        wrong = sum(one.origin != one.true for one in held)
        lines.append(f"| {rule} | {confidence} | {len(held):,} | {wrong} | {1 - wrong / len(held):.6f} |")
    lines += ["", "## Status of what is not attributed", "| status | sessions |", "|---|---|"]
    left = Counter(one.status for one in said if one.origin is None)
    lines += [f"| {status} | {count:,} |" for status, count in sorted(left.items())]
    lines += [
        "",
        "## What people use today",
        "The same role sessions of the whole logs, joined as Athena queries, detective tools and role graphs do.",
        "",
        "| joined by | right | wrong | nothing | precision |",
        "|---|---|---|---|---|",
    ]
    for method, counts in sorted(naive.items()):
        right, wrong = counts["right"], counts["wrong"]
        share = right / (right + wrong) if right + wrong else 1.0
        lines.append(f"| {method} | {right:,} | {wrong:,} | {counts['nothing']:,} | {share:.3f} |")
    lines += ["", "## Wrong", ""]
    wrong_ones = [one for one in said if one.origin is not None and one.origin != one.true]
    lines += [
        f"- {one.world}: {one.session} by {one.rule} ({one.confidence}): {one.origin}, in truth {one.true}"
        for one in wrong_ones
    ] or ["None."]
    return "\n".join(lines) + "\n"


def _line(name: str, said: list[Said]) -> str:
    attributed = [one for one in said if one.origin is not None]
    wrong = sum(one.origin != one.true for one in attributed)
    determined = [one for one in said if one.determined]
    found = sum(one.origin == one.true for one in determined)
    precision = 1 - wrong / len(attributed) if attributed else 1.0
    recall = found / len(determined) if determined else 1.0
    found_of = f"{len(determined):,} | {recall:.6f}"
    return f"| {name} | {len(said):,} | {len(attributed):,} | {wrong} | {precision:.6f} | {found_of} |"


if __name__ == "__main__":
    main()
