"""``demo``."""

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from graphtrail.questions.rows import Hop
    from graphtrail.questions.who_touched import Touch

_SHOWN = 12


@dataclass
class Taking:
    """What one actor did over one chain.

    Attributes:
        chain: from the actor to the session, as a reader takes it in.
        made_by: who made the key or password at which the chain begins, None if nobody in these logs.
        took: calls that succeeded.
        refused: calls that did not.
        first_seen: time of the first.
    """

    chain: str
    made_by: str | None
    took: int
    refused: int
    first_seen: str


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="graphtrail-demo")
@click.option("--events", type=click.IntRange(min=1), default=20_000, show_default=True, help="How many events.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another number, another organisation.")
def demo(*, folder: Path, events: int, seed: int) -> None:
    """Simulate an incident and do the main job on it.

    Writes into FOLDER: a trail bucket of a simulated organisation (bucket/), what really happened (truth.json), the
    case that graphtrail makes of it (case/), and the page (page.html).
    """
    from graphtrail import api  # noqa: PLC0415 - not for --help
    from graphtrail.cli import note  # noqa: PLC0415 - as above
    from graphtrail.cli.output import page_of, write  # noqa: PLC0415 - as above
    from graphtrail.cli.reading import read  # noqa: PLC0415 - as above
    from graphtrail.errors import UsageError  # noqa: PLC0415 - as above
    from graphtrail.simulate import simulate  # noqa: PLC0415 - as above

    try:
        truth = simulate(folder, events, seed)
    except ValueError as wrong:
        raise UsageError(str(wrong)) from None
    note(f"{folder / 'bucket'}: a simulated trail bucket")
    case = folder / "case"
    read([str(folder / "bucket")], case)
    bucket = truth.crown_jewels.bucket
    result = api.open(case).ask.who_touched(bucket)
    write(page_of([result]), folder / "page.html")
    found = takings(cast("tuple[Touch, ...]", result.rows))
    click.echo(f"\nWho took what from {bucket}, over which chain:\n")
    click.echo(drawn(found[:_SHOWN]))
    more = len(found) - len(found[:_SHOWN])
    command = f"graphtrail ask who-touched {bucket} --case {case}"
    click.echo(f"{more} more, with fewer calls: {command}" if more else f"all rows: {command}")
    click.echo(f"the page   {folder / 'page.html'}")
    click.echo(f"the case   {case}")
    click.echo(f"the truth  {folder / 'truth.json'}")


def takings(rows: "Iterable[Touch]") -> list[Taking]:
    """The rows of ``who-touched`` put together by actor and chain, those with most calls first.

    A chain and what was done with the keys and passwords that it made stand together.
    """
    found: dict[tuple[str | None, str, str | None], Taking] = {}
    for row in rows:
        chain = _names(row.chain) if row.origin else f"({row.origin_status}) {_names(row.chain)}"
        made_by = _names(row.made_by.chain) if row.made_by else None
        held = found.setdefault((row.origin, chain, made_by), Taking(chain, made_by, 0, 0, row.first_seen))
        held.took += row.count if row.outcome == "ok" else 0
        held.refused += row.count if row.outcome != "ok" else 0
        held.first_seen = min(held.first_seen, row.first_seen)
    together: Counter[str] = Counter()
    for held in found.values():
        together[held.made_by or held.chain] += held.took + held.refused
    return sorted(
        found.values(),
        key=lambda held: (
            -together[held.made_by or held.chain],
            held.made_by or held.chain,
            -held.took - held.refused,
            held.first_seen,
            held.chain,
        ),
    )


def _names(chain: "Sequence[Hop]") -> str:
    from graphtrail.stores.whole import short  # noqa: PLC0415 - not for --help

    return " → ".join(short(hop.principal or hop.node).removesuffix(".amazonaws.com") for hop in chain)


def drawn(found: Sequence[Taking]) -> str:
    """A line each, as wide as the terminal."""
    from graphtrail.cli import printable  # noqa: PLC0415 - not for --help
    from graphtrail.cli.table import fitted  # noqa: PLC0415 - as above

    head = ("took", "refused", "first_seen", "actor and chain", "key or password made by")
    cells = [
        [f"{one.took:,}", f"{one.refused:,}", one.first_seen[5:16].replace("T", " "),
         printable(one.chain), printable(one.made_by or "")]
        for one in found
    ]  # fmt: skip
    return fitted(head, cells, shutil.get_terminal_size((120, 24)).columns)[0]
