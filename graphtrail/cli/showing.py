"""Answers about seeds, printed and drawn together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphtrail import api
from graphtrail.cli import remark
from graphtrail.cli.output import form, page_of, put, write
from graphtrail.questions import QUESTIONS
from graphtrail.questions.seeds import principal_named, seed
from graphtrail.questions.trail import Limits, Trail
from graphtrail.results import Result


def answer(
    folder: Path,
    kind: str,
    name: str,
    limits: Mapping[str, Any],
    output: str | None,
    file: Path | None,
    limit: int | None,
) -> bool:
    """Answer about a ``resource``, a ``principal`` or another kind of thing, by its name.

    The page goes into a file named ``.html``, the rows to stdout or another file.

    Returns:
        Whether anything was found.
    """
    case = api.open(folder)
    if kind == "principal":
        name = principal_named(Trail(case.store, Limits()), name).key
    results = asked(case, ("who-touched",), name, limits) if kind == "resource" else about(case, [name], limits)
    if file is not None and "html" in {output, form(None, file)}:
        put(results, None if output == "html" else output, None, limit)
        write(page_of(results), file)
    else:
        put(results, output, file, limit)
    remark(f"the case is {folder}; ask it more: graphtrail ask --list")
    return any(result.rows for result in results)


def asked(case: api.Asked, names: Sequence[str], about: str, limits: Mapping[str, Any]) -> list[Result]:
    """The answers to some questions about one thing."""
    return [case.answer(QUESTIONS[name], about, **limits) for name in names]


def about(case: api.Asked, seeds: Sequence[str], limits: Mapping[str, Any]) -> list[Result]:
    """What there is to say of each seed: of a resource who touched it, else where it comes from and what it reached."""
    results = []
    for named in seeds:
        found = seed(Trail(case.store, Limits()), named)
        names = [] if found.kind == "resource" or not found.sessions else ["origin", "blast-radius"]
        if found.kind in {"resource", "workload"} or not names:
            names.insert(0, "who-touched")
        results += asked(case, names, named, limits)
    return results
