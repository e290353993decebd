"""What the link rules read and write: sessions, issues, and the links found so far."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np

from graphtrail.case.arrow import Ints
from graphtrail.case.facts import Facts
from graphtrail.events.credentials import SIGN_INS, Credential
from graphtrail.graph.names import Names
from graphtrail.graph.records import Records
from graphtrail.graph.schema import ASSUMES, Confidence
from graphtrail.graph.sessions import Session, Signed, family_key

# The types of edges by which a session was handed out.
ISSUES = frozenset({"ASSUMED", "ISSUED"})


class Issue(NamedTuple):
    """One credential that a call handed out, or one sign-in.

    Attributes:
        rows: the call, and its second copies: the evidence.
        time: epoch seconds.
        source: key of the session that made the call.
        target: key of the principal whose credential it is, None if unknown.
        credential: as the record shows it.
    """

    rows: tuple[int, ...]
    time: int
    source: str
    target: str | None
    credential: Credential


class Link(NamedTuple):
    """One way by which a session came about, or who stands behind it.

    Attributes:
        source: key of a session, or of a principal where no session is known.
        target: key of the session.
        type: name of the relation.
        at: epoch seconds of the call; of ON_BEHALF_OF the first sight.
        rule: ``L1`` and so on.
        confidence: of the rule.
        rows: the calls that prove it.
        method: action that issued it.
    """

    source: str
    target: str
    type: str
    at: int
    rule: str
    confidence: Confidence
    rows: tuple[int, ...]
    method: str = ""


class _Moves(NamedTuple):
    """Calls that turn out to be of other sessions.

    Attributes:
        before, now: of each the session that it was of, and is of.
        copies: the second copies of all calls, which go with the call that stands before them.
    """

    before: Mapping[int, str]
    now: Mapping[int, str]
    copies: AbstractSet[int]

    def followed(self, sources: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """The sessions that made calls, and the calls of each, as they are now."""
        found: dict[str, list[int]] = defaultdict(list)
        for source, rows in sources.items():
            whose = source
            for row in rows:
                now = self.now[row] if self.before.get(row) == source else source
                whose = whose if row in self.copies else now
                found[whose].append(row)
        return {source: tuple(rows) for source, rows in found.items()}


@dataclass(slots=True)
class World:
    """Everything that the link rules know.

    Attributes:
        facts, records, names, signed: what was read.
        issues: credentials handed out, sign-ins left out.
        sign_ins: ConsoleLogin and SwitchRole.
        links: found so far, by the session that they lead to.
        candidates: sessions that may have issued a session, where the evidence does not decide, with the calls.
        members: keys of the sessions of each family, by the family's key.
        family_of: the family that a session is drawn as part of, and the rule that says so.
        workloads: the instance or function that a session runs on: its key, the rule, and how sure that is.
        holders: keys of the sessions whose records were signed with an access key.
        source_of: sessions that forwarded calls were given back to, by call.
        by_family: keys of the sessions with a (``principalId``, ``creationDate``) that one principal has.
    """

    facts: Facts
    records: Records
    names: Names
    signed: Signed
    issues: list[Issue] = field(default_factory=list)
    sign_ins: list[Issue] = field(default_factory=list)
    links: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    candidates: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    family_of: dict[str, tuple[str, str]] = field(default_factory=dict)
    workloads: dict[str, tuple[str, str, Confidence]] = field(default_factory=dict)
    holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    source_of: dict[int, str] = field(default_factory=dict)
    by_family: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def sessions(self) -> dict[str, Session]:
        """All sessions, by key."""
        return self.signed.sessions

    def add(self, session: Session) -> Session:
        """Take a session that no call tells of: an issued key that is never used, a family of which only members do."""
        self.signed.sessions[session.key] = session
        self.signed.keys.append(session.key)
        return session

    def link(self, link: Link) -> None:
        """Take a link."""
        self.links[link.target].append(link)

    def give_back(self, of_call: Ints) -> None:
        """Let links start at the sessions that forwarded calls were made for.

        Args:
            of_call: number of the session of each call now.
        """
        moved = np.flatnonzero(of_call != self.signed.of_call)
        rows = self.records.calls[moved].tolist()
        now = {row: self.signed.keys[number] for row, number in zip(rows, of_call[moved].tolist(), strict=True)}
        before = {
            row: self.signed.keys[number] for row, number in zip(rows, self.signed.of_call[moved].tolist(), strict=True)
        }
        moves = _Moves(before, now, {copy for copies in self.records.copies.values() for copy in copies})
        for target, sources in self.candidates.items():
            self.candidates[target] = moves.followed(sources)
        for target, links in self.links.items():
            undecided: dict[str, tuple[int, ...]] = {}
            for place, link in reversed(list(enumerate(links))):
                if now.keys().isdisjoint(link.rows):
                    continue
                found = moves.followed({link.source: link.rows})
                if len(found) == 1:
                    links[place] = link._replace(source=next(iter(found)))
                else:  # it was taken for one session that made all these calls
                    undecided |= found
                    del links[place]
            if undecided:
                self.candidates[target] = dict(sorted((self.candidates.get(target, {}) | undecided).items()))
        self.source_of = now

    def divide(self, sessions: Mapping[str, Mapping[str, Ints]]) -> None:
        """Put several sessions in the place of one, for some of them.

        Args:
            sessions: for the key of each the places of all its calls, among those that count, by the keys of its parts.
        """
        if not sessions:
            return
        of_call = self.signed.of_call.copy()
        numbers = {key: number for number, key in enumerate(self.signed.keys)}
        for whole, parts in sessions.items():
            held, links, candidates = self.sessions[whole], self.links.pop(whole, ()), self.candidates.pop(whole, None)
            for key, places in parts.items():
                of_call[places] = len(self.signed.keys)
                self.add(replace(held, key=key))
                if links:
                    self.links[key] = [link._replace(target=key) for link in links]
                if candidates:
                    self.candidates[key] = candidates
        self.give_back(of_call)
        for whole, parts in sessions.items():
            del self.sessions[whole]
            self.signed.keys[numbers[whole]] = next(iter(parts))  # a number that no call has any more
        self.signed.of_call = of_call
        self.issues = [issue._replace(source=self.source_of.get(issue.rows[0], issue.source)) for issue in self.issues]

    def source(self, row: int, place: int) -> str:
        """The session that made a call: its number in the facts, and its place among the calls."""
        return self.source_of.get(row) or self.signed.keys[int(self.signed.of_call[place])]

    def issuing(self, target: str) -> list[Link]:
        """The links of issue to a session, the surest first."""
        found = [link for link in self.links.get(target, ()) if link.type in ISSUES]
        return sorted(found, key=lambda link: (-link.confidence, link.at, link.source))

    def has_exact_parent(self, target: str) -> bool:
        """Whether the key of this session was seen when it was issued."""
        return any(link.confidence is Confidence.EXACT and link.type in ISSUES for link in self.links.get(target, ()))

    def family(self, family: tuple[str, int]) -> Session:
        """The session that stands for a family; it is made if only its members are known."""
        key = family_key(family)
        if key not in self.sessions:
            made = Session(key, principal_id=family[0], created=family[1], forwarded=False)
            for member in (self.sessions[name] for name in self.by_family[family]):
                made.principal = made.principal or member.principal
                made.label, made.uid = member.label, made.uid or member.uid
                made.name, made.arn = made.name or member.name, made.arn or member.arn
                made.issuer, made.accounts = made.issuer or member.issuer, made.accounts | member.accounts
                made.authenticated, made.assumed_root = (
                    made.authenticated or member.authenticated, made.assumed_root or member.assumed_root
                )  # fmt: skip
            self.add(made)
        return self.sessions[key]


def world(facts: Facts, records: Records, names: Names, signed: Signed) -> World:
    """What the link rules start from."""
    made = World(facts, records, names, signed)
    made.issues, made.sign_ins = _issues(made)
    for issue in made.sign_ins:  # of a role or federated user a sign-in names the session that it was made with
        if issue.source.startswith("ses:"):
            made.sessions[issue.source].console = True
    for session in signed.sessions.values():
        for key in session.access_keys:
            made.holders[key].append(session.key)
        if (family := session.family) is not None:
            made.by_family[family].append(session.key)
    made.by_family = defaultdict(list, {family: held for family, held in made.by_family.items() if _one(made, held)})
    for held in (*made.holders.values(), *made.by_family.values()):
        if len(held) > 1:
            held.sort()
    return made


def _one(made: World, sessions: list[str]) -> bool:
    """Whether no two of some sessions are of different principals."""
    return len(sessions) == 1 or len({made.sessions[key].principal for key in sessions} - {None}) <= 1


def by_source(issues: Iterable[Issue]) -> dict[str, tuple[int, ...]]:
    """The sessions that made calls which issue credentials, and the calls of each."""
    rows: dict[str, list[int]] = defaultdict(list)
    for issue in sorted(issues, key=attrgetter("source")):
        rows[issue.source] += issue.rows
    return {source: tuple(held) for source, held in rows.items()}


def kind_of_issue(method: str) -> str:
    """The type of the relation that an issuing action makes."""
    return "ASSUMED" if method in ASSUMES else "ISSUED"


def _issues(made: World) -> tuple[list[Issue], list[Issue]]:
    """The credentials of the calls that count; of two copies of one call each is taken once."""
    facts, records = made.facts, made.records
    first = {copy: row for row, copies in records.copies.items() for copy in copies}
    place = np.full(facts.rows, -1, np.int32)
    place[records.events] = 0
    place[records.calls] = np.arange(len(records.calls), dtype=np.int32)
    counted = place[_ints(row for row, _ in facts.credentials)] >= 0
    pairs = [(first.get(row, row), credential) for row, credential in compress(facts.credentials, counted.tolist())]
    pairs.sort(key=itemgetter(0))
    rows = _ints(row for row, _ in pairs)
    signed = made.signed.of_call[place[rows]].tolist()
    times = facts.times[rows].tolist()
    shown = {row for row, credential in pairs if credential.key and row in records.copies}
    taken: set[tuple[int, str | None]] = {(row, None) for row in shown}  # one copy hides what another shows
    issues: list[Issue] = []
    sign_ins: list[Issue] = []
    for (row, credential), session, time in zip(pairs, signed, times, strict=True):
        if (row, credential.key) in taken:
            continue
        taken.add((row, credential.key))
        issue = Issue(
            rows=(row, *records.copies.get(row, ())),
            time=time,
            source=made.signed.keys[session],
            target=made.names.principal(credential.target),
            credential=credential,
        )
        (sign_ins if credential.method in SIGN_INS else issues).append(issue)
    return issues, sign_ins


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int32)
