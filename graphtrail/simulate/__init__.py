"""A simulated organisation with one incident, and the truth about it.

It imports nothing of the rest of the project, so that its truth owes nothing to the code that it is a test of.
"""

from pathlib import Path

from graphtrail.simulate.cast import Cast
from graphtrail.simulate.delivery import Delivery
from graphtrail.simulate.dice import Dice
from graphtrail.simulate.incident import Incident
from graphtrail.simulate.mix import Day
from graphtrail.simulate.truth import Truth, truth_of
from graphtrail.simulate.world import World

LEAST_EVENTS = 2_000
_SESSIONS = 0.05  # for each event, about
_USUAL_SIZE, _USUAL_HOURS = 20_000, 24


def simulate(folder: Path, events: int = 20_000, seed: int = 7) -> Truth:
    """Write a trail bucket and the truth about it.

    ``folder/bucket`` holds the log files in the layout of an organisation's trail, ``folder/truth.json`` what this
    returns. Equal sizes and seeds give equal bytes.

    Args:
        folder: where to; made if it does not exist.
        events: how many distinct events to write.
        seed: any integer.

    Raises:
        ValueError: so few events that the incident and its surroundings would not fit.
        OSError: the folder cannot be written.
    """
    if events < LEAST_EVENTS:
        raise ValueError(f"{events} events are too few for the incident and its surroundings: at least {LEAST_EVENTS}")
    hours = max(_USUAL_HOURS, int(_USUAL_HOURS * (events / _USUAL_SIZE) ** 0.4))
    dice = Dice(seed)
    cast = Cast(dice, events * _SESSIONS / hours)
    delivery = Delivery(folder / "bucket", cast.organisation_id, cast.places, dice)
    world = World(cast, delivery, dice, min(1.0, (_USUAL_SIZE / events) ** 0.5))
    incident = Incident(world, objects=min(max(events // 100, 40), 6_000))
    Day(world, events, hours).begin(incident.script())
    world.run()
    truth = truth_of(world, seed, delivery.records, incident)
    truth.write(folder / "truth.json")
    return truth


__all__ = ["LEAST_EVENTS", "Truth", "simulate"]
