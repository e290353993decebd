r"""The words of a Cypher statement, and the statement with its comments blanked: what is checked is what is run.

Written after the lexical rules of Neo4j 5 and 25 (Cypher manual: Parsing, Naming, Comments, Values and types). Neo4j 5
reads ``\uXXXX`` before it looks for words, so an escape could end a string or make a keyword; kglite reads it inside
strings only. Escapes are therefore taken where both read the same: inside strings, and there only what ends none.
"""

import re
import unicodedata
from typing import NamedTuple

from graphtrail.errors import StatementRefused

WORD, NAME, TEXT, NUMBER, MARK = "word", "name", "text", "number", "mark"

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>//[^\r\n]*|/\*.*?\*/)
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<name>`(?:[^`]|``)*`)
    | (?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>[(){}\[\].,:;|+*/%^=<>!&$~?-])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = frozenset("\\'\"bfnrtu")
_UNICODE = re.compile(r"\\u+([0-9a-fA-F]{4})?")
_OPEN = {"'": "a string", '"': "a string", "`": "a name in backticks", "/": "a comment"}


class Token(NamedTuple):
    """A word of a statement.

    Attributes:
        kind: ``word`` (a keyword or a plain name), ``name`` (in backticks), ``text`` (a string), ``number``, ``mark``.
        text: as it is written; of a name what stands between its backticks.
        start: its place in the statement.
    """

    kind: str
    text: str
    start: int

    @property
    def folded(self) -> str:
        """The word as a keyword has it: letters that some program may take for plain ones are plain; else empty."""
        return unicodedata.normalize("NFKC", self.text).casefold().upper() if self.kind in {WORD, NAME} else ""

    @property
    def mark(self) -> str:
        """The sign, of a sign; a name in backticks may look like one."""
        return self.text if self.kind == MARK else ""


class Words(NamedTuple):
    """A statement, read.

    Attributes:
        text: the statement; comments are spaces, and so is every kind of space.
        tokens: its words.
    """

    text: str
    tokens: tuple[Token, ...]


def words(statement: str) -> Words:
    """Read a statement.

    Raises:
        StatementRefused: it holds something that is no Cypher, or that engines read in different ways.
    """
    clean, tokens, at = [], [], 0
    while at < len(statement):
        found = _TOKEN.match(statement, at)
        if found is None:
            raise _unread(statement, at)
        kind, text = found.lastgroup or "", found[0]
        if kind in {"space", "comment"}:
            clean.append("".join(char if char in "\r\n" else " " for char in text))
        else:
            if text == "/" and statement.startswith("/*", at):
                raise _unread(statement, at)
            tokens.append(_token(statement, kind, text, at))
            clean.append(text)
        at = found.end()
    return Words("".join(clean), tuple(tokens))


def place(statement: str, at: int) -> str:
    """Where something stands, as people count."""
    before = statement[:at]
    return f"line {before.count(chr(10)) + 1}, column {at - (before.rfind(chr(10)) + 1) + 1}"


def refused(statement: str, at: int, what: str) -> StatementRefused:
    """The error that says what was refused and where."""
    return StatementRefused(f"refused at {place(statement, at)}: {what}")


def _token(statement: str, kind: str, text: str, at: int) -> Token:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise refused(statement, at, "half a character (a lone surrogate), which no engine reads")
    if kind == TEXT:
        _check_text(statement, text, at)
    if kind == NAME:
        if "\\u" in text:
            raise refused(statement, at, "an escape \\u in a name; write the character itself")
        return Token(NAME, text[1:-1].replace("``", "`"), at)
    return Token(kind, text, at)


def _check_text(statement: str, text: str, at: int) -> None:
    """Escapes that engines read alike, and none that could end the string."""
    for found in re.finditer(r"\\(.)", text, re.DOTALL):
        if found[1] not in _ESCAPES:
            way = "Cypher has no such escape; a backslash itself is written \\\\"
            raise refused(statement, at + found.start(), f"\\{found[1]} in a string: {way}")
    for found in _UNICODE.finditer(text):
        char = chr(int(found[1], 16)) if found[1] else ""
        if not char or char in "'\"\\`" or not char.isprintable():
            way = "engines disagree on what it ends; write the character itself, or pass the text as a parameter"
            raise refused(statement, at + found.start(), f"{found[0]} in a string: {way}")


def _unread(statement: str, at: int) -> StatementRefused:
    char = statement[at]
    if char in _OPEN:
        return refused(statement, at, f"{_OPEN[char]} that does not end")
    if char == "\\":
        return refused(statement, at, "a backslash outside a string; write the character itself")
    name = unicodedata.name(char, "no character")
    return refused(statement, at, f"U+{ord(char):04X} ({name}) outside a string; Cypher has no such sign")
