"""What becomes of every file: verified, or why not."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from graphtrail.sources.blob import delivery, shown
from graphtrail.sources.integrity.chain import (
    CHAIN_GAP,
    DIGEST_INVALID,
    MISSING,
    MODIFIED,
    NOT_IN_A_DIGEST,
    UNSIGNED,
    VERIFIED,
    Chains,
    Gap,
    Links,
)
from graphtrail.sources.integrity.digest import Digest, Entry, Malformed, parse, stem, stem_bytes
from graphtrail.sources.integrity.keys import Keys
from graphtrail.sources.integrity.seen import Seen
from graphtrail.window import iso

LOG, DIGEST, BACKFILL, CHAIN = "log", "digest", "backfill digest", "chain"
_MINUTE = 60
_PLACE = re.compile(r"(\d{12})_CloudTrail(?:-\w+)?_([a-z0-9-]+)_")
_UNLISTED = {
    None: "no digest of its account and Region lists it",
    CHAIN_GAP: "the digest of its hour is missing, or none was made",
    DIGEST_INVALID: "the digest of its hour cannot be trusted",
}


class Log(NamedTuple):
    """A log file: its number, its name, and what was seen of it."""

    file: int
    name: bytes
    plain: bytes | None
    flaw: str | None


class Verdict(NamedTuple):
    """What becomes of a file, or of what should be one.

    Attributes:
        kind: ``log``, ``digest``, ``backfill digest``, or ``chain``: a chain of digests that begins anew.
        file: its number among the files that were taken; None if it is missing.
        name: where it lies, or the address at which it should.
        status: one of ``chain.STATUSES``.
        reason: why it is not verified; of a verified one whatever else is to be said.
        account, region: whose log it is, where its name says so.
        failed: whether that speaks against the evidence. What only came too late for the newest digest does not.
    """

    kind: str
    file: int | None
    name: bytes
    status: str
    reason: str | None
    account: str | None
    region: str | None
    failed: bool

    def said(self) -> dict[str, str | bool | None]:
        """The same, ready for JSON."""
        return {
            "file": shown(self.name),
            "kind": self.kind,
            "status": self.status,
            "reason": self.reason,
            "account": self.account,
            "region": self.region,
            "failed": self.failed,
        }


class Scope(NamedTuple):
    """What is asked about.

    Attributes:
        bucket: the one that CloudTrail delivered to; None if any.
        since, until: epoch seconds, of the delivery.
        accounts, regions: empty is all.
        begins: epoch seconds; what was delivered before may be here, and that it is not speaks against nothing.
    """

    bucket: str | None = None
    since: int | None = None
    until: int | None = None
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    begins: int | None = None

    @property
    def start(self) -> int | None:
        """The time from which on everything must be here."""
        return self.begins if self.since is None else self.since

    def place(self, account: str | None, region: str | None) -> bool:
        """Whether it is about this account and Region."""
        return (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it is about some of this time."""
        return (self.since is None or end >= self.since) and (self.until is None or start <= self.until)


@dataclass(slots=True)
class Evidence:
    """The files of which something is to be proven, by their numbers."""

    logs: list[Log] = field(default_factory=list)
    digests: list[Digest] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)

    def take(self, file: int, name: bytes, seen: Seen, *, log: bool) -> None:
        """Take a file.

        Args:
            file: its number.
            name: where it was found.
            seen: what was seen of it when it was read.
            log: whether it holds records; what holds none is of no concern, unless it is a digest.
        """
        if seen.digest is not None:
            if seen.flaw or seen.plain is None:
                found: Digest | Malformed = Malformed(file, name, seen.flaw or "it was not read to its end")
            else:
                found = parse(file, name, seen.digest, seen.plain, seen.signature)
            if isinstance(found, Digest):
                self.digests.append(found)
            else:
                self.malformed.append(found)
        elif log:
            self.logs.append(Log(file, name, seen.plain, seen.flaw))


