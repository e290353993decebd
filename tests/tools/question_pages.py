"""Writes ``docs/questions/`` from the declarations: ``python tests/tools/question_pages.py``; a test compares.

The examples are asked of the simulated incident that ``graphtrail demo`` writes.
"""

import inspect
import json
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from reference import escaped, names_of, table

from graphtrail import api
from graphtrail.cli.ask import ask
from graphtrail.cli.table import fitted, texts
from graphtrail.questions import QUESTIONS, Question, Row
from graphtrail.simulate import simulate

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "questions"
EVENTS, SEED, CASE = 20_000, 7, "graphtrail-demo/case"
WIDTH, SHOWN, LIST = 118, 8, 3
# What an incident responder asks of that incident; {names} are filled in from its truth.
EXAMPLES: dict[str, str] = {
    "events": "--session {stolen}",
    "who-touched": "{jewels}",
    "readers": "{jewels}",
    "objects": "{jewels}",
    "origin": "{reader}",
    "chain": "{reader}",
    "blast-radius": "{stolen} --since {since}",
    "path": "{stolen} {jewels}",
    "assumptions": "--cross-account",
    "assumed-by": "{admin}",
    "addresses": "{stolen}",
    "identities": "{chained}",
    "denied": "{stolen}",
    "secrets": "{chained}",
    "changes": "{chained}",
    "policies": "",
    "recon": "{stolen}",
    "blinded": "",
    "shared-out": "{stolen}",
    "destruction": "",
    "alive": "{stolen} --at {later}",
    "containment": "{stolen}",
    "services": "{served}",
    "timeline": "{stolen}",
    "top": "--by address",
    "unknowns": "",
}
INDEX = """# The questions

Made from their declarations by `python tests/tools/question_pages.py`. The examples are asked of the incident that
`graphtrail demo` simulates, so everybody can repeat them.

| question | answers |
|---|---|
"""


def pages(scratch: Path) -> dict[str, str]:
    """Every page by the name of its file; the simulated incident is written below ``scratch``."""
    truth = simulate(scratch, EVENTS, SEED)
    case = api.ingest(str(scratch / "bucket"), case=scratch / "case")
    admin = next(
        row.target_role for row in case.ask.assumptions().rows if row.issued_session == truth.incident.sessions[2]
    )
    known = {
        "jewels": truth.crown_jewels.bucket,
        "since": truth.incident.since,
        "later": truth.incident.since[:11] + "18:00:00Z",
        "stolen": truth.incident.sessions[0],
        "chained": truth.incident.sessions[2],
        "served": next(held.session for held in truth.forwarded.values()),
        "reader": truth.incident.sessions[-1],
        "admin": admin,
    }
    made = {f"{name}.md": page(question, case, EXAMPLES[name].format(**known)) for name, question in QUESTIONS.items()}
    listed = [f"| [{name}]({name}.md) | {escaped(marked(question.title))} |" for name, question in QUESTIONS.items()]
    return made | {"README.md": INDEX + "\n".join(listed) + "\n"}


def page(question: Question[Row], case: api.Case, arguments: str) -> str:
    """The page of one question."""
    common = frozenset.intersection(*(names_of(ask, name) for name in QUESTIONS))
    places = [parameter for parameter in question.parameters if not parameter.option]
    usage = " ".join(one.name.upper() if one.required else f"[{one.name.upper()}]" for one in places)
    parts = [f"# {question.name}\n", f"{escaped(marked(question.title))}\n", escaped(marked(question.text)), ""]
    parts += [f"`graphtrail ask {question.name} {usage}`".replace(" `", "`"), ""]
    parts += [f"- {one.name.upper()}: {escaped(one.help)}." for one in places] + [""] * bool(places)
    parts += list(table(ask, question.name, common))
    parts.append("The options that every question takes are in [the command line](../cli.md#the-questions).\n")
    parts += ["## Rows\n", *fields(question.row), "", "## Example\n", *example(question, case, arguments)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def fields(row: type[Row]) -> Iterator[str]:
    """What a row says of its fields, those of its own first."""
    said: dict[str, str] = {}
    for kind in row.__mro__:
        told = inspect.cleandoc(kind.__dict__.get("__doc__") or "").partition("Attributes:\n")[2]
        for names, meaning in re.findall(r"^ {4}(\w[\w, ]*): (.+(?:\n {5,}.+)*)", told, re.MULTILINE):
            said.setdefault(names.replace("class_", "class"), " ".join(meaning.split()))
    yield "| field | meaning |\n|---|---|"
    for names, meaning in said.items():
        yield f"| {', '.join(f'`{name}`' for name in names.split(', '))} | {escaped(marked(meaning))} |"


def example(question: Question[Row], case: api.Case, arguments: str) -> Iterator[str]:
    """A question as it is typed, and its answer."""
    typed = f"graphtrail ask {question.name} {arguments} --case {CASE}"
    given = shlex.split(typed.removeprefix("graphtrail ask ").removesuffix(f" --case {CASE}"))
    result = asked(question, case, given[1:])
    shown = result.rows[:SHOWN]
    head, cells = texts(question.columns, shown, brief=True)
    text, hidden = fitted(head, cells, WIDTH)
    folded = len(result.rows) - len(shown)
    yield f"```console\n$ {' '.join(typed.split())}"
    yield (
        text
        + ("  ...\n" if folded else "")
        + f"{question.name}: {len(result.rows):,} row(s)"
        + (f", no room for {', '.join(hidden)}" if hidden else "")
    )
    for gap in dict.fromkeys(gap.text for gap in result.coverage[:LIST]):
        yield f"what the logs cannot show: {gap}"
    yield "```\n"
    if result.rows:
        first = shorter(msgspec.to_builtins(result.rows[0]))
        yield f"The first row as JSON; lists are cut after {LIST} here:\n"
        yield f"```json\n{json.dumps(first, indent=1, ensure_ascii=False)}\n```\n"


def asked(question: Question[Row], case: api.Case, given: list[str]) -> api.Result:
    """The answer to what is typed."""
    command = ask.get_command(None, question.name)  # type: ignore[arg-type]  # the context is not looked at
    context = command.make_context(question.name, [*given, "--case", str(case.folder)])  # type: ignore[union-attr]
    known = {parameter.name for parameter in question.parameters}
    known |= {"since", "until", "account", "region", "min_confidence"}
    taken = {name: value for name, value in context.params.items() if name in known}
    return case.answer(question, **taken)


def shorter(value: object) -> object:
    """A value with its lists cut."""
    if isinstance(value, dict):
        return {name: shorter(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [shorter(held) for held in value[:LIST]] + ["..."] * (len(value) > LIST)
    return value


def marked(text: str) -> str:
    """The text of a docstring with Markdown's marks for code."""
    return text.replace("``", "`")


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in pages(Path(scratch)).items():
            (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
    sys.exit(0)
