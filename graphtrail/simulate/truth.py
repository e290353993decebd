"""The truth about a simulation, as it is returned and written to ``truth.json``.

What each element means, and when a session's origin counts as determined, is in ``docs/simulator.md``.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from graphtrail.simulate.clock import iso
from graphtrail.simulate.incident import Incident
from graphtrail.simulate.ledger import Ledger
from graphtrail.simulate.organisation import MadeBy
from graphtrail.simulate.world import World


@dataclass(frozen=True, slots=True)
class AccountTruth:
    """An account of the organisation; ``observed`` is whether its records are in the bucket."""

    id: str
    name: str
    observed: bool


@dataclass(frozen=True, slots=True)
class SessionTruth:
    """A session that left at least one record."""

    origin: str | None
    origin_kind: str | None
    made_by: MadeBy | None
    determined: bool
    why: str | None
    parent: str | None
    principal: str


@dataclass(frozen=True, slots=True)
class ForwardedTruth:
    """A family of calls that a service made for a session."""

    session: str
    determined: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class TouchTruth:
    """How often one session did one thing to the crown jewels, with one outcome."""

    session: str
    action: str
    outcome: str
    error_code: str | None
    count: int
    origin: str | None


@dataclass(frozen=True, slots=True)
class JewelsTruth:
    """The crown jewels, and who touched them."""

    bucket: str
    touched: tuple[TouchTruth, ...]


@dataclass(frozen=True, slots=True)
class IncidentTruth:
    """What the thief held, and since when."""

    seed: str
    since: str
    sessions: tuple[str, ...]
    principals: tuple[str, ...]
    story: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth about one simulation.

    Attributes:
        seed: the seed that it was made with.
        events: distinct events written.
        records: records written, those that came twice counted twice.
        accounts: the accounts of the organisation.
        sessions: by session key.
        forwarded: by session key, families that consist of forwarded calls only.
        unused: keys that a written record hands out and no record uses.
        crown_jewels: who touched them.
        incident: what the thief did.
    """

    seed: int
    events: int
    records: int
    accounts: tuple[AccountTruth, ...]
    sessions: dict[str, SessionTruth]
    forwarded: dict[str, ForwardedTruth]
    unused: tuple[str, ...]
    crown_jewels: JewelsTruth
    incident: IncidentTruth

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1))


def _sessions(ledger: Ledger) -> dict[str, SessionTruth]:
    found = {}
    for key, session in ledger.sessions.items():
        if session.records:
            standing = session.standing()
            origin = standing.origin
            found[key] = SessionTruth(
                origin=origin.principal if origin else None,
                origin_kind=origin.kind if origin else None,
                made_by=standing.made_by,
                determined=standing.why is None,
                why=standing.why,
                parent=session.parent.key if session.parent else None,
                principal=session.known_principal(),
            )
    return found


def _touched(ledger: Ledger, sessions: dict[str, SessionTruth]) -> tuple[TouchTruth, ...]:
    """The rows; what a service did for a session counts as the session's own where the records tell so."""
    rows: dict[tuple[str, str, str, str | None], int] = {}
    for (key, action, outcome, error_code), count in ledger.touches.items():
        family = ledger.forwarded.get(key)
        whose = family.session.key if family is not None and family.broken is None else key
        row = (whose, action, outcome, error_code)
        rows[row] = rows.get(row, 0) + count
    found = []
    for (key, action, outcome, error_code), count in rows.items():
        family = ledger.forwarded.get(key)
        origin = sessions[family.session.key if family else key].origin
        found.append(TouchTruth(key, action, outcome, error_code, count, origin))
    return tuple(found)


def truth_of(world: World, seed: int, records: int, incident: Incident) -> Truth:
    """Sum up a simulation that has run.

    Args:
        world: the world.
        seed: its seed.
        records: how many records were written.
        incident: what the thief did.
    """
    ledger = world.ledger
    ledger.settle()
    sessions = _sessions(ledger)
    return Truth(
        seed=seed,
        events=world.events,
        records=records,
        accounts=tuple(AccountTruth(one.id, one.name, one.observed) for one in world.cast.members()),
        sessions=sessions,
        forwarded={
            key: ForwardedTruth(family.session.key, family.broken is None, family.broken)
            for key, family in ledger.forwarded.items()
            if family.records
        },
        unused=tuple(key for key in ledger.issued if key not in sessions),
        crown_jewels=JewelsTruth(world.cast.jewels.arn, _touched(ledger, sessions)),
        incident=IncidentTruth(
            seed=incident.opened[0].key,
            since=iso(incident.since),
            sessions=tuple(session.key for session in incident.sessions()),
            principals=tuple(incident.users),
            story=tuple(incident.story),
        ),
    )
