"""What graphtrail says of a simulated incident, held against the truth about it.

``python benchmarks/attribution/against_truth.py FOLDER``: FOLDER is what ``graphtrail demo FOLDER --events N --seed S``
made.
The origin of every session is compared with ``truth.json``, at the default level: links called exact or strong.

precision   of the sessions that are attributed, how many to the right principal; also counted on principals
recall      of the sessions whose origin the records determine, how many are attributed to it
beyond      sessions that are attributed although the records do not determine their origin
jewels      whether ``who-touched`` of the crown jewels says what happened: session, action, outcome, calls, origin

The exit code is 1 if precision is below 1, recall below 0.95, anything is attributed beyond the records, or the crown
jewels differ.
"""

import json
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import graphtrail

ATTRIBUTED = frozenset({"linked", "service"})
LEAST_RECALL = 0.95
SHOWN = 10


def main() -> int:
    """Print the figures, and what is wrong."""
    folder = Path(sys.argv[1])
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    case = graphtrail.open(folder / "case")
    figures = attribution(case, truth["sessions"])
    jewels = differing(case, truth)
    print(f"{len(truth['sessions']):,} sessions, {figures['attributed']:,} attributed")
    print(f"precision {figures['precision']:.6f} on sessions, {figures['precision on principals']:.6f} on principals")
    print(f"recall {figures['recall']:.6f} over {figures['determined']:,} determined sessions")
    print(f"beyond {len(figures['beyond'])}; of {figures['undetermined']:,} sessions that the records do not determine")
    print(f"jewels {'as it was' if not jewels else f'{len(jewels)} rows differ'}")
    for title in ("wrong", "missed", "beyond"):
        show(title, figures[title])
    show("jewels", jewels)
    failed = figures["wrong"] or figures["beyond"] or jewels or figures["recall"] < LEAST_RECALL
    return int(bool(failed))


def attribution(case: graphtrail.Case, sessions: dict[str, Any]) -> dict[str, Any]:
    """Compare the origin of every session with the truth."""
    wrong, missed, beyond, named = [], [], [], set()
    attributed = right = determined = 0
    for key, true in sessions.items():
        held = case.store.session(key)
        said = held.origin if held is not None and held.status in ATTRIBUTED else None
        determined += true["determined"]
        line = f"{key}: {held.status if held else 'no such session'} {said}, in truth {true['origin']}"
        if said is not None:
            attributed += 1
            named.add((said, said == true["origin"]))
            right += true["determined"] and said == true["origin"]
            if said != true["origin"]:
                wrong.append(line)
            if not true["determined"]:
                beyond.append(f"{line} ({true['why']})")
        elif true["determined"]:
            missed.append(line)
    principals = {who for who, _ in named}
    misnamed = {who for who, fits in named if not fits}
    return {
        "attributed": attributed,
        "determined": determined,
        "undetermined": len(sessions) - determined,
        "precision": 1 - len(wrong) / attributed,
        "precision on principals": 1 - len(misnamed) / len(principals),
        "recall": right / determined,
        "wrong": wrong,
        "missed": missed,
        "beyond": beyond,
    }


def differing(case: graphtrail.Case, truth: dict[str, Any]) -> list[str]:
    """What ``who-touched`` of the crown jewels and the truth do not have in common."""
    said, true = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    determined = {key for key, session in truth["sessions"].items() if session["determined"]}
    for row in case.ask.who_touched(truth["crown_jewels"]["bucket"]).rows:
        origin = row.origin if row.session in determined else None
        said[row.session, row.action, row.outcome, row.error_code, origin] += row.count
    for row in truth["crown_jewels"]["touched"]:
        origin = row["origin"] if row["session"] in determined else None
        true[row["session"], row["action"], row["outcome"], row["error_code"], origin] += row["count"]
    return [f"said, not so: {key}" for key in said - true] + [f"so, not said: {key}" for key in true - said]


def show(title: str, lines: list[str]) -> None:
    """Print the first of some lines."""
    for line in islice(lines, SHOWN):
        print(f"  {title}: {line}")
    if len(lines) > SHOWN:
        print(f"  {title}: and {len(lines) - SHOWN} more")


if __name__ == "__main__":
    sys.exit(main())
