"""What happens when: a programme of scenes that every simulation has, and around it the usual work of the day.

The usual work follows the clock: a share runs day and night, the rest when people are at work. At each minute as many
sessions begin as are needed for the number of events that should be there by then; so the size of the simulation is
met exactly, whatever the scenes write.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from graphtrail.simulate import chains, machines, onboarding, people, users
from graphtrail.simulate.clock import HOUR, MINUTE, START, at_work
from graphtrail.simulate.dice import Weighted
from graphtrail.simulate.sts import Written
from graphtrail.simulate.world import Purse, Script, World

Scene = Callable[[World, Purse], Script]

_LEAST = 14  # records; what a scene of people needs to have any sense
_AHEAD = 10 * MINUTE  # work promised now is done a little later
_MORNING, _INCIDENT, _EVENING = 0.28, 0.55, 0.8  # parts of the span


class Kind(NamedTuple):
    """A kind of session among the usual work.

    Attributes:
        scene: what it does.
        share: its part of all records, on any scale.
        records: how many it writes, about.
        human: whether it follows the working day.
    """

    scene: Scene
    share: float
    records: int
    human: bool = False


KINDS = (
    Kind(machines.function, 25, 29),
    Kind(machines.instance, 22, 44),
    Kind(machines.task, 9, 36),
    Kind(machines.linked, 11, 32),
    Kind(machines.services, 1.2, 9),
    Kind(people.sso, 9, 50, human=True),
    Kind(people.sso_console, 2, 38, human=True),
    Kind(people.saml, 4, 38, human=True),
    Kind(people.pipeline, 7, 50, human=True),
    Kind(users.program, 1.6, 34),
    Kind(users.console, 0.8, 36, human=True),
    Kind(users.token, 0.6, 18, human=True),
    Kind(users.federation, 0.5, 15),
    Kind(chains.over_accounts, 2.6, 48, human=True),
    Kind(chains.one_name, 0.8, 56, human=True),
    Kind(chains.self_assumed, 0.4, 24, human=True),
    Kind(chains.juggled, 0.25, 26, human=True),
    Kind(chains.twice, 0.25, 24),
    Kind(chains.slow_clock, 0.25, 26, human=True),
    Kind(chains.unlocked, 0.2, 20, human=True),
    Kind(chains.through_sandbox, 0.5, 28, human=True),
    Kind(chains.partner, 0.5, 16),
    Kind(chains.anonymous, 0.05, 3),
    Kind(chains.refused, 0.5, 22, human=True),
    Kind(chains.both_keys, 0.2, 40, human=True),
    Kind(onboarding.onboarding, 0.5, 44, human=True),
    Kind(users.root, 0.06, 20, human=True),
)


def _programme(world: World) -> list[tuple[float, Scene, int]]:
    """What every simulation has at least once: when, as a part of its span; the scene; the size of its purse."""
    workloads = world.cast.workloads
    indexer, runner = workloads["function"][0], workloads["instance"][3 % len(workloads["instance"])]
    config = next(one for one in workloads["linked"] if one.reads_jewels)
    jobs = next((one for one in workloads["task"] if one.reads_jewels), workloads["task"][0])
    night: list[tuple[Scene, int]] = [
        (partial(machines.run_instance, workload=runner), 14),
        (partial(machines.run_function, workload=indexer), 9),
        (partial(machines.run_linked, workload=config), 9),
        (partial(machines.run_task, workload=jobs), 12),
        (partial(users.program, account="data"), 24),
        (partial(users.federation, account="data"), 14),
        (chains.twice, 14),
        (chains.partner, 10),
        (chains.anonymous, 2),
    ]
    day: list[tuple[Scene, int]] = [
        (partial(onboarding.onboarding, account="data"), 40),
        (partial(people.sso, wanted="DataAnalyst@data", stamped=True), 20),
        (partial(people.sso, wanted="DataAnalyst@data", stamped=False), 20),
        (partial(people.saml, account="data"), 18),
        (partial(people.pipeline, target="data", subject="repo:larkfield/vault-schema:ref:refs/heads/main"), 24),
        (partial(users.root, account="data"), 14),
        (partial(people.pipeline, target="production", how=Written.CALLEE), 22),
        (partial(users.console, account="data", mistyped=True, switch=False), 44),
        (partial(users.console, account="production", switch=True), 30),
        (partial(users.token, account="data"), 14),
        (partial(chains.over_accounts, hops=3), 34),
        (partial(chains.over_accounts, hops=2), 24),
        (chains.juggled, 24),
        (chains.one_name, 40),
        (chains.slow_clock, 18),
        (chains.unlocked, 14),
        (chains.through_sandbox, 20),
        (chains.refused, 14),
        (chains.both_keys, 30),
        (chains.self_assumed, 16),
        (people.sso_console, 24),
        (partial(onboarding.onboarding, account="production"), 36),
        (partial(machines.run_instance, workload=runner), 14),
        (partial(machines.run_function, workload=indexer), 8),
        (machines.services, 8),
    ]
    return [
        *(
            (0.0, partial(machines.run_instance, workload=one, how=Written.BEFORE), 8)
            for one in workloads["instance"][:3]
        ),
        *_spread(night, 0.02, _MORNING),
        *_spread(day, _MORNING, _EVENING),
    ]


def _spread(scenes: list[tuple[Scene, int]], start: float, end: float) -> list[tuple[float, Scene, int]]:
    step = (end - start) / len(scenes)
    return [(start + number * step, scene, records) for number, (scene, records) in enumerate(scenes)]


class Day:
    """The course of one simulation.

    Args:
        world: the world.
        events: how many events it is to have.
        hours: how long it lasts.
    """

    def __init__(self, world: World, events: int, hours: int) -> None:
        self._world = world
        self._events = events
        self._end = START + hours * HOUR
        self._by_hour = [self._usual(START + hour * HOUR) for hour in range(hours + 1)]
        curve = [sum(weight for _, weight in self._weights(START + hour * HOUR)) for hour in range(hours)]
        total = sum(curve)
        self._reached = [sum(curve[:hour]) / total for hour in range(hours + 1)]

    def _weights(self, at: int) -> list[tuple[Kind, float]]:
        """How often each kind begins at a time; records, not sessions, are what its share is of."""
        busy = 0.05 + 2.4 * at_work(at)
        return [(kind, kind.share * (busy if kind.human else 1.0)) for kind in KINDS]

    def _usual(self, at: int) -> Weighted[Kind]:
        return Weighted([(kind, weight / kind.records) for kind, weight in self._weights(at)])

    def _due(self, now: int) -> int:
        """How many events there should be by then."""
        hour, rest = divmod(min(now, self._end) - START, HOUR)
        low = self._reached[hour]
        high = self._reached[min(hour + 1, len(self._reached) - 1)]
        return int(self._events * (low + (high - low) * rest / HOUR))

    def begin(self, incident: Script) -> None:
        """Put everything on the agenda."""
        span = self._end - START
        for part, scene, records in _programme(self._world):
            self._world.spawn(self._later(scene, records), START + int(part * span) + self._world.dice.below(MINUTE))
        self._world.spawn(incident, START + int(_INCIDENT * span))
        self._world.spawn(self._usual_work())

    def _later(self, scene: Scene, records: int) -> Script:
        """A scene of the programme, whose records are promised only when it begins."""
        yield from self._scene(scene, Purse(records, self._world))

    def _scene(self, scene: Scene, purse: Purse) -> Script:
        yield from scene(self._world, purse)
        purse.close()

    def _usual_work(self) -> Script:
        """Begin sessions as they are needed, until all events are there."""
        world = self._world
        while world.events < self._events:
            due = self._due(world.now + _AHEAD)
            while world.events + world.promised < due:
                self._start(self._events - world.events - world.promised)
            yield MINUTE

    def _start(self, most: int) -> None:
        """Begin one session, of at most so many records; services fill up the last few, one by one."""
        world = self._world
        hour = min((world.now - START) // HOUR, len(self._by_hour) - 1)
        kind = self._by_hour[hour].pick(world.dice)
        records = _LEAST // 2 + world.dice.around(kind.records - _LEAST // 2) if kind.records > _LEAST else kind.records
        scene = kind.scene
        if records > most:
            records = most
            scene = scene if most >= _LEAST else machines.services
        # The purse is made now, not when the scene first runs: what it promises counts at once.
        world.spawn(self._scene(scene, Purse(records, world)), world.now + world.dice.below(MINUTE))
