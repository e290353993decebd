"""Every Cypher text that is shipped or shown: right for Neo4j's own front end, and true to what sums over calls say."""

import re
from pathlib import Path

import frontend
import pytest
from cookbook import recipes
from hops import wrong_hops
from statements import NOT_EMBEDDED

from graphtrail.errors import StatementRefused
from graphtrail.questions.file import TYPES
from graphtrail.stores.cypher.guard import EMBEDDED, NEO4J, PROCEDURES, checked

CYPHER = Path(__file__).resolve().parents[2] / "cypher"
DOCUMENT = CYPHER.parent / "docs" / "cypher.md"
FILES = sorted(CYPHER.rglob("*.cypher"))
# What the loader writes into its texts where a kind belongs, for one kind.
_KIND = {" node:Label\n": " node:Session\n", ":TYPE ": ":ASSUMED ", ":TYPE]": ":ASSUMED]"}


def shipped() -> list[frontend.Text]:
    """The statements of the files, and what each says of its parameters."""
    found = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        for placed, kind in _KIND.items():
            text = text.replace(placed, kind)
        names = re.findall(r"(\w+) \(", " ".join(re.findall(r"^// params: (.*)$", text, re.MULTILINE)))
        body = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
        for place, statement in enumerate(one for one in body.split(";") if one.strip()):
            name = f"{file.relative_to(CYPHER)}:{place}"
            found.append(frontend.Text(name, statement, tuple(names)))
    return found


def shown() -> list[frontend.Text]:
    """The texts of the cookbook; ``$case_id`` is always there."""
    return [
        frontend.Text(one.name, one.statement, ("case_id", *(held.name for held in one.parameters or ())))
        for one in recipes()
    ]


WRONG = {
    "MATCH (n:Session RETURN n": "Invalid input",
    "MATCH (n:Session) RETURN id(n)": "deprecated",
    "MATCH (n:Sesion) RETURN n": "Label Sesion is not present",
    "MATCH (n:Session {key: $key}) RETURN n": "Parameter $key is not defined",
}


@pytest.mark.frontend
def test_neo4js_own_front_end_finds_no_error_and_nothing_deprecated_in_cypher_5_and_25():
    try:
        frontend.program()
        frontend.folder()
    except frontend.MissingError as missing:
        pytest.skip(str(missing))
    found = frontend.lint([*shipped(), *shown(), *(frontend.Text(text, text, ()) for text in WRONG)])
    said = [(one["name"], one["language"], one["message"]) for one in found if one["name"] in WRONG]
    assert not [one for one in found if one["name"] not in WRONG]
    for text, why in WRONG.items():  # it does look
        named = {language for name, language, message in said if name == text and why in message}
        assert named == {"CYPHER 5", "CYPHER 25"}


def test_there_are_texts_to_look_at():
    assert len(FILES) > 3
    assert len(recipes()) >= 20


PATHS = [one for one in (*shipped(), *shown()) if not one.name.startswith("schema.cypher")]


@pytest.mark.parametrize("one", PATHS, ids=lambda one: one.name)
def test_sums_over_calls_end_a_path(one: frontend.Text):
    assert not wrong_hops(one.text)


@pytest.mark.parametrize("one", shown(), ids=lambda one: one.name)
def test_recipes_pass_the_guard_and_name_the_case(one: frontend.Text):
    for engine in (EMBEDDED, NEO4J):
        assert "case_id" in checked(one.text, engine).parameters
    with pytest.raises(StatementRefused):
        checked(f"{one.text} SET x.y = 1", NEO4J)


@pytest.mark.parametrize("one", recipes(), ids=lambda one: one.name)
def test_recipes_over_paths_say_how_long(one: object):
    text = str(getattr(one, "statement", ""))
    bounds = re.findall(r"\*\d*\.\.(\d+)", text)
    assert bool(bounds) == ("bounded" in str(getattr(one, "name", "")))
    assert all(f"{bound} hop" in str(getattr(one, "name", "")) for bound in bounds)


def test_what_the_embedded_engine_does_not_run_is_documented_with_what_it_says():
    page = DOCUMENT.read_text(encoding="utf-8").replace("\\|", "|")
    assert not [one for one, said in NOT_EMBEDDED.items() if f"| `{one}` | {said} |" not in page]
    assert not [one for held in PROCEDURES.values() for one in held if f"`{one}`" not in page]
    assert not [kind for kind in TYPES if f"`{kind}`" not in page]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MATCH (s)-[:PERFORMED]->(a)-[:ON]->(r)<-[:ON]-(b) RETURN s", "goes on behind ON"),
        ("MATCH (s)-[:FROM]->(ip)<-[:FROM]-(t) RETURN s", "goes on behind FROM"),
        ("MATCH (s)-[:ASSUMED|PERFORMED*1..3]->(a) RETURN s", "stands for a path"),
        ("MATCH (s)-[:ON]-(r) RETURN s", "has no direction"),
        ("MATCH (x)<-[:ASSUMED]-(r)<-[o:ON {role: 'target'}]-(a:Action {x: (1)}) RETURN x", "goes on behind ON"),
    ],
)
def test_paths_that_go_on_behind_a_sum_are_found(text: str, said: str):
    assert said in "; ".join(wrong_hops(text))


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (p)-[:OPENED]->(s)-[:ASSUMED*1..3]->(t)-[:PERFORMED]->(a {x: (1)})-[o:ON]->(r) RETURN r",
        "MATCH (r)<-[:ON]-(a)<-[:PERFORMED]-(s)<-[:ASSUMED]-(t) MATCH (s)-[:FROM]->(ip) RETURN r",
        "MATCH (a), (b) WHERE (a)-[:ON]->(b) RETURN 1 -[1][0] AS x",
    ],
)
def test_paths_that_end_there_are_fine(text: str):
    assert not wrong_hops(text)
