"""The guard: what it refuses, what it lets pass, and where it says the trouble is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statements import HARMLESS, HOSTILE, NOT_EMBEDDED

from graphtrail.errors import StatementRefused, UsageError
from graphtrail.stores.cypher.guard import EMBEDDED, NEO4J, checked
from graphtrail.stores.cypher.tokens import words

ENGINES = (EMBEDDED, NEO4J)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("statement", [one for one in HOSTILE if HOSTILE[one]])
def test_hostile_statements_are_refused_with_a_reason_and_a_place(statement: str, engine: str):
    with pytest.raises(StatementRefused, match=r"refused at line \d+, column \d+: ") as wrong:
        checked(statement, engine)
    assert any(part in str(wrong.value) for part in HOSTILE[statement].split("|")), wrong.value


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("statement", HARMLESS)
def test_harmless_statements_pass_and_stay_as_they_are(statement: str, engine: str):
    passed = checked(statement, engine)
    assert len(passed.text) == len(statement)
    assert [token[:2] for token in words(passed.text).tokens] == [
        token[:2] for token in words(statement.strip().removesuffix(";")).tokens
    ]


@pytest.mark.parametrize("statement", NOT_EMBEDDED)
def test_what_the_embedded_engine_does_not_run_passes_for_neo4j(statement: str):
    assert checked(statement, NEO4J).text == statement


def test_there_are_enough_of_both():
    assert len(HOSTILE) >= 80
    assert len(HARMLESS) >= 40


def test_a_newline_in_an_escape_cannot_end_a_comment_since_comments_are_not_sent():
    assert checked("MATCH (n) // \\u000aSET n.x = 1\nRETURN n", NEO4J).text.split() == ["MATCH", "(n)", "RETURN", "n"]


def test_the_place_is_where_people_look():
    with pytest.raises(StatementRefused, match="refused at line 3, column 5: SET"):
        checked("MATCH (n)\n// CREATE\n    SET n.x = 1", EMBEDDED)
    assert issubclass(StatementRefused, UsageError)


def test_the_language_may_be_named_for_neo4j_alone():
    assert checked("CYPHER 25 RETURN 1 AS a", NEO4J).language == "CYPHER 25"
    assert checked("cypher 5 RETURN 1 AS a", NEO4J).language == "CYPHER 5"
    with pytest.raises(StatementRefused, match="CYPHER: leave it out"):
        checked("CYPHER 25 RETURN 1 AS a", EMBEDDED)


def test_procedures_that_only_neo4j_has_are_named_as_such():
    assert checked("CALL db.labels() YIELD label RETURN label", NEO4J).text
    with pytest.raises(StatementRefused, match=r"'db\.labels'; only these are called: .*; it runs on"):
        checked("CALL db.labels() YIELD label RETURN label", EMBEDDED)


def test_parameters_are_found_and_nothing_else():
    statement = "MATCH (n {a: $one, b: $`two`}) WHERE n.x = '$three' // $four\nRETURN n.`$five`, $6"
    assert checked(statement, NEO4J).parameters == {"one", "two", "6"}


WRITES = (
    "CREATE (n:Entity {key: 'x'}) RETURN n",
    "CREATE p = (:Entity)-[:ASSUMED]->(:Entity) RETURN p",
    "MERGE (n:Entity {uid: 'x'}) ON CREATE SET n.a = 1 ON MATCH SET n.a = 2",
    "MATCH (n) WHERE n.key = $key DETACH DELETE n",
    "MATCH (n) FOREACH (x IN [1] | SET n.a = x)",
    "INSERT (:Entity)",
)


@pytest.mark.parametrize("statement", WRITES)
def test_writing_is_allowed_where_it_was_asked_for(statement: str):
    assert checked(statement, NEO4J, write=True).text == statement


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE INDEX i FOR (n:Entity) ON (n.x)", "INDEX is schema"),
        ("CREATE OR REPLACE DATABASE x", "OR is schema"),
        ("CREATE USER eve SET PASSWORD 'x'", "USER is schema"),
        ("DROP INDEX i", "a statement begins with"),
        ("LOAD CSV FROM 'http://127.0.0.1/' AS row CREATE (n)", "it reads files"),
        ("MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS", "CALL IN TRANSACTIONS"),
        ("CALL db.createLabel('x')", "the procedure"),
        ("CREATE (n); CREATE (m)", "several statements"),
    ],
)
def test_writing_opens_nothing_else(statement: str, why: str):
    with pytest.raises(StatementRefused, match=why):
        checked(statement, NEO4J, write=True)


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    try:
        passed = checked(text, NEO4J)
    except StatementRefused:
        return
    assert passed.text.split()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_string_stays_a_string_whatever_stands_in_it(text: str):
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\\\\u", "\\\\ u")
    passed = checked(f"RETURN '{quoted}' AS a", EMBEDDED)
    assert [token.kind for token in words(passed.text).tokens] == ["word", "text", "word", "word"]
