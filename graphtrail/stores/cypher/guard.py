"""What a statement may do: read the graph, and nothing else.

The check stands before both engines. It knows where a word begins a clause and where it is a name, so that
``MATCH (set:Session)`` passes and ``MATCH (n) SET n.x = 1`` does not. What it cannot tell it refuses. On Neo4j the
server's own judgement (EXPLAIN), READ routing and a transaction that is always rolled back come on top.

What EXPLAIN and READ mode let through on Neo4j 5.26 and 2026.08, so that only this check stops it: LOAD CSV, TERMINATE,
and procedures that read or clear something of the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from graphtrail.stores.cypher.tokens import MARK, NAME, NUMBER, WORD, Token, refused, words

NEO4J, EMBEDDED = "neo4j", "embedded"

_FIRST = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL", "LET", "FILTER", "FINISH"})
_WRITES = frozenset(
    {"CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "INSERT"}  # INSERT: GQL's CREATE
)
_ADMINISTERS = frozenset({
    "ALTER", "DEALLOCATE", "DENY", "DROP", "DRYRUN", "ENABLE", "EXPLAIN", "GRANT", "LOAD", "PROFILE", "REALLOCATE",
    "RENAME", "REVOKE", "SHOW", "START", "STOP", "TERMINATE", "USE",
})  # fmt: skip
_READ_ONLY = "Cypher that people type only reads; on Neo4j graphtrail cypher --write lets it write"
_WAYS_OUT = {
    "SHOW": "it speaks of the server; ask it with Neo4j's own cypher-shell",
    "USE": "the database is chosen with --neo4j-database",
    "LOAD": "it reads files and addresses; pass values as parameters",
    "TERMINATE": "it ends what other people run",
    "EXPLAIN": "leave it out: the statement is explained before it is run",
    "PROFILE": "leave it out: profiles are for Neo4j's own cypher-shell",
    "CYPHER": "leave it out, or write CYPHER 5 or CYPHER 25 and nothing more, for Neo4j",
}
_ADMIN = "it administers the server; that is for Neo4j's own cypher-shell"

# Procedures that read the graph or its schema, and nothing else; those of the embedded engine answer as Neo4j's do.
PROCEDURES = {
    EMBEDDED: ("db.relationshipTypes",),
    NEO4J: (
        "db.index.fulltext.queryNodes", "db.index.fulltext.queryRelationships", "db.labels", "db.propertyKeys",
        "db.relationshipTypes", "db.schema.nodeTypeProperties", "db.schema.relTypeProperties",
        "db.schema.visualization",
    ),
}  # fmt: skip
# Functions with a dot in their names that are Cypher's own; all others come from plug-ins, which may reach anything.
_FUNCTIONS = frozenset({"DATE", "DATETIME", "DURATION", "LOCALDATETIME", "LOCALTIME", "POINT", "TIME"})
_SIMILARITY = ("VECTOR", "SIMILARITY")

# A word after one of these is a name.
_NAMES_FOLLOW = frozenset({".", ":", "$", "&", "!", "|", "AS"})
# After one of these stands an expression, in which a word may be a name if what follows it allows it.
_VALUES_FOLLOW = frozenset({
    "(", "[", "{", ",", "=", "<", ">", "+", "/", "%", "^", "~", "AND", "BY", "CASE", "CONTAINS", "DISTINCT", "ELSE",
    "IN", "LIMIT", "MATCH", "NOT", "OFFSET", "OR", "RETURN", "SKIP", "THEN", "UNWIND", "WHEN", "WHERE", "WITH", "XOR",
    "YIELD",
})  # fmt: skip
_AFTER_VALUES = frozenset({
    ".", ",", ")", "]", "}", "[", "{", ":", "=", "<", ">", "+", "-", "*", "/", "%", "^", "|", "AND", "AS", "ASC",
    "ASCENDING", "CONTAINS", "DESC", "DESCENDING", "ELSE", "END", "ENDS", "IN", "IS", "LIMIT", "MATCH", "OFFSET",
    "OPTIONAL", "OR", "ORDER", "RETURN", "SKIP", "STARTS", "THEN", "UNION", "UNWIND", "WHEN", "WHERE", "WITH", "XOR",
})  # fmt: skip
_LANGUAGES = frozenset({"5", "25"})
_REACH = 8  # words from ``} IN`` to ``TRANSACTIONS``
_NOTHING = Token(MARK, "", 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that may be run.

    Attributes:
        text: what is run: the statement without comments and without a semicolon at its end.
        parameters: names of the parameters that it uses.
        language: ``CYPHER 5`` or ``CYPHER 25`` if it says so, else empty.
    """

    text: str
    parameters: frozenset[str]
    language: str = ""


