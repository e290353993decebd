"""What a session does while it lives: calls in bursts, some of them refused, some that make a service call further."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from graphtrail.simulate.catalogue import Call
from graphtrail.simulate.catalogue.profiles import PROFILES
from graphtrail.simulate.dice import Weighted
from graphtrail.simulate.forwarding import Forwarder
from graphtrail.simulate.organisation import Account, Bucket
from graphtrail.simulate.places import fill_words
from graphtrail.simulate.recorder import NOTHING, Caller, Failure
from graphtrail.simulate.storage import denied, on_bucket
from graphtrail.simulate.world import Purse, Script, World

_REFUSED, _THROTTLED, _PAIRED = 0.02, 0.028, 0.09
_BURST = 0.62  # the part of calls that follow the one before within a second
_AGAIN, _HABITS = 0.26, 6  # the part of calls that ask what was asked before, and how far back that goes
_JEWEL_WORK: Weighted[tuple[str, str]] = Weighted([
    (("s3:GetObject", "ok"), 10), (("s3:HeadObject", "ok"), 2), (("s3:ListObjects", "ok"), 2),
    (("s3:PutObject", "ok"), 1), (("s3:GetBucketLocation", "ok"), 0.6), (("s3:GetObject", "denied"), 1),
    (("s3:GetObject", "error"), 0.6), (("s3:ListObjects", "denied"), 0.4), (("s3:CopyObject", "ok"), 0.3),
])  # fmt: skip


class Signer(Protocol):
    """What signs the calls of a session: one key, or a console that mints many."""

    def current(self) -> Caller:
        """How the next call is signed."""
        ...


@dataclass(slots=True)
class Job:
    """What a session is to do.

    Attributes:
        signer: what signs its calls.
        profile: what it calls; see ``PROFILES``.
        seconds: about how long it takes.
        jewels: how many of its calls are on the crown jewels.
        forwarder: what makes services call on its behalf; None if nothing does.
        bucket: a bucket of another account that it uses now and then; None if there is none.
        habits: what it has looked at, with its words: programs poll, and people look again.
    """

    signer: Signer
    profile: str
    seconds: int
    jewels: int = 0
    forwarder: Forwarder | None = None
    bucket: Bucket | None = None
    habits: list[tuple[Call, Mapping[str, str]]] = field(default_factory=list)


def some_jewels(world: World, account: Account, probability: float) -> int:
    """How many calls on the crown jewels a session of an account makes: none outside the account that owns them."""
    inside = account is world.cast.jewels.owner
    return world.dice.between(1, 4) if inside and world.on_jewels(probability) else 0


def touch_jewels(world: World, caller: Caller) -> None:
    """One call on the crown jewels, of any kind, that may be refused."""
    action, outcome = _JEWEL_WORK.pick(world.dice)
    jewels, key = world.cast.jewels, world.jewel_key()
    if action == "s3:CopyObject":
        on_bucket(world, caller, action, world.cast.exports, source=f"{jewels.name}/{key}")
    else:
        on_bucket(world, caller, action, jewels, key=key, outcome=outcome)


def work(world: World, job: Job, purse: Purse, records: int) -> Script:
    """Do a job.

    Args:
        world: the world.
        job: the job.
        purse: what its records are paid from.
        records: how many records it writes; it ends sooner if the purse is empty.
    """
    dice, recorder = world.dice, world.recorder
    last = purse.left - records
    pause = job.seconds / (max(records, 1) * (1 - _BURST))
    calls = PROFILES[job.profile]
    while purse.left > max(last, 0):
        before = recorder.events
        _step(world, job, calls, purse.left - last)
        written = recorder.events - before
        if not written:
            return  # no trail covers the account
        purse.spend(written)
        yield dice.below(2) if dice.chance(_BURST) else 1 + dice.around(pause)


def _step(world: World, job: Job, calls: Weighted[Call], left: int) -> None:
    dice = world.dice
    caller = job.signer.current()
    if job.jewels and dice.chance(job.jewels * 1.5 / max(left, 1)):
        job.jewels -= 1
        touch_jewels(world, caller)
        return
    luck = dice.unit()
    if left > 1 and _THROTTLED <= luck < _PAIRED and (job.forwarder or job.bucket):
        if job.forwarder is not None:
            job.forwarder.step()
        elif job.bucket is not None:
            on_bucket(world, caller, dice.pick(("s3:GetObject", "s3:PutObject")), job.bucket)
        return
    call, asked = _chosen(world, job, caller, calls)
    failure = None
    if luck < _THROTTLED:
        failure = denied(caller, call, "*") if luck < _REFUSED else _throttled(call)
    world.recorder.call(caller, call, asked, failure)


def _chosen(world: World, job: Job, caller: Caller, calls: Weighted[Call]) -> tuple[Call, Mapping[str, str]]:
    """A call of a job and what it asks for: something new, or what it looked at before."""
    dice, habits = world.dice, job.habits
    if habits and dice.chance(_AGAIN):
        return dice.pick(habits)
    call = calls.pick(dice)
    place = caller.home if call.everywhere else caller.site
    asked = fill_words(call.asked, place, dice, world.now, NOTHING)
    if call.read_only:
        habits.append((call, asked))
        del habits[:-_HABITS]
    return call, asked


def _throttled(call: Call) -> Failure:
    """What a service says when it is asked too often."""
    if call.s3:
        return Failure("SlowDown", "Please reduce your request rate.")
    if call.denial.startswith("Client."):
        return Failure("Client.RequestLimitExceeded", "Request limit exceeded.")
    return Failure("ThrottlingException", "Rate exceeded")
