"""The resources of one account in one Region, and the words that stand for them in the catalogue.

A template of the catalogue holds words in angle brackets, such as ``<instance>`` or ``<uuid>``. Each is filled by the
function of that name in ``WORDS``: from the resources of the place, by chance, or from the clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphtrail.simulate.clock import DAY, HOUR, START, iso, spoken
from graphtrail.simulate.dice import Dice
from graphtrail.simulate.organisation import COMPANY, PARTITION, Account

_TEAMS = ("orders", "billing", "search", "catalog", "ledger", "media", "notify", "pricing", "returns", "stock")
_PARTS = ("api", "worker", "ingest", "export", "sync", "loader", "events", "daily", "cache", "edge")
_METRICS = ("CPUUtilization", "NetworkIn", "NetworkOut", "Invocations", "Errors", "Duration", "Latency", "5XXError")
_NAMESPACES = ("AWS/EC2", "AWS/Lambda", "AWS/RDS", "AWS/ApplicationELB", "AWS/SQS", "AWS/DynamoDB")
_KNOWN_OBJECT = 0.45
_LASTING = 0.25
_TABLE_COLUMNS = ("order_id", "customer_id", "sku", "amount", "placed_at", "country")


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One account in one Region: where its records are filed, and the resources that stand there."""

    account: Account
    region: str
    number: int
    pools: dict[str, tuple[str, ...]]


def _names(dice: Dice, count: int) -> tuple[str, ...]:
    return tuple(f"{dice.pick(_TEAMS)}-{dice.pick(_PARTS)}-{dice.hex(4)}" for _ in range(count))


def _typed(dice: Dice, prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}-0{dice.hex(16)}" for _ in range(count))


def _object_key(dice: Dice, now: int) -> str:
    """A key in one of the ways in which people name objects."""
    day = iso(now)[:10]
    return dice.pick((
        f"exports/dt={day}/part-{dice.below(400):05}-{dice.hex(12)}.snappy.parquet",
        f"{dice.pick(_TEAMS)}/{day.replace('-', '/')}/{dice.hex(16)}.json.gz",
        f"uploads/customer={dice.below(90_000)}/{dice.uuid()}.pdf",
        f"{dice.pick(_TEAMS)}/{dice.pick(_PARTS)}/{dice.below(100_000):06}.csv",
    ))  # fmt: skip


def site(account: Account, region: str, number: int, dice: Dice) -> Site:
    """A place with its resources.

    Args:
        account: whose.
        region: where.
        number: a small number that no other place has.
        dice: what makes the names up.
    """
    arn = account.arn
    pools: dict[str, tuple[str, ...]] = {
        "instance": _typed(dice, "i", 60),
        "volume": _typed(dice, "vol", 60),
        "subnet": _typed(dice, "subnet", 6),
        "vpc": _typed(dice, "vpc", 2),
        "group": _typed(dice, "sg", 50),
        "interface": _typed(dice, "eni", 60),
        "image": _typed(dice, "ami", 8),
        "template": _typed(dice, "lt", 6),
        "bucket": tuple(f"{COMPANY}-{account.name}-{name}" for name in _names(dice, 24)),
        "table": _names(dice, 10),
        "function": _names(dice, 16),
        "cluster": _names(dice, 3),
        "service": _names(dice, 10),
        "repository": tuple(f"{COMPANY}/{name}" for name in _names(dice, 10)),
        "database": tuple(f"{name}-db" for name in _names(dice, 5)),
        "stack": tuple(f"{name}-stack" for name in _names(dice, 10)),
        "queue": _names(dice, 10),
        "topic": _names(dice, 8),
        "rule": _names(dice, 8),
        "machine": _names(dice, 5),
        "parameter": tuple(f"/{COMPANY}/{name.replace('-', '/', 1)}/config" for name in _names(dice, 20)),
        "secret": tuple(f"{account.name}/{name}-{dice.base64(6).replace('/', 'x').replace('+', 'y')}"
                        for name in _names(dice, 12)),
        "key": tuple(arn("kms", f"key/{dice.uuid()}", region) for _ in range(6)),
        "balancer": tuple(arn("elasticloadbalancing", f"loadbalancer/app/{name}/{dice.hex(16)}", region)
                          for name in _names(dice, 4)),
        "zone": tuple(f"Z{dice.base32(13)}" for _ in range(3)),
        "certificate": tuple(arn("acm", f"certificate/{dice.uuid()}", region) for _ in range(4)),
        "distribution": tuple(f"E{dice.base32(13)}" for _ in range(3)),
"user_name": tuple(f"svc-{name}" for name in _names(dice, 6)),
"api": tuple(dice.hex(10) for _ in range(4)),
        "document": ("AWS-RunPatchBaseline", "AWS-GatherSoftwareInventory", "AWS-UpdateSSMAgent"),
        "project": _names(dice, 6),
        "detector": (dice.hex(32),),
        "object": tuple(_object_key(dice, START) for _ in range(120)),
        "workgroup": ("primary", "analysts", "finance"),
        "catalog_table": _names(dice, 12),
    }  # fmt: skip
    return Site(account, region, number, pools)


