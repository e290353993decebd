"""What was found out, as the page of the documentation."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from worlds import WORLDS


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
    among: bool


class Forwarded(NamedTuple):
    """Calls that services made for sessions: how many were given to the right one, to another, or left alone."""

    right: int
    wrong: int
    left: int


def tables(
    said: list[Said],
    naive: dict[str, Counter[str]],
    forwarded: dict[str, list[Forwarded]],
    seeds: list[int],
    events: int,
) -> str:
    """The page of the documentation."""
    named = " ".join(map(str, seeds))
    lines = [
        "# Attribution: how often it is right",
        "",
        (
            "Written by `python benchmarks/attribution --write`; what the columns mean is said there, and the"
            f" worlds stand in `worlds.py`. Each is the simulated organisation of {events:,} events (seeds {named}),"
            " changed or with something taken away; files are shuffled. All have roles assumed in a circle, sessions of"
            " one name, and users with two keys that are busy at once while services forward their calls."
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
    lines += _statuses(said)
    lines += _forwarded(forwarded)
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


def _statuses(said: Sequence[Said]) -> list[str]:
    """The table of statuses."""
    lines = [
        "",
        "## Status",
        "Determined are sessions whose origin the logs of their world determine, as `reading.py` finds by brute force",
        "from the raw records. Named is who is right among the candidates.",
        "",
        "| status | sessions | attributed | wrong | determined | named |",
        "|---|---|---|---|---|---|",
    ]
    by_status: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_status[one.status].append(one)
    for status, held in sorted(by_status.items()):
        attributed = [one for one in held if one.origin is not None]
        wrong, determined = sum(one.origin != one.true for one in attributed), sum(one.determined for one in held)
        among = sum(one.among for one in held)
        lines.append(f"| {status} | {len(held):,} | {len(attributed):,} | {wrong} | {determined:,} | {among:,} |")
    return lines


def _forwarded(forwarded: dict[str, list[Forwarded]]) -> list[str]:
    """The table of forwarded calls."""
    lines = [
        "",
        "## Calls that services forwarded",
        "Left are those of which nothing says for which session they were made, or only hints.",
        "",
        "| world | given to the right session | to another | left |",
        "|---|---|---|---|",
    ]
    for world, held in forwarded.items():
        right, wrong, left = (sum(counts) for counts in zip(*held, strict=True))
        lines.append(f"| {world} | {right:,} | {wrong:,} | {left:,} |")
    return lines


def _line(name: str, said: list[Said]) -> str:
    attributed = [one for one in said if one.origin is not None]
    wrong = sum(one.origin != one.true for one in attributed)
    determined = [one for one in said if one.determined]
    found = sum(one.origin == one.true for one in determined)
    precision = 1 - wrong / len(attributed) if attributed else 1.0
    recall = found / len(determined) if determined else 1.0
    found_of = f"{len(determined):,} | {recall:.6f}"
    return f"| {name} | {len(said):,} | {len(attributed):,} | {wrong} | {precision:.6f} | {found_of} |"
