"""Calls that a service makes with the rights of whoever called it (forward access sessions).

In the public set invictus a user who read secrets with a long-lived key left, beside each GetSecretValue, a Decrypt
with a minted key, ``invokedBy``, and a creation date of its own, up to ten minutes older than the call. Inside a
console session the date is that of the session.
"""

from enum import Enum
from typing import NamedTuple

from msgspec.structs import replace

from graphtrail.simulate.catalogue.forwarded import FORWARDINGS, QUERY, Forwarding
from graphtrail.simulate.clock import iso
from graphtrail.simulate.identity import SessionContext, attributes
from graphtrail.simulate.ledger import BUSY, ROLE_FORWARDED, Forwarded
from graphtrail.simulate.places import fill_words
from graphtrail.simulate.recorder import NOTHING, Caller
from graphtrail.simulate.storage import on_bucket
from graphtrail.simulate.world import World

_OLDEST = 285  # seconds
_CACHED = (120, 300)  # seconds; with the age at first, up to the 585 that were measured


class Date(Enum):
    """Which creation date the forwarded calls of a session show."""

    OWN = "own"  # that of the session
    MINTED = "minted"  # the time at which their key was made


class _Minted(NamedTuple):
    caller: Caller
    until: int


class Forwarder:
    """Makes services call for a session.

    Args:
        world: the world.
        caller: how the session itself calls.
        created: its creation date, epoch seconds; not used where ``date`` is MINTED.
        date: which date its forwarded calls show.
    """

    def __init__(self, world: World, caller: Caller, date: Date, created: int = 0) -> None:
        self._world = world
        self._direct = caller
        self._date = date
        self._created = created
        self._minted: dict[str, _Minted] = {}

    def step(self) -> None:
        """One call of the session and the call that a service makes for it in the same second."""
        self._pair(self._world.dice.pick(FORWARDINGS))

    def query_jewels(self) -> None:
        """A query on the crown jewels: the service reads the objects with the caller's rights."""
        self._world.recorder.call(self._direct, QUERY.direct)
        minted = self._caller(QUERY.service)
        if minted is not None:
            on_bucket(self._world, minted, "s3:GetObject", self._world.cast.jewels, key=self._world.jewel_key())

    def _pair(self, forwarding: Forwarding) -> None:
        world = self._world
        words = tuple(dict.fromkeys(forwarding.direct.words + forwarding.forwarded.words))
        bind = fill_words(words, self._direct.site, world.dice, world.now, NOTHING)
        world.recorder.call(self._direct, forwarding.direct, bind)
        minted = self._caller(forwarding.service)
        if minted is not None:
            world.recorder.call(minted, forwarding.forwarded, bind)

    def _caller(self, service: str) -> Caller | None:
        minted = self._minted.get(service)
        if minted is None or minted.until < self._world.now:
            caller = self._mint(service)
            if caller is None:
                return None
            minted = _Minted(caller, self._world.now + self._world.dice.between(*_CACHED))
            self._minted[service] = minted
        return minted.caller

    def _age(self) -> int:
        """How old a key is when this session first causes its use; others of the user may have caused its making."""
        cached = self._direct.busy is not None and self._world.dice.chance(0.4)
        return self._world.dice.below(_OLDEST) if cached else 0

    def _mint(self, service: str) -> Caller | None:
        """A caller with a minted key, or None if its date would be that of another session of the user."""
        world, direct = self._world, self._direct
        created = self._created if self._date is Date.OWN else world.now - self._age()
        key = f"ses:{direct.identity.principal_id}@{iso(created)}"
        if key in world.ledger.sessions or (direct.busy is not None and created in direct.busy.began):
            return None
        context = direct.identity.session_context or SessionContext()
        mfa = "true" in (context.attributes or {}).values()
        identity = replace(
            direct.identity,
            access_key_id=direct.site.account.unique_id("ASIA", world.dice),
            session_context=replace(context, attributes=attributes(created, mfa=mfa)),
            invoked_by=service,
        )
        caller = Caller(direct.session, identity, direct.site, direct.home, service, service)
        caller.forwarded, caller.busy = key, direct.busy
        family = world.ledger.forwarded.setdefault(key, Forwarded(direct.session))
        if family.session is not direct.session:
            family.broken = BUSY
        elif self._date is Date.MINTED and direct.identity.type == "AssumedRole":
            family.broken = ROLE_FORWARDED
        return caller