Word = Callable[[Site, Dice, int], str]


def _from(pool: str) -> Word:
    return lambda place, dice, _: dice.pick(place.pools[pool])


def _resource(pool: str, prefix: str) -> Word:
    """A resource that has stood there all the time, or one that came and went."""
    return lambda place, dice, _: dice.pick(place.pools[pool]) if dice.chance(_LASTING) else f"{prefix}-0{dice.hex(16)}"


def _typed_word(prefix: str) -> Word:
    return lambda _place, dice, _now: f"{prefix}-0{dice.hex(16)}"


def _log_group(place: Site, dice: Dice, _now: int) -> str:
    return f"/aws/lambda/{dice.pick(place.pools['function'])}"


def _log_stream(_place: Site, dice: Dice, now: int) -> str:
    return f"{iso(now)[:10].replace('-', '/')}/[$LATEST]{dice.hex(32)}"


def object_key(place: Site, dice: Dice, now: int) -> str:
    """A key of an object: often one that was used before, else one of this day."""
    return dice.pick(place.pools["object"]) if dice.chance(_KNOWN_OBJECT) else _object_key(dice, now)


WORDS: dict[str, Word] = {
    "account": lambda place, _dice, _now: place.account.id,
    "region": lambda place, _dice, _now: place.region,
    "partition": lambda _place, _dice, _now: PARTITION,
    "owner": lambda place, _dice, _now: place.account.id,
    "uuid": lambda _place, dice, _now: dice.uuid(),
    "hex": lambda _place, dice, _now: dice.hex(16),
    "digest": lambda _place, dice, _now: dice.hex(64),
    "blob": lambda _place, dice, _now: dice.base64(76),
    "page": lambda _place, dice, _now: dice.base64(120),
    "n": lambda _place, dice, _now: str(dice.below(1000)),
    "bytes": lambda _place, dice, _now: str(200 + dice.around(40_000)),
    "date": lambda _place, dice, now: iso(now - dice.below(30) * DAY)[:10],
    "today": lambda _place, _dice, now: iso(now)[:10],
    "since": lambda _place, dice, now: spoken(now - 300 * (1 + dice.below(36))),
    "until": lambda _place, _dice, now: spoken(now),
    "created": lambda _place, _dice, now: spoken(now),
    "ms": lambda _place, dice, now: str((now - dice.below(HOUR)) * 1000),
    "boot": lambda _place, dice, _now: str((START - dice.below(40 * DAY)) * 1000),
    "private_ip": lambda _place, dice, _now: f"10.{dice.below(4)}.{dice.below(256)}.{dice.between(4, 250)}",
    "cidr": lambda _place, dice, _now: f"203.0.113.{dice.below(256)}/32",
    "port": lambda _place, dice, _now: dice.pick(("22", "80", "443", "5432", "6379", "8080", "8443")),
    "host": lambda _place, dice, _now: f"{dice.pick(_TEAMS)}.{COMPANY}.example",
    "metric": lambda _place, dice, _now: dice.pick(_METRICS),
    "namespace": lambda _place, dice, _now: dice.pick(_NAMESPACES),
    "column": lambda _place, dice, _now: dice.pick(_TABLE_COLUMNS),
    "team": lambda _place, dice, _now: dice.pick(_TEAMS),
    "role_name": lambda _place, dice, _now: f"{dice.pick(_TEAMS)}-{dice.pick(_PARTS)}-{dice.hex(2)}-role",
    "policy": lambda _place, dice, _now: f"{dice.pick(_TEAMS)}-{dice.pick(_PARTS)}-{dice.hex(2)}",
    "task": lambda _place, dice, _now: dice.hex(32),
    "log_group": _log_group,
    "log_stream": _log_stream,
    "object": object_key,
    "instance": _resource("instance", "i"),
    "volume": _resource("volume", "vol"),
    "interface": _resource("interface", "eni"),
    "group": _resource("group", "sg"),
    "new_instance": _typed_word("i"),
    "new_volume": _typed_word("vol"),
    "new_snapshot": _typed_word("snap"),
    "new_interface": _typed_word("eni"),
}
_POOLS = (
    "subnet", "vpc", "image", "template", "bucket", "table", "function",
    "cluster", "service", "repository", "database", "stack", "queue", "topic", "rule", "machine", "parameter", "secret",
    "key", "balancer", "zone", "certificate", "distribution", "user_name", "api", "document",
    "project", "detector", "workgroup", "catalog_table",
)  # fmt: skip
WORDS.update({pool: _from(pool) for pool in _POOLS})


def fill_words(names: tuple[str, ...], place: Site, dice: Dice, now: int, bind: Mapping[str, str]) -> dict[str, str]:
    """A value for each word, the same for all templates of one call.

    Args:
        names: the words.
        place: whose resources they stand for.
        dice: chance.
        now: the clock, epoch seconds.
        bind: words whose values are not left to chance.
    """
    if not bind:
        return {name: WORDS[name](place, dice, now) for name in names}
    return {name: bind[name] if name in bind else WORDS[name](place, dice, now) for name in names}