def judge(evidence: Evidence, keys: Keys, scope: Scope) -> list[Verdict]:
    """What becomes of every file: a function of the set of files, whatever their order.

    Args:
        evidence: the files.
        keys: CloudTrail's public keys.
        scope: what is asked about.

    Raises:
        SourceError: the keys cannot be had.
    """
    digests = [
        digest
        for digest in evidence.digests
        if scope.place(digest.chain.account, digest.chain.region) and scope.overlaps(digest.start, digest.end)
    ]
    regions = {region for digest in digests for region in (digest.chain.region, digest.chain.home)}
    chains = Chains(digests, evidence.malformed, keys.of(sorted(regions)), scope.bucket, scope.start)
    verdicts = [*_of_digests(chains), *map(_malformed, evidence.malformed), *_Logs(evidence.logs, chains, scope).all()]
    return sorted(verdicts, key=lambda one: (one.name, one.kind, one.status, one.file is None, one.file or 0))


def _malformed(found: Malformed) -> Verdict:
    place = _PLACE.search(stem_bytes(found.name).decode(errors="replace"))
    account, region = (place[1], place[2]) if place else (None, None)
    return Verdict(DIGEST, found.file, found.name, DIGEST_INVALID, found.reason, account, region, failed=True)


def _of_digests(chains: Chains) -> Iterator[Verdict]:
    for links in chains.links:
        kind = BACKFILL if links.chain.backfill else DIGEST
        place = links.chain.account, links.chain.region
        for digest in links.digests:
            trust = chains.trust[digest.file]
            failed = trust.status != VERIFIED and not trust.newest
            yield Verdict(kind, digest.file, digest.name, trust.status, trust.reason, *place, failed=failed)
        for address, named_by in links.missing:
            why = f"{named_by.key} names it as the digest before it"
            why += "" if named_by is not links.digests[0] else "; a copy that begins here is asked about with --since"
            yield Verdict(kind, None, address.encode(), MISSING, why, *place, failed=True)
        yield from (_anew(gap, links) for gap in links.gaps if gap.status == CHAIN_GAP and gap.missing is None)


def _anew(gap: Gap, links: Links) -> Verdict:
    why = f"it begins anew here: nothing proves what was delivered from {iso(gap.start)} to {iso(gap.end)}"
    place = links.chain.account, links.chain.region
    return Verdict(CHAIN, gap.after.file, gap.after.name, CHAIN_GAP, why, *place, failed=True)


class _Stated(NamedTuple):
    """An entry, and the digest that states it."""

    entry: Entry
    digest: Digest


