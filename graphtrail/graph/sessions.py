"""Sessions: who signed the calls. Keys come from single records; what several records say is put together here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints, Mask
from graphtrail.case.distinct import Codes
from graphtrail.case.facts import Facts
from graphtrail.events.actions import SIGN_IN
from graphtrail.events.identity import key_id
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.names import Names
from graphtrail.window import iso

Said = frozenset[str]
_NONE = -1
_NOTHING: Said = frozenset()
_NOBODY: Mapping[str, int] = {}
# Fields of a session, and the columns of callers that they come from.
_LARGEST = ("uid", "principal_id", "session_name", "arn", "issuer", "source_identity", "ec2_role_delivery")


@dataclass(slots=True, eq=False)
class Session:
    """One session, as all its records together know it.

    Attributes:
        key: ``key:<access key id>``, ``ses:<principalId>@<creationDate>``, ``svc:...``, ``idc:...``, ``signin:...``,
            ``anon:...``.
        principal: key of whoever it is a session of; None where no record names anybody.
        label: kind of the principal.
        uid: unique id of the principal; a role that was deleted and made again has several.
        principal_id, name, arn, issuer, source_identity, ec2_role_delivery: as recorded; of several the largest, so
            that their order does not matter; ``name`` is the role session name.
        created: ``creationDate``, of a sign-in its time; epoch seconds.
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
        conflict: what its key is made of is in the records of several principals, and each has one of its own.
        expires: epoch seconds, ``FOREVER`` if it does not end; ``expires_assumed`` if AWS's limit stands for it.
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
    created: int | None = None
    access_keys: Said = _NOTHING
    people: Mapping[str, int] = field(default_factory=dict)
    sign_ins: Said = _NOTHING
    workloads: Said = _NOTHING
    accounts: Said = _NOTHING
    direct: bool = False
    console: bool = False
    forwarded: bool = True
    authenticated: bool = False
    assumed_root: bool = False
    mfa: bool | None = None
    conflict: bool = False
    expires: int = FOREVER
    expires_assumed: bool = False
    kind: str = ""
    first_seen: int | None = None
    last_seen: int | None = None
    calls: int = 0

    @property
    def family(self) -> tuple[str, int] | None:
        """What all sessions of one sign-in or one assumption share: (``principalId``, ``creationDate``)."""
        return (self.principal_id, self.created) if self.principal_id and self.created is not None else None


FOREIGN = "anon:AWSAccount:"


def undivided(key: str) -> str:
    """The key of a session; of one that is part of a caller of another account that of the caller."""
    return key.partition("#")[0] if key.startswith(FOREIGN) else key


def family_key(family: tuple[str, int]) -> str:
    """The key of the session that stands for a family."""
    return f"ses:{family[0]}@{iso(family[1])}"


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
    numbers: Codes[str] = Codes()
    callers = facts.caller[calls]
    own, shared_own = _own(facts, calls, names)
    apart = np.zeros(len(calls), np.bool_)
    apart[list(own)] = True
    first = np.full(len(facts.callers), _NONE, np.int32)
    first[callers[~apart][::-1]] = calls[~apart][::-1]
    used = np.flatnonzero(first >= 0)
    by_caller = np.full(len(facts.callers), _NONE, np.int32)
    keys, shared = _keys(facts, used, names)
    by_caller[used] = np.fromiter(map(numbers.__getitem__, keys), np.int32, len(used))
    of_call = by_caller[callers]
    for place, key in own.items():
        of_call[place] = numbers[key]
    places = np.fromiter(own, np.int32, len(own))
    members = _Members(
        facts,
        names,
        sessions=np.concatenate([by_caller[used], of_call[places]]),
        callers=np.concatenate([used, callers[places]]),
        rows=np.concatenate([first[used], calls[places]]),
        apart=shared | shared_own,
    )
    found = dict(zip(numbers, members.sessions(list(numbers), _authenticated(facts, calls)), strict=True))
    for place, key in own.items():
        if key.startswith("ses:") and found[key].created is None:
            found[key].created = int(facts.times[calls[place]])  # a sign-in: its family begins with it
    return Signed(found, list(numbers), of_call)


def _own(facts: Facts, calls: Ints, names: Names) -> tuple[dict[int, str], frozenset[str]]:
    """The calls whose callers alone do not tell their sessions, by their place among the calls, in its order.

    As in ``_keys``, one key in the records of several principals is several sessions: which, comes second.
    """
    places = np.full(facts.rows, _NONE, np.int32)
    places[calls] = np.arange(len(calls), dtype=np.int32)
    own = dict(sorted((int(places[row]), key) for row, key in facts.sessions.items() if places[row] >= 0))
    whose = {place: names.keys[names.whose[facts.caller[calls[place]]]] for place in own}
    holders: dict[str, set[str | None]] = defaultdict(set)
    for place, key in own.items():
        holders[key].add(whose[place])
    split = {key for key, held in holders.items() if len(held - {None}) > 1}
    found = {place: f"{key}#{whose[place] or '-'}" if key in split else key for place, key in own.items()}
    return found, frozenset(found[place] for place, key in own.items() if key in split)


def _authenticated(facts: Facts, calls: Ints) -> Mask:
    """The callers that signed a call: who only tried to sign in, and failed, signed none."""
    tried = np.fromiter((kind.source == SIGN_IN and kind.outcome != "ok" for kind in facts.kinds), np.bool_)
    authenticated = np.zeros(len(facts.callers), np.bool_)
    authenticated[facts.caller[calls[~tried[facts.kind[calls]]]]] = True
    return authenticated


