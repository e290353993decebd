"""What the simulation knows of its own sessions while it runs.

Every actor enters the sessions that it opens and says whose they are, which call opened them and whether that call
was written. Nothing here reads a record back: the truth is what the actors did.
"""

from dataclasses import dataclass
from typing import NamedTuple

from graphtrail.simulate.organisation import MadeBy, Person, Role

WITHHELD = "the record of the issuing call was not written"
BEFORE = "it was issued before the log begins"
NO_TRAIL = "the caller's account has no trail"
CALLEE_ONLY = "only the copy in the role's own account was written, and several sessions bear the name that it shows"
NOBODY = "an anonymous request names nobody"
FAILED = "a failed sign-in proves nobody"
BUSY = "another session of the same principal was busy within three seconds"
ROLE_FORWARDED = "sessions of a role share its principal, so another creation date tells no session"

_APART = 3  # seconds; a reader of the logs compares within one second, so two more are safe


class Origin(NamedTuple):
    """Who stands at the start of a chain.

    Attributes:
        principal: the key of the principal.
        kind: ``user``, ``root``, ``saml``, ``web_identity``, ``identity_center`` or ``service``.
    """

    principal: str
    kind: str


class Standing(NamedTuple):
    """What is true of one session: its origin, who made the key or password behind it, and whether the records tell."""

    origin: Origin | None
    made_by: MadeBy | None
    why: str | None


class Session:
    """A session, as the simulation knows it.

    Attributes:
        key: its key in the graph.
        principal: the key of its principal; a role that no record names by ARN is known by its unique id.
        named: the lasting identity that its own records name, if they do.
        parent: the session that opened it.
        broken: why the records do not tell its parent; None if they do.
        person: the person of Identity Center that it was opened for.
        stamped: whether a record was written that shows that person.
        made_by: who made the key or password, for a session at which an origin stops.
        records: how many records of it were written.
        shown: the ``principalId`` that its records show, of a session of a role.
        life: from when to when its credentials hold, epoch seconds.
        calls: when it called, of a session that another account's log alone shows.
    """

    __slots__ = (
        "broken", "calls", "key", "life", "made_by", "named", "parent", "person", "principal", "records", "role",
        "shown", "stamped",
    )  # fmt: skip

    def __init__(
        self,
        key: str,
        principal: str,
        *,
        named: Origin | None = None,
        parent: "Session | None" = None,
        made_by: MadeBy | None = None,
    ) -> None:
        self.key = key
        self.principal = principal
        self.named = named
        self.parent = parent
        self.made_by = made_by
        self.broken: str | None = None
        self.person: Person | None = None
        self.role: Role | None = None
        self.stamped = False
        self.records = 0
        self.shown = ""
        self.life = (0, 0)
        self.calls: list[int] = []

    def standing(self) -> Standing:
        """Walk to the start of the chain.

        A person behind an Identity Center session counts where the records say so, or where nothing else is left.
        """
        why = None
        session = self
        while True:
            if session.person and (session.stamped or session.broken):
                told = None if session.stamped else session.broken
                return Standing(Origin(session.person.principal, "identity_center"), None, why or told)
            if session.named:
                return Standing(session.named, None if why else session.made_by, why)
            why = why or session.broken
            if session.parent is None:
                return Standing(None, None, why)
            session = session.parent

    def known_principal(self) -> str:
        """The key of its principal, as far as the records written tell."""
        if self.role is not None and not self.role.named:
            return f"uid:{self.role.uid}"
        return self.principal


@dataclass(slots=True, eq=False)
class Forwarded:
    """A family of calls that a service made for a session, with a creation date of its own or the session's."""

    session: Session
    broken: str | None = None
    records: int = 0
    last: int = 0


class Busy:
    """When the sessions of one user last called, to know which forwarded calls have one possible session only.

    Attributes:
        began: the seconds in which temporary sessions of the user began, which no minted key may show.
    """

    __slots__ = ("_calls", "_families", "began")

    def __init__(self) -> None:
        self.began: set[int] = set()
        self._calls: dict[str, int] = {}
        self._families: list[Forwarded] = []

    def direct(self, session: Session, now: int) -> None:
        """A session of the user calls for itself."""
        self._calls[session.key] = now
        self._families = [family for family in self._families if now - family.last <= _APART]
        for family in self._families:
            if family.session is not session:
                family.broken = BUSY

    def forward(self, family: Forwarded, now: int) -> None:
        """A service calls for a session of the user."""
        self._calls = {key: at for key, at in self._calls.items() if now - at <= _APART}
        if any(key != family.session.key for key in self._calls):
            family.broken = BUSY
        if family not in self._families:
            self._families.append(family)


class Ledger:
    """All sessions of one simulation, and who touched the crown jewels."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.forwarded: dict[str, Forwarded] = {}
        self.issued: dict[str, None] = {}
        self.touches: dict[tuple[str, str, str, str | None], int] = {}

    def enter(self, session: Session) -> Session:
        """Enter a session, or give the one that was entered under its key before."""
        return self.sessions.setdefault(session.key, session)

    def settle(self) -> None:
        """Of callers that another account's log alone shows: whether one session alone can be meant."""
        named: dict[str, list[Session]] = {}
        for session in self.sessions.values():
            if session.shown and not session.calls:
                named.setdefault(session.shown, []).append(session)
        for session in self.sessions.values():
            if session.broken == CALLEE_ONLY and session.calls:
                first, last = min(session.calls), max(session.calls)
                alive = [one for one in named[session.shown] if one.life[0] <= last and one.life[1] >= first]
                if alive == [session.parent] and self._is_seen(alive[0]):
                    session.broken = None

    def _is_seen(self, session: Session) -> bool:
        """Whether a written record shows a session: one of its own, or the answer that handed out its key."""
        return session.records > 0 or session.key in self.issued

    def touch(self, session_key: str, action: str, outcome: str, error_code: str | None) -> None:
        """Count one call on the crown jewels."""
        row = (session_key, action, outcome, error_code)
        self.touches[row] = self.touches.get(row, 0) + 1
