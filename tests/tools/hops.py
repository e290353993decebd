"""Finds paths that go on behind a sum over calls: PERFORMED, ON and FROM hold no order in time, and end a path."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from graphtrail.stores.cypher.tokens import Token, words

SUMS = frozenset({"PERFORMED", "ON", "FROM", "SIGHTED_AT"})


class Hop(NamedTuple):
    """A relationship of a pattern.

    Attributes:
        types: its types; empty is any.
        long: whether it stands for a path.
        way: ``>``, ``<`` or empty, as it is written.
        start, end: places of the marks around it, from the end of one node to the begin of the next.
    """

    types: frozenset[str]
    long: bool
    way: str
    start: int
    end: int


def wrong_hops(text: str) -> list[str]:
    """What goes on behind a sum, in words."""
    tokens = words(text).tokens
    return [said for chain in _chains(tokens) for said in _wrong(chain)]


def _wrong(chain: Sequence[Hop]) -> Iterator[str]:
    for at, hop in enumerate(chain):
        sums = hop.types & SUMS
        if not sums:
            continue
        named = "|".join(sorted(hop.types))
        if hop.long:
            yield f"{named} stands for a path"
        elif not hop.way:
            yield f"{named} has no direction"
        elif (behind := _behind(chain, at)) is not None and not (hop.types == {"PERFORMED"} and behind.types == {"ON"}):
            yield f"the path goes on behind {named}"


def _behind(chain: Sequence[Hop], at: int) -> Hop | None:
    """The hop behind the end of one."""
    place = at + 1 if chain[at].way == ">" else at - 1
    return chain[place] if 0 <= place < len(chain) else None


def _chains(tokens: Sequence[Token]) -> Iterator[list[Hop]]:
    chain: list[Hop] = []
    for hop in _hops(tokens):
        if chain and hop.start != _closing(tokens, chain[-1].end):
            yield chain
            chain = []
        chain.append(hop)
    if chain:
        yield chain


def _hops(tokens: Sequence[Token]) -> Iterator[Hop]:
    for at, token in enumerate(tokens):
        if token.mark != "[" or at < 1 or tokens[at - 1].mark != "-":
            continue
        end = next(place for place in range(at, len(tokens)) if tokens[place].mark == "]")
        left = at - 2 if tokens[at - 2].mark == "<" else at - 1
        right = end + 2 if tokens[end + 2].mark == ">" else end + 1
        if tokens[left - 1].mark != ")" or tokens[right + 1].mark != "(":
            continue  # a list behind a minus
        inside = list(takewhile(lambda one: one.mark not in {"{", "*"}, tokens[at + 1 : end]))
        types = frozenset(one.text for before, one in pairwise(inside) if before.mark in {":", "|"})
        way = "<" if left == at - 2 else ">" if right == end + 2 else ""
        yield Hop(types, any(one.mark == "*" for one in tokens[at + 1 : end]), way, left - 1, right + 1)


def _closing(tokens: Sequence[Token], opening: int) -> int:
    """The place of the bracket that closes another."""
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place].mark, 0)
        if not depth:
            return place
    return len(tokens)
