"""What logs determine, read by brute force from the raw records: none of graphtrail's code takes part.

A session is determined where every step from it to its origin is told by the records at hand: they name a lasting
identity, or the answer of one call names its key, or all the calls that can have opened it (same role and session name,
the nearest second within two, a key that nobody uses) go back to one origin, be they of one session or of several.
Where more keys were created then than handed out, some come from a call that is not there, and none is told. Nothing
here knows of the simulation either: what is true is compared with it afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
_ROLE = 12 * 3600  # seconds that a session of a role lives at most
_SKEW = 2  # seconds
_AFTER = 300  # seconds past its end for which a call of a session is still believed
_DATES = ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> int:
    """Epoch seconds of any form in which records say a time."""
    for form in _DATES[::-1]:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise ValueError(text)


def created(record: Record) -> str | None:
    """The ``creationDate`` of a record."""
    attributes = record["userIdentity"].get("sessionContext", {}).get("attributes", {})
    return attributes.get("creationDate")


def session_key(record: Record) -> str:
    """The session that signed a record, as the documentation says (``docs/rules.md``)."""
    who = record["userIdentity"]
    if record["eventType"] == "AwsConsoleSignIn" and "Success" in (record.get("responseElements") or {}).values():
        role = who["type"] == "AssumedRole"
        return f"signin:{record['eventID']}" if role else f"ses:{who['principalId']}@{record['eventTime']}"
    key, date = who.get("accessKeyId", ""), created(record)
    minted = "invokedBy" in who or record.get("sessionCredentialFromConsole") == "true"
    if key and (not date or (key.startswith("ASIA") and not minted)):
        return f"key:{key}"
    if date:
        return f"ses:{who['principalId']}@{date}"
    if "invokedBy" in who:
        return f"svc:{who['invokedBy']}@{record['recipientAccountId']}"
    return f"idc:{who['credentialId']}" if "credentialId" in who else f"anon:{who['type']}:{_named(who)}"


def _named(who: Record) -> str:
    return who.get("principalId") or who.get("accountId") or ""


def lasting(who: Record) -> str | None:
    """The identity that outlives its sessions, where an identity names one."""
    kind = who.get("type")
    if kind in {"SAMLUser", "WebIdentityUser"}:
        return f"{'saml' if kind == 'SAMLUser' else 'oidc'}:{who['identityProvider']}:{who['userName']}"
    if kind in {"AWSService", None}:
        return f"service:{who['invokedBy']}"
    if kind == "FederatedUser":
        issuer: str = who["sessionContext"]["sessionIssuer"]["arn"]
        return issuer
    if kind == "AWSAccount" and who.get("principalId", "").startswith("AIDA"):
        return f"uid:{who['principalId']}"
    own = kind in {"IAMUser", "Root"} and "assumedRoot" not in who.get("sessionContext", {})
    return who.get("arn") if own else None


@dataclass(slots=True)
class Logs:
    """The records of one world.

    Attributes:
        signed: the session that signed each record, by event id.
        first: of each session the identity in one of its records, and when it began.
        begun: of a ``principalId`` and a second, its sessions that began then.
        person: of sessions, whom a record says they act for.
        issuer: of a key, the session whose call handed it out.
        opened: of a ``principalId``, when a key that nobody uses was handed out for it, and by whom.
        switched: of a ``principalId``, when somebody switched to it, and who.
        lives: of a ``principalId``, its sessions with beginning and end.
        abroad: of sessions that another account's log alone shows, the times of their calls.
        spans: first and last record of each account, epoch seconds.
        unique_ids: keys of users by their unique ids, by their ARNs.
    """

    signed: dict[str, str] = field(default_factory=dict)
    first: dict[str, tuple[Record, int]] = field(default_factory=dict)
    begun: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    person: dict[str, str] = field(default_factory=dict)
    issuer: dict[str, str] = field(default_factory=dict)
    opened: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    switched: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    lives: dict[str, dict[str, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    abroad: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    unique_ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def origin(self, session: str, passed: frozenset[str] = frozenset(), calls: Collection[int] = ()) -> str | None:
        """Who stands at the start of the chain of a session; None where these records do not determine it.

        Args:
            session: its key.
            passed: keys of sessions that this is asked for.
            calls: times of some of its calls, where only those are asked about: another account's log may know
                several sessions by one name.
        """
        who, began = self.first.get(session, ({}, 0))
        named = self.person.get(session) or (lasting(who) if who else None)
        if session in self.abroad and not named:
            meant = self._alone_alive(who, calls or self.abroad[session])
            return self.origin(meant, passed | {session}) if meant and meant not in passed else None
        if named or not who or session.startswith("anon:") or session in passed:
            return named
        name = who.get("principalId", "")
        issuer = self.issuer.get(session)
        parents = {issuer} if issuer else self._openers(name, began)
        origins = {self.origin(parent, passed | {session}) for parent in parents}
        origins = origins or {who for _, who in _nearest(began, self.switched[name])}
        return origins.pop() if len(origins) == 1 else None

    def _openers(self, name: str, began: int) -> set[str]:
        """Who may have opened the sessions of a role and name that began then; nobody where they are too many."""
        near = _nearest(began, self.opened[name])
        mates = self.begun[name, began]
        console = any(not key.startswith("key:") for key in mates)
        orphans = [key for key in mates if key not in self.issuer]
        return {parent for _, parent in near} if console or len(orphans) <= len(near) else set()

    def _alone_alive(self, who: Record, calls: Collection[int]) -> str | None:
        """The one session of that role and name that was alive at all the calls, in an account whose log shows all."""
        lives = self.lives[who["principalId"]]
        members = {began for key, (began, _) in lives.items() if key.startswith("key:")}
        alive = [
            (key, began)
            for key, (began, end) in lives.items()
            if (key.startswith("key:") or began not in members)  # else it is the family of one of them
            and began - _SKEW <= min(calls)
            and max(calls) <= end + _AFTER
        ]
        begin, end = self.spans.get(who.get("accountId", ""), (0, 0))
        seen = [key for key, began in alive if begin <= began and max(calls) <= end]
        return seen[0] if len(seen) == len(alive) == 1 else None


def read(records: Iterable[Record]) -> Logs:
    """Read the records of one world; of two copies of one call the caller's own counts."""
    logs = Logs()
    by_call: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in records:
        by_call[record.get("sharedEventID", record["eventID"])][record["eventID"]] = record
    calls = [_own(copies.values()) for copies in by_call.values()]
    used = set()
    for record, copies in zip(calls, by_call.values(), strict=True):
        key = session_key(record)
        used.add(key)
        logs.signed |= dict.fromkeys(copies, key)
        _note_caller(logs, record, key)
        for copy in copies.values():
            account, now = copy["recipientAccountId"], seconds(copy["eventTime"])
            begin, end = logs.spans.get(account, (now, now))
            logs.spans[account] = min(begin, now), max(end, now)
    for record in calls:
        _note_answer(logs, record, session_key(record), used)
    return logs


