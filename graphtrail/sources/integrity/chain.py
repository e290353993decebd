"""Which digests can be trusted: chains are gone back from their newest."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from graphtrail.sources.integrity.digest import Chain, Digest, Malformed, stem, stem_bytes
from graphtrail.sources.integrity.keys import Fit, PublicKeys

VERIFIED = "verified"
MODIFIED = "modified"
MISSING = "missing"
NOT_IN_A_DIGEST = "not-in-a-digest"
DIGEST_INVALID = "digest-invalid"
CHAIN_GAP = "chain-gap"
UNSIGNED = "unsigned"
STATUSES = (VERIFIED, MODIFIED, MISSING, NOT_IN_A_DIGEST, DIGEST_INVALID, CHAIN_GAP, UNSIGNED)
_ADDRESS = "s3://"


class Trust(NamedTuple):
    """What is to be thought of a digest.

    Attributes:
        status: ``verified``, ``digest-invalid`` or ``unsigned``.
        reason: why it is not verified.
        newest: it is unsigned for no other reason than that no digest follows it.
    """

    status: str
    reason: str | None = None
    newest: bool = False


class Gap(NamedTuple):
    """A time of a chain of which no digest that can be trusted says what was delivered.

    Attributes:
        start, end: epoch seconds; of what was delivered between them nothing is proven.
        status: ``chain-gap``, or ``digest-invalid`` where there is a digest that cannot be trusted.
        after: the digest before which the gap lies.
        missing: address of the digest that should be there; None if the chain begins anew after the gap.
    """

    start: int
    end: int
    status: str
    after: Digest
    missing: str | None


class Links(NamedTuple):
    """One chain.

    Attributes:
        chain: which.
        digests: by their ends, oldest first.
        gaps: in it.
        missing: addresses of digests that others name and that are not there, each with the digest that names it.
    """

    chain: Chain
    digests: list[Digest]
    gaps: list[Gap]
    missing: list[tuple[str, Digest]]


class Chains:
    """All digests of some evidence.

    Attributes:
        trust: of each digest, by the number of its file.
        links: the chains.
    """

    def __init__(
        self,
        digests: Sequence[Digest],
        malformed: Iterable[Malformed],
        keys: PublicKeys,
        bucket: str | None,
        since: int | None,
    ) -> None:
        """Judge digests.

        Args:
            digests: all that there are.
            malformed: files that should be digests.
            keys: public keys; none at all is possible, then nothing is verified.
            bucket: the one that they must have been delivered to; None if any.
            since: epoch seconds; what a chain had before is not asked for.
        """
        self.trust: dict[int, Trust] = {}
        self._keys = keys
        self._bucket = bucket
        self._since = since
        names = [*(one.name for one in malformed), *(one.name for one in digests)]
        self._there = {stem_bytes(name).decode(errors="replace") for name in names}
        self._there |= {stem(digest.key) for digest in digests}
        by_chain: dict[Chain, list[Digest]] = defaultdict(list)
        for digest in digests:
            by_chain[digest.chain].append(digest)
        self.links = [self._linked(chain, found) for chain, found in sorted(by_chain.items())]

    def _linked(self, chain: Chain, found: list[Digest]) -> Links:
        found.sort(key=lambda digest: (digest.end, digest.key, digest.name))
        stating: dict[str, list[Digest]] = defaultdict(list)
        later = False
        for digest in reversed(found):
            self.trust[digest.file] = self._judged(digest, stating[stem(digest.key)], later=later)
            if digest.previous:
                stating[digest.previous].append(digest)
            later = True
        sound = [digest for digest in found if self.trust[digest.file].status != DIGEST_INVALID]
        missing = {
            digest.previous_key: digest
            for digest in sound
            if digest.previous and digest.previous not in self._there
            and (self._since is None or digest.start >= self._since)
        }  # fmt: skip
        gaps = [] if chain.backfill else list(self._gaps(sound))  # back-fill digests follow no clock
        return Links(chain, found, gaps, sorted(missing.items()))

    def _judged(self, digest: Digest, after: Sequence[Digest], *, later: bool) -> Trust:
        """What is to be thought of a digest, those that follow it (``after``: and state its signature) being judged."""
        moved = self._moved(digest)
        if moved:
            return Trust(DIGEST_INVALID, moved)
        sound = [one for one in after if self.trust[one.file].status != DIGEST_INVALID]
        trusted = [one for one in sound if self.trust[one.file].status == VERIFIED]
        if any(one.previous_hash not in {None, digest.sha256} for one in trusted):
            return Trust(DIGEST_INVALID, "its contents are not those whose hash the next digest states")
        given = [digest.signature, *(one.previous_signature for one in after)]
        fits = {self._keys.fit(digest.fingerprint, one, digest.signed()) for one in given if one}
        if Fit.FITS in fits or any(one.previous_hash == digest.sha256 for one in trusted):
            return Trust(VERIFIED)
        if any(one.previous_hash not in {None, digest.sha256} for one in sound):
            return Trust(DIGEST_INVALID, "its contents are not those whose hash the next digest states")
        return self._unproven(digest, fits, later=later)

    def _unproven(self, digest: Digest, fits: set[Fit], *, later: bool) -> Trust:
        """Why a digest is not verified."""
        if not self._keys:
            return Trust(UNSIGNED, "no public keys were given: name them with --public-keys", newest=False)
        if not fits and not later:
            return Trust(UNSIGNED, "the newest: its signature is metadata of its object in S3, which a copy has lost",
                         newest=True)  # fmt: skip
        if not fits:
            return Trust(UNSIGNED, "its signature is lost: the digest after it, which states it, is not here")
        if Fit.FAILS in fits:
            return Trust(DIGEST_INVALID, Fit.FAILS.value)
        return Trust(DIGEST_INVALID, f"{Fit.NO_KEY.value} for fingerprint {digest.fingerprint}")

    def _moved(self, digest: Digest) -> str | None:
        """Why a digest does not belong where it was found; a copy on disk must keep its name, and no more."""
        found = digest.name.decode(errors="replace")
        if self._bucket is not None and digest.bucket != self._bucket:
            return f"it was delivered to the bucket {digest.bucket}"
        address = f"{_ADDRESS}{digest.bucket}/{digest.key}"
        copied = not found.startswith(_ADDRESS) or self._bucket is not None or "!" in found  # "!": inside an archive
        in_place = stem(found) == stem(digest.key) if copied else found == address
        return None if in_place else f"it has been moved from its original location {address}"

    def _gaps(self, sound: Sequence[Digest]) -> Iterable[Gap]:
        """Between digests that follow each other in time and not in the chain."""
        for older, newer in pairwise(sound):
            if newer.previous == stem(older.key) or stem(newer.key) == stem(older.key):
                continue
            if newer.previous is None:
                yield Gap(older.end, newer.start, CHAIN_GAP, newer, None)
            elif newer.previous in self._there:
                yield Gap(older.end, newer.start, DIGEST_INVALID, newer, None)
            else:
                yield Gap(older.end, newer.start, CHAIN_GAP, newer, newer.previous_key)
