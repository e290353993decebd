"""Sessions: who signed the calls. Keys come from single records; what several records say is put together here."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from graphtrail.case.arrow import Ints
from graphtrail.case.distinct import Codes
from graphtrail.case.facts import Facts
from graphtrail.events.actions import SIGN_IN
from graphtrail.events.identity import Caller, key_id
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.names import Names
from graphtrail.window import iso


@dataclass(slots=True, eq=False)
class Session:
    """One session, as all its records together know it.

    Attributes:
        key: ``key:<access key id>``, ``ses:<principalId>@<creationDate>``, ``svc:...``, ``idc:...``, ``signin:...``,
            ``anon:...``.
        principal: key of whoever it is a session of; None where no record names anybody.
        label: kind of the principal.
        uid: unique id of the principal; a role that was deleted and made again has several.
        principal_id, name, arn, issuer, source_identity, ec2_role_delivery, via, delegate: as recorded; of several the
            largest, so that their order does not matter; ``name`` is the role session name.
        created: ``creationDate``, of a sign-in its time; epoch seconds.
        expires: epoch seconds, ``FOREVER`` if it does not end; ``expires_assumed`` if AWS's limit stands for it.
        access_keys: all that its records were signed with.
        people: Identity Center users on whose behalf it acted, each with a call that says so.
        sign_ins: ``signInSessionArn``.
        workloads: ARNs that ``inScopeOf`` names.
        accounts: of the caller.
        direct: a record of it was not minted: somebody held its key.
        console: a record of it came from the console.
        forwarded: all its records were sent on by services.
        authenticated: a call of it was signed; that a sign-in was tried and failed proves nobody.
        assumed_root: it came from AssumeRoot.
        mfa: whether multi-factor authentication was seen; None if no record says.
        conflict: its key is in the records of several principals.
        kind: see ``kinds``; set when all links are known.
        first_seen, last_seen, calls: of its calls; no call, no time.
    """

    key: str
    principal: str | None = None
    label: str = "Unresolved"
    uid: str | None = None
    principal_id: str | None = None
    name: str | None = None
    arn: str | None = None
    issuer: str | None = None
    source_identity: str | None = None
    ec2_role_delivery: str | None = None
    via: str | None = None
    delegate: str | None = None
    created: int | None = None
    expires: int = FOREVER
    expires_assumed: bool = False
    access_keys: set[str] = field(default_factory=set)
    people: dict[str, int] = field(default_factory=dict)
    sign_ins: set[str] = field(default_factory=set)
    workloads: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    direct: bool = False
    console: bool = False
    forwarded: bool = True
    authenticated: bool = False
    assumed_root: bool = False
    mfa: bool | None = None
    conflict: bool = False
    kind: str = ""
    first_seen: int | None = None
    last_seen: int | None = None
    calls: int = 0

    def add(self, who: Caller, principal: str | None, row: int) -> None:
        """Take what one caller says; ``row`` is one of its calls."""
        if principal is not None and (self.principal is None or principal > self.principal):
            self.principal, self.label = principal, who.label
        self.uid = _larger(self.uid, who.uid)
        self.principal_id = _larger(self.principal_id, who.principal_id)
        self.name = _larger(self.name, who.session_name)
        self.arn = _larger(self.arn, who.arn)
        self.issuer = _larger(self.issuer, who.issuer)
        self.source_identity = _larger(self.source_identity, who.source_identity)
        self.ec2_role_delivery = _larger(self.ec2_role_delivery, who.ec2_role_delivery)
        self.via = _larger(self.via, who.via)
        self.delegate = _larger(self.delegate, who.delegate)
        if who.created is not None:
            self.created = who.created if self.created is None else min(self.created, who.created)
        self._add_sets(who)
        if who.person:
            self.people[who.person] = min(row, self.people.get(who.person, row))
        self.direct |= not who.minted
        self.console |= who.minted and who.via is None
        self.forwarded &= who.via is not None
        self.assumed_root |= who.assumed_root
        if who.mfa is not None:
            self.mfa = bool(self.mfa) or who.mfa

    def _add_sets(self, who: Caller) -> None:
        for held, said in (
            (self.access_keys, key_id(who.access_key)),
            (self.sign_ins, who.sign_in),
            (self.workloads, who.workload),
            (self.accounts, who.account),
        ):
            if said:
                held.add(said)

    @property
    def family(self) -> tuple[str, int] | None:
        """What all sessions of one sign-in or one assumption share: (``principalId``, ``creationDate``)."""
        return (self.principal_id, self.created) if self.principal_id and self.created is not None else None


def family_key(family: tuple[str, int]) -> str:
    """The key of the session that stands for a family."""
    return f"ses:{family[0]}@{iso(family[1])}"


def _larger(held: str | None, said: str | None) -> str | None:
    return said if held is None or (said is not None and said > held) else held


@dataclass(slots=True)
class Signed:
    """Who signed which call.

    Attributes:
        sessions: by key.
        keys: keys of sessions by their numbers.
        of_call: of each call asked about the number of its session.
    """

    sessions: dict[str, Session]
    keys: list[str]
    of_call: Ints


def sessions(facts: Facts, calls: Ints, names: Names) -> Signed:
    """The sessions of a case, and which of them signed which call.

    Args:
        facts: the facts.
        calls: numbers of the calls that count.
        names: of principals.
    """
    found: dict[str, Session] = {}
    numbers: Codes[str] = Codes()
    tried = np.fromiter((kind.source == SIGN_IN and kind.outcome != "ok" for kind in facts.kinds), np.bool_)
    signed = ~tried[facts.kind[calls]]
    authenticated = np.zeros(len(facts.callers), np.bool_)
    authenticated[facts.caller[calls[signed]]] = True

    def number(key: str, code: int, row: int) -> int:
        if key not in found:
            found[key] = Session(key, conflict="#" in key and key.startswith("key:"))
        found[key].add(facts.callers[code], names.principals[code], row)
        found[key].authenticated |= bool(authenticated[code])
        return numbers[key]

    places = np.full(facts.rows, -1, np.int64)
    places[calls] = np.arange(len(calls))
    own = {int(places[row]): (row, key) for row, key in facts.sessions.items() if places[row] >= 0}
    shared = np.ones(len(calls), np.bool_)
    shared[list(own)] = False
    callers = facts.caller[calls]
    used, firsts = np.unique(callers[shared], return_index=True)
    keys = _keys(facts, used.tolist(), names)
    by_caller = np.full(len(facts.callers), -1, np.int32)
    for code, row in zip(used.tolist(), calls[shared][firsts].tolist(), strict=True):
        by_caller[code] = number(keys[code], code, row)
    of_call = by_caller[callers]
    for place, (row, key) in sorted(own.items()):
        of_call[place] = number(key, int(facts.caller[row]), row)
        if key.startswith("ses:") and found[key].created is None:
            found[key].created = int(facts.times[row])  # a sign-in: its family begins with it
    return Signed(found, list(numbers), of_call)


def _keys(facts: Facts, used: list[int], names: Names) -> dict[int, str]:
    """The session key of each caller; one access key in the records of several principals is several sessions."""
    holders: dict[str, set[str]] = defaultdict(set)
    keys = {code: facts.callers[code].session or "" for code in used}
    for code, key in keys.items():
        principal = names.principals[code]
        if key.startswith("key:") and principal:
            holders[key].add(principal)
    return {
        code: f"{key}#{names.principals[code] or '-'}" if len(holders.get(key, ())) > 1 else key
        for code, key in keys.items()
    }
