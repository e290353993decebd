"""The simulated world: a clock, scripts that wait for their next moment, and what they share.

A script is a generator: it acts, yields the seconds until it acts again, and so on. Scripts run in order of time, so
records are made in the order in which their calls happened and nothing has to be kept but the few minutes that are not
delivered yet.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush

from graphtrail.simulate.cast import Cast
from graphtrail.simulate.clock import START, iso
from graphtrail.simulate.delivery import Delivery
from graphtrail.simulate.dice import Dice
from graphtrail.simulate.ledger import Busy, Ledger, Origin, Session
from graphtrail.simulate.organisation import Account, Role, User
from graphtrail.simulate.recorder import Caller, Recorder

_APART = 6  # seconds

Script = Generator[int, None, None]


class Purse:
    """How many records a script may still write.

    Args:
        left: that number.
        world: where the sum over all purses is kept.
    """

    __slots__ = ("_world", "left")

    def __init__(self, left: int, world: "World") -> None:
        self.left = left
        self._world = world
        world.promised += left

    def spend(self, records: int) -> None:
        """Take out what was written; a purse may be overdrawn by the last call."""
        self.left -= records
        self._world.promised -= records

    @contextmanager
    def paying(self) -> Iterator[None]:
        """Pay for whatever is written inside."""
        before = self._world.events
        yield
        self.spend(self._world.events - before)

    def share(self, records: int) -> "Purse":
        """A purse of its own with a part of what is left."""
        self.spend(records)
        return Purse(records, self._world)

    def close(self) -> None:
        """Give back what is left."""
        self.spend(self.left)


class World:
    """Everything that the scripts of one simulation share.

    Args:
        cast: who and what there is.
        delivery: where records go.
        dice: chance.
        jewel_share: which part of those who may touch the crown jewels do.

    Attributes:
        now: the clock, epoch seconds.
        promised: records that scripts may still write.
        keys: how users call with the keys that they had before the log begins, by unique id.
    """

    def __init__(self, cast: Cast, delivery: Delivery, dice: Dice, jewel_share: float = 1.0) -> None:
        self.cast = cast
        self._jewel_share = jewel_share
        self.dice = dice
        self.ledger = Ledger()
        self.recorder = Recorder(delivery, self.ledger, dice)
        self.now = START
        self.promised = 0
        self._delivery = delivery
        self._agenda: list[tuple[int, int, Script]] = []
        self._spawned = 0
        self._busy: dict[str, Busy] = {}
        self.keys: dict[str, Caller] = {}
        self._taken: dict[str, int] = {}

    @property
    def events(self) -> int:
        """How many events were written so far."""
        return self.recorder.events

    def spawn(self, script: Script, at: int | None = None) -> None:
        """Let a script begin, now or at a later time (epoch seconds)."""
        self._spawned += 1
        heappush(self._agenda, (self.now if at is None else at, self._spawned, script))

    def run(self) -> None:
        """Run all scripts to their ends, then deliver what still waits."""
        agenda = self._agenda
        while agenda:
            now, turn, script = heappop(agenda)
            if now > self.now:
                self.now = self.recorder.now = now
                self._delivery.flush(now)
            wait = next(script, None)
            if wait is not None:
                heappush(agenda, (now + wait, turn, script))
        self._delivery.flush()

    def busy(self, user: User) -> Busy:
        """When the sessions of a user last called."""
        return self._busy.setdefault(user.uid, Busy())

    def free(self, role: Role, name: str) -> bool:
        """Whether nobody took this role under this session name in the last seconds; if so, it is taken now.

        Where the key of the answer is not the key in use, only role, name and second tell which call opened what.
        """
        at = self._taken.get(f"{role.uid}:{name}", 0)
        if self.now - at < _APART:
            return False
        self._taken[f"{role.uid}:{name}"] = self.now
        return True

    def quiet(self, principal_id: str) -> Script:
        """Wait until a family that begins now would be no other's: families are known by principal and second."""
        ledger = self.ledger
        while (key := f"ses:{principal_id}@{iso(self.now)}") in ledger.sessions or key in ledger.forwarded:
            yield 1

    def on_jewels(self, probability: float) -> bool:
        """Whether a session that may work on the crown jewels does: in a large organisation fewer do."""
        return self.dice.chance(probability * self._jewel_share)

    def jewel_key(self) -> str:
        """The key of one of the crown jewels."""
        return self.dice.pick(self.cast.jewel_keys)

    def service(self, name: str, account: Account) -> Session:
        """The session of an AWS service in an account.

        Args:
            name: what ``invokedBy`` shows, such as ``ec2.amazonaws.com``.
            account: whose log it stands in.
        """
        principal = f"service:{name}"
        return self.ledger.enter(Session(f"svc:{name}@{account.id}", principal, named=Origin(principal, "service")))