def _own(copies: Iterable[Record]) -> Record:
    held = list(copies)
    own = [one for one in held if "sessionContext" in one["userIdentity"] or one["userIdentity"].get("accessKeyId")]
    return (own or held)[0]


def _note_caller(logs: Logs, record: Record, key: str) -> None:
    who, now = record["userIdentity"], seconds(record["eventTime"])
    date = created(record)
    began = seconds(date) if date else now
    logs.first.setdefault(key, (who, began))
    logs.begun[who.get("principalId", ""), began].add(key)
    if who.get("type") == "IAMUser" and "arn" in who:
        logs.unique_ids[who["arn"]].add(f"uid:{who['principalId']}")
    behalf = who.get("onBehalfOf")
    if behalf:
        logs.person[key] = f"idc:{behalf['identityStoreArn']}#{behalf['userId']}"
    if key.startswith("anon:AWSAccount:AROA"):
        logs.abroad[key].append(now)
    elif date:
        logs.lives[who.get("principalId", "")].setdefault(key, (began, began + _ROLE))
    source = (record.get("additionalEventData") or {}).get("SwitchFrom")
    if source:
        logs.switched[who["principalId"]].append((now, source))


def _note_answer(logs: Logs, record: Record, key: str, used: set[str]) -> None:
    answer = record.get("responseElements") or {}
    handed = answer.get("credentials") or {}
    if not handed.get("accessKeyId"):
        return
    issued, now = f"key:{handed['accessKeyId']}", seconds(record["eventTime"])
    logs.issuer[issued] = key
    name = (answer.get("assumedRoleUser") or {}).get("assumedRoleId")
    if name:
        began, _ = logs.lives[name].get(issued, (now, 0))
        logs.lives[name][issued] = (began, seconds(handed["expiration"]))
        if issued not in used:
            logs.opened[name].append((now, key))


def _nearest(began: int, openings: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The openings in the nearest second, within two."""
    best = min((abs(at - began) for at, _ in openings), default=_SKEW + 1)
    return [(at, who) for at, who in openings if abs(at - began) == best <= _SKEW]
