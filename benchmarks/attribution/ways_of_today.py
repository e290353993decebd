"""The joins that people use today, held against the same truth."""

from collections import Counter, defaultdict

import graphtrail
from graphtrail.simulate import Truth


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