def checked(statement: str, engine: str, *, write: bool = False) -> Statement:
    """A statement that may be run.

    Args:
        statement: as somebody typed it.
        engine: ``neo4j`` or ``embedded``.
        write: it may change nodes and relationships; schema, files, other transactions and procedures stay closed.

    Raises:
        StatementRefused: it may not; the message says what was refused and the way out.
    """
    read = words(statement)
    return _Check(statement, engine, write=write).passed(read.text, list(read.tokens))


class _Check:
    def __init__(self, statement: str, engine: str, *, write: bool) -> None:
        self._statement = statement
        self._engine = engine
        self._write = write

    def passed(self, text: str, tokens: list[Token]) -> Statement:
        """The statement, if nothing in it is refused."""
        if tokens and tokens[-1].mark == ";":
            last = tokens.pop()
            text = text[: last.start] + " " + text[last.start + 1 :]
        if not tokens:
            raise refused(self._statement, 0, "nothing to run; a statement is such as MATCH (n) RETURN n.key")
        language = self._language(tokens)
        start = 2 if language else 0
        self._first(tokens[start:])
        for at in range(start, len(tokens)):
            self._look(tokens, at)
        return Statement(text, frozenset(_parameters(tokens)), language)

    def _language(self, tokens: Sequence[Token]) -> str:
        """The prefix that names the language, which means the same to every reader; any other is refused."""
        if tokens[0].folded != "CYPHER":
            return ""
        known = len(tokens) > 1 and tokens[1].text in _LANGUAGES
        if not known or self._engine != NEO4J:
            raise self._no(tokens[0], _WAYS_OUT["CYPHER"])
        return f"CYPHER {tokens[1].text}"

    def _first(self, tokens: Sequence[Token]) -> None:
        """A statement begins with a word that begins reading; administration begins with others."""
        first = tokens[0] if tokens else _NOTHING
        if first.kind == WORD and (first.folded in _FIRST or (self._write and first.folded in _WRITES)):
            return
        if first.kind == WORD and first.folded in _WRITES:
            raise self._no(first, _READ_ONLY)
        known = "MATCH, OPTIONAL MATCH, UNWIND, WITH, CALL { } or RETURN"
        raise self._no(first, _WAYS_OUT.get(first.folded, f"a statement begins with {known}"))

    def _look(self, tokens: Sequence[Token], at: int) -> None:
        token = tokens[at]
        if token.mark == ";":
            raise refused(self._statement, token.start, "several statements; run them one by one")
        if token.mark == "(":
            self._function(tokens, at)
        if token.kind not in {WORD, NAME}:
            return
        word, following = token.folded, _at(tokens, at + 1)
        if word in {"LOAD", "FORMAT"} and following.folded == "CSV":
            raise self._no(token, _WAYS_OUT["LOAD"] if word == "LOAD" else "name a form with --output csv")
        if word in {"TRANSACTIONS", "TRANSACTION"}:
            self._transactions(tokens, at)
        elif word == "CALL" and not _is_name(tokens, at):
            self._call(tokens, at)
        elif word in _WRITES | _ADMINISTERS and not _is_name(tokens, at):
            self._clause(tokens, at)

    def _clause(self, tokens: Sequence[Token], at: int) -> None:
        token, following = tokens[at], _at(tokens, at + 1)
        if token.folded in _ADMINISTERS:
            raise self._no(token, _WAYS_OUT.get(token.folded, _ADMIN))
        if not self._write:
            raise self._no(token, _READ_ONLY)
        made = following.kind == WORD and _at(tokens, at + 2).mark != "=" and _at(tokens, at - 1).folded != "ON"
        if token.folded in {"CREATE", "INSERT"} and made:
            raise self._no(token, f"{following.text} is schema; graphtrail neo4j load keeps it")

    def _transactions(self, tokens: Sequence[Token], at: int) -> None:
        before = [token.mark or token.folded for token in tokens[max(at - _REACH, 0) : at]]
        inside = any(pair == ("}", "IN") for pair in pairwise(before))
        if inside and before[-1] not in _NAMES_FOLLOW:
            raise self._no(tokens[at], "CALL IN TRANSACTIONS commits piece by piece; leave IN TRANSACTIONS out")

    def _call(self, tokens: Sequence[Token], at: int) -> None:
        """A subquery, or a procedure of the list."""
        following = _at(tokens, at + 1)
        if following.mark == "(":  # the variables of a subquery
            end = next((place for place in range(at, len(tokens)) if tokens[place].mark == ")"), at)
            following = _at(tokens, end + 1)
        if following.mark == "{":
            return
        name = ".".join(_dotted(tokens, at + 1))
        if name not in PROCEDURES[self._engine]:
            held = ", ".join(PROCEDURES[self._engine])
            elsewhere = "; it runs on Neo4j (--store neo4j)" if name in PROCEDURES[NEO4J] else ""
            what = f"the procedure {name or following.text!r}; only these are called: {held}{elsewhere}"
            raise self._no(tokens[at], what)

    def _function(self, tokens: Sequence[Token], at: int) -> None:
        """A function of a plug-in."""
        start = at - 1
        while start > 1 and tokens[start].kind in {WORD, NAME} and tokens[start - 1].mark == ".":
            start -= 2
        parts = [token.folded for token in tokens[max(start, 0) : at : 2]]
        if start >= at - 1 or start < 0 or tokens[start].kind not in {WORD, NAME}:
            return
        called = start > 0 and tokens[start - 1].folded == "CALL" and not _is_name(tokens, start - 1)
        own = (len(parts) == 2 and parts[0] in _FUNCTIONS) or tuple(parts[:2]) == _SIMILARITY  # noqa: PLR2004 - a.b
        if not called and not own:
            name = ".".join(token.text for token in tokens[start:at:2])
            raise self._no(tokens[start], f"the function {name}, of a plug-in; Cypher's own functions are free")

    def _no(self, token: Token, why: str) -> Exception:
        return refused(self._statement, token.start, f"{token.text}: {why}" if token.text else why)


def _at(tokens: Sequence[Token], place: int) -> Token:
    return tokens[place] if 0 <= place < len(tokens) else _NOTHING


def _is_name(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word names something here, and begins no clause."""
    before, after = _at(tokens, at - 1), _at(tokens, at + 1)
    said = before.mark or (before.folded if before.kind == WORD else "")
    if said in _NAMES_FOLLOW:
        return True
    if said in {"{", "(", "["} and after.mark == ":":
        return True
    if said == "{" or said not in _VALUES_FOLLOW or (said == "DISTINCT" and _at(tokens, at - 2).folded == "UNION"):
        return False
    return after is _NOTHING or (after.mark or (after.folded if after.kind == WORD else "")) in _AFTER_VALUES


def _dotted(tokens: Sequence[Token], at: int) -> list[str]:
    """The parts of a name with dots."""
    parts = []
    while _at(tokens, at).kind in {WORD, NAME}:
        parts.append(tokens[at].text)
        if _at(tokens, at + 1).mark != ".":
            break
        at += 2
    return parts


def _parameters(tokens: Sequence[Token]) -> list[str]:
    pairs = pairwise(tokens)
    return [after.text for token, after in pairs if token.mark == "$" and after.kind in {WORD, NAME, NUMBER}]