class _Logs:
    """The log files of some evidence beside the digests that may list them."""

    def __init__(self, logs: Iterable[Log], chains: Chains, scope: Scope) -> None:
        self._logs = list(logs)
        self._chains = chains
        self._scope = scope
        self._by_hash: dict[bytes, list[_Stated]] = defaultdict(list)
        self._by_name: dict[str, list[_Stated]] = defaultdict(list)
        self._of_place: dict[tuple[str, str], list[Links]] = defaultdict(list)
        for links in chains.links:
            self._of_place[links.chain.account, links.chain.region].append(links)
            for digest in links.digests:
                for entry in digest.entries:
                    self._by_hash[entry.sha256].append(_Stated(entry, digest))
                    self._by_name[stem(entry.key)].append(_Stated(entry, digest))

    def all(self) -> Iterator[Verdict]:
        """The verdicts of those that are there, then of those that should be."""
        for log in self._logs:
            verdict = self._verdict(log)
            if verdict is not None:
                yield verdict
        yield from self._missing()

    def _verdict(self, log: Log) -> Verdict | None:
        """What becomes of one; None if it is not asked about."""
        delivered = delivery(log.name)
        account, region = (delivered.account, delivered.region) if delivered else (None, None)
        time = _delivered(delivered.delivered) if delivered else None
        if not self._scope.place(account, region) or (time and not self._scope.overlaps(time, time + _MINUTE)):
            return None
        name = stem_bytes(log.name).decode(errors="replace")
        same = [] if log.flaw or log.plain is None else self._by_hash.get(log.plain, [])
        status, reason, failed = self._stated(log, name, same) or self._unlisted(account, region, time)
        return Verdict(LOG, log.file, log.name, status, reason, account, region, failed)

    def _stated(self, log: Log, name: str, same: list[_Stated]) -> tuple[str, str | None, bool] | None:
        """What the digests say that list its contents or its name; those that can be trusted first."""
        for status in (VERIFIED, UNSIGNED, DIGEST_INVALID):
            fits = self._by(status, same)
            if fits and status == VERIFIED:
                other = [one for one in fits if stem(one.entry.key) == name]
                return status, None if other else f"delivered as {fits[0].entry.key}", False
            if fits:
                trust = self._chains.trust[fits[0].digest.file]
                return status, f"listed by {fits[0].digest.key}, which is not verified", not trust.newest
            if status != DIGEST_INVALID and self._by(status, self._by_name.get(name, [])):
                return MODIFIED, log.flaw or "its hash is not the one that its digest states", True
        if self._by_name.get(name):
            return DIGEST_INVALID, log.flaw or "the digest that lists it cannot be trusted", True
        return None

    def _by(self, status: str, stated: Iterable[_Stated]) -> list[_Stated]:
        return [one for one in stated if self._chains.trust[one.digest.file].status == status]

    def _unlisted(self, account: str | None, region: str | None, time: int | None) -> tuple[str, str, bool]:
        """Why no digest lists it."""
        chains = self._of_place.get((account or "", region or ""), [])
        if time is None:
            return NOT_IN_A_DIGEST, "its name is none that CloudTrail gives, and no digest lists its contents", True
        if not chains:
            return NOT_IN_A_DIGEST, f"no digest of account {account} in {region} is here", True
        if time + _MINUTE > max(links.digests[-1].end for links in chains):
            return NOT_IN_A_DIGEST, "it was delivered after the newest digest here was made", False
        if time < min(links.digests[0].start for links in chains) - _MINUTE:
            return NOT_IN_A_DIGEST, "it was delivered before the oldest digest here was made", True
        hole = self._hole(chains, time)
        return hole or NOT_IN_A_DIGEST, _UNLISTED[hole], True

    def _hole(self, chains: Iterable[Links], time: int) -> str | None:
        """Why no digest that can be trusted is about a time; None if one is."""
        for links in chains:
            for gap in links.gaps:
                if gap.start - _MINUTE <= time <= gap.end:
                    return gap.status
            for digest in links.digests:
                invalid = self._chains.trust[digest.file].status == DIGEST_INVALID
                if invalid and digest.start - _MINUTE <= time <= digest.end:
                    return DIGEST_INVALID
        return None

    def _due(self, entry: Entry) -> bool:
        """Whether a log file was delivered in a time of which everything must be here."""
        delivered = delivery(entry.key.encode())
        time = _delivered(delivered.delivered) if delivered else 0
        start, until = self._scope.start, self._scope.until
        return not time or ((start is None or time + _MINUTE >= start) and (until is None or time <= until))

    def _missing(self) -> Iterator[Verdict]:
        """What digests list and is not there, under no name; what a digest says that cannot be trusted is no loss."""
        named = [(stem_bytes(log.name).decode(errors="replace"), log.plain) for log in self._logs]
        names = {name for name, _ in named}
        there = {plain for name, plain in named if plain is not None and name not in self._by_name}
        said: set[str] = set()
        for name, stated in self._by_name.items():
            for entry, digest in stated:
                status = self._chains.trust[digest.file].status
                gone = status != DIGEST_INVALID and entry.sha256 not in there and name not in names
                gone = gone and self._due(entry)
                if gone and name not in said:
                    said.add(name)
                    place = digest.chain.account, digest.chain.region
                    address = f"s3://{entry.bucket}/{entry.key}".encode()
                    yield Verdict(LOG, None, address, MISSING, f"listed by {digest.key}", *place, failed=True)


def _delivered(stamp: str) -> int:
    """The time in the name of a log file, epoch seconds; 0 if it is none."""
    try:
        return int(datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def totals(verdicts: Iterable[Verdict]) -> dict[str, dict[str, int]]:
    """How many of each kind have which status."""
    found: dict[str, dict[str, int]] = {}
    for one in verdicts:
        counts = found.setdefault(one.kind, {})
        counts[one.status] = counts.get(one.status, 0) + 1
    return found