def _keys(facts: Facts, used: npt.NDArray[np.intp], names: Names) -> tuple[list[str], frozenset[str]]:
    """The session key of each caller; one key in the records of several principals is several sessions: which.

    Access keys of documentation and masked ones, and made-up principalIds, stand under many principals: what one of
    them did is never given to another.
    """
    column = facts.callers.column("session")
    codes, whose = column.codes[used], names.whose[used]
    pairs = np.unique(codes.astype(np.int64) * len(names.keys) + whose)
    named = np.fromiter((key is not None for key in names.keys), np.bool_, len(names.keys))
    holders = np.bincount(pairs[named[pairs % len(names.keys)]] // len(names.keys), minlength=len(column.values))
    split = (holders > 1).tolist()
    keys = [
        f"{column.values[code]}#{names.keys[principal] or '-'}" if split[code] else column.values[code] or ""
        for code, principal in zip(codes.tolist(), whose.tolist(), strict=True)
    ]
    return keys, frozenset(key for key, code in zip(keys, codes.tolist(), strict=True) if split[code])


class _Members:
    """Callers grouped by the session that they are of; what they say of it, put together."""

    def __init__(
        self, facts: Facts, names: Names, sessions: Ints, callers: Ints, rows: Ints, apart: frozenset[str]
    ) -> None:
        """Group some callers.

        Args:
            facts: the facts.
            names: of principals.
            sessions: of each caller the number of its session; every number up to the largest has one.
            callers: their numbers.
            rows: one call of each.
            apart: keys of sessions whose keys in the records are those of several principals.
        """
        self._apart = apart
        order = np.argsort(sessions, kind="stable")
        self._column = facts.callers.column
        self._names = names
        self._callers = callers[order]
        self._rows = rows[order]
        self._starts = np.flatnonzero(np.diff(sessions[order], prepend=_NONE))
        self._ends = np.append(self._starts[1:], len(order))

    def sessions(self, keys: Sequence[str], authenticated: Mask) -> Iterator[Session]:
        """The sessions, in order of their numbers; the columns stand in the order of the fields.

        Args:
            keys: theirs.
            authenticated: the callers that signed a call.
        """
        if not keys:
            return iter(())
        minted = self._true("minted")
        forwarded = self._column("via").where(lambda via: via is not None)[self._callers]
        return map(
            Session,
            keys,
            *self._principals(),
            *map(self._largest, _LARGEST),
            self._together("created", lambda held: held, min),
            self._sets("access_key", key_id),
            self._people(),
            *(self._sets(name, lambda said: said) for name in ("sign_in", "workload", "account")),
            self._any(~minted),
            self._any(minted & ~forwarded),
            np.logical_and.reduceat(forwarded, self._starts).tolist(),
            self._any(authenticated[self._callers]),
            self._any(self._true("assumed_root")),
            self._together("mfa", lambda held: held, any),
            (key in self._apart for key in keys),
        )

    def _true(self, name: str) -> Mask:
        return self._column(name).where(lambda said: said is True)[self._callers]

    def _any(self, said: Mask) -> list[bool]:
        found: list[bool] = np.logical_or.reduceat(said, self._starts).tolist()
        return found

    def _largest(self, name: str) -> list[str | None]:
        return self._together(name, lambda held: held, max)

    def _sets(self, name: str, read: Callable[[str | None], str | None]) -> list[Said]:
        """What all callers of each session say; a set is made once for each value."""

        def single(held: str | None) -> Said | None:
            said = read(held)
            return frozenset([said]) if said else None

        return [said or _NOTHING for said in self._together(name, single, lambda several: _NOTHING.union(*several))]

    def _together(self, name: str, read: Callable[[Any], Any], reduce: Callable[[Iterable[Any]], Any]) -> list[Any]:
        """What is read of a column for each session; ``reduce`` is asked only where its callers say several things."""
        column = self._column(name)
        codes = column.codes[self._callers]
        values = list(map(read, column.values))
        found = list(map(values.__getitem__, codes[self._starts].tolist()))
        for at in self._differing(codes):
            several = [values[code] for code in codes[self._starts[at] : self._ends[at]].tolist()]
            found[at] = reduce(held for held in several if held is not None)
        return found

    def _differing(self, codes: npt.NDArray[np.integer]) -> list[int]:
        """The sessions whose callers do not all have one code."""
        low, high = np.minimum.reduceat(codes, self._starts), np.maximum.reduceat(codes, self._starts)
        differing: list[int] = np.flatnonzero(low != high).tolist()
        return differing

    def _principals(self) -> tuple[list[str | None], list[str]]:
        """Key and kind of the principal of each session: of several keys the largest, and what its caller is."""
        keys, labels = self._names.keys, self._column("label")
        whose, said = self._names.whose[self._callers], labels.codes[self._callers]
        found = [keys[code] for code in whose[self._starts].tolist()]
        kinds = [labels.values[code] for code in said[self._starts].tolist()]
        for at in self._differing(whose.astype(np.int64) * len(labels.values) + said):
            members = range(self._starts[at], self._ends[at])
            best = max(members, key=lambda member: keys[whose[member]] or "")
            found[at], kinds[at] = keys[whose[best]], labels.values[said[best]]
        return found, ["Unresolved" if key is None else kind for key, kind in zip(found, kinds, strict=True)]

    def _people(self) -> list[Mapping[str, int]]:
        """The people on whose behalf each session acted, each with its first call."""
        column = self._column("person")
        codes = column.codes[self._callers]
        found: dict[int, dict[str, int]] = defaultdict(dict)
        acting = np.flatnonzero(column.where(bool)[self._callers])
        for member, at in zip(
            acting.tolist(), (np.searchsorted(self._starts, acting, "right") - 1).tolist(), strict=True
        ):
            person, row = column.values[codes[member]], int(self._rows[member])
            found[at][person] = min(row, found[at].get(person, row))
        return [found.get(at, _NOBODY) for at in range(len(self._starts))]
