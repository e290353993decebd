"""``status``."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphtrail.cli import options, printable
from graphtrail.errors import UsageError
from graphtrail.render.visible import capped
from graphtrail.stores.server.address import case_name

if TYPE_CHECKING:
    from graphtrail import api
    from graphtrail.case.fetched import Fetched

# A forged Region of a million letters would drown all else on a terminal; --output json has it whole.
_CELL, _NAME, _LINE = 40, 400, 2_000
_ROW = "{:12}  {:16}  {:16}  {:>5}  {:>9}  {:10}  {}"


@click.command()
@options.case()
@options.store
@options.case_id
@options.server
@click.option("--rejects", is_flag=True, help="List every record that was rejected, with file, place and reason.")
@click.option("--files", is_flag=True, help="List every file that is not verified, and why.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Form.")
@options.file
def status(
    *,
    case: Path,
    store: str,
    case_id: str | None,
    rejects: bool,
    files: bool,
    output: str,
    file: Path | None,
    **server: object,
) -> None:
    """What a case holds, and what its logs cover.

    records = events + duplicates + rejects + non_events; events are distinct records, before the copies of one call in
    two accounts are put together.
    """
    from graphtrail.cli.output import write  # noqa: PLC0415 - not for --help
    from graphtrail.cli.server import asked  # noqa: PLC0415 - as above

    held = asked(case, store, case_id, server)
    if output == "json":
        from graphtrail.render.machine import encoded  # noqa: PLC0415 - as above

        said = held.status()
        said |= {"listed": _on_disk(held).rejects()} if rejects else {}
        said |= {"files": _on_disk(held).verdicts()} if files else {}
        write(encoded(said) + "\n", file)
        return
    listed = [one for one in (_on_disk(held).verdicts() if files else ()) if one["status"] != "verified"]
    lines = (
        *_lines(held.status(), str(case) if store == "embedded" else case_name(case, case_id)),
        *_unfetched(held.store.fetched),
        *map(_reject, _on_disk(held).rejects() if rejects else ()),
        *map(_unverified, listed),
    )
    write("".join(f"{printable(line)}\n" for line in lines), file)


def _on_disk(held: "api.Asked") -> "api.Case":
    """The case itself, which has its files."""
    from graphtrail import api  # noqa: PLC0415 - not for --help

    if not isinstance(held, api.Case):
        raise UsageError("a server has no list of files; leave --rejects and --files, or ask the case on disk")
    return held


def _lines(said: dict[str, Any], case: str) -> list[str]:
    counts = {name: f"{count:,}" for name, count in said["totals"].items()}
    about = said["case"]
    lines = [
        f"case {case}, {about.digest}",
        f"{about.events:,} distinct events from {about.first or '-'} to {about.last or '-'}",
        "{records} records in {files} file(s): {events} events, {duplicates} duplicates, {rejects} rejects, "
        "{non_events} non-events".format(**counts),
    ]
    lines += [f"  {one['kind']}: {one['reason']} ({one['count']:,})" for one in said["rejects"]]
    if said["truncated"]:
        lines.append(f"{said['truncated']:,} record(s) too large for CloudTrail, which left something out of them")
    if said["conflicts"]:
        lines.append(f"{len(said['conflicts'])} event id(s) stand for records that contradict each other")
    lines.append(_ROW.format("account", "Region", "category", "days", "events", "from", "to"))
    for *place, days, events, first, last in _ranges(said["coverage"]):
        lines.append(_ROW.format(*(capped(one, _CELL) for one in place), f"{days:,}", f"{events:,}", first, last))
    lines += _proven(said["integrity"])
    lines += map(_gap, said["gaps"])
    lines += map(_blind, said["blinded"])
    lines += [f"account {account}: named in these logs, its own are not here" for account in said["not_observed"]]
    return [capped(line, _LINE) for line in lines]


def _ranges(coverage: list[dict[str, Any]]) -> list[tuple[str, str, str, int, int, str, str]]:
    """Days put together by account, Region and category."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in coverage:
        groups.setdefault((one["account"] or "-", one["region"] or "-", one["category"]), []).append(one)
    return [
        (*place, len(days), sum(one["events"] for one in days), days[0]["day"], days[-1]["day"])
        for place, days in sorted(groups.items())
    ]


def _place(one: dict[str, Any]) -> str:
    return f"{capped(one['account'] or '-', _CELL)} {capped(one['region'] or '-', _CELL)}"


def _gap(one: dict[str, Any]) -> str:
    """Days without records."""
    days = one["first"] if one["first"] == one["last"] else f"{one['first']} to {one['last']}"
    return f"{_place(one)} {capped(one['category'], _CELL)}: no record on {days}: it was quiet, or logs are missing"


def _blind(one: dict[str, Any]) -> str:
    """Something that was switched off, or changed."""
    doubt = "" if one["certain"] else " (it may have changed what is logged)"
    end = f"undone at {one['until']}" if one["until"] else "not undone in these logs"
    return (
        f"{_place(one)}: {capped(one['action'], _NAME)} of {capped(one['resource'], _NAME)} at {one['time']}"
        f"{doubt}, {end}"
    )


def _unfetched(fetched: "Fetched") -> list[str]:
    """What buckets and APIs have and the case does not."""
    from graphtrail.questions.unfetched import sentences  # noqa: PLC0415 - not for --help

    where = [
        (" ".join(part for part in (f"account {account}" if account else "", region or "") if part), text)
        for account, region, text in sentences(fetched)
    ]
    return [f"{place}: {text}" if place else text for place, text in where]


def _reject(one: dict[str, Any]) -> str:
    place = "" if one["index"] is None else f" record {one['index']}"
    return f"{one['file']}{place}: {one['reason']}{' (superseded)' if one['superseded'] else ''}"


def _proven(integrity: dict[str, Any] | None) -> list[str]:
    """What is proven of the files."""
    if integrity is None:
        return ["log files: not verified against CloudTrail's digests (graphtrail ingest --verify)"]
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in integrity["places"]:
        counts[one["account"] or "-", one["region"] or "-", one["kind"], one["status"]] += one["count"]
    return [f"{account} {region}: {count:,} {kind}(s) {status}" for (account, region, kind, status), count
            in sorted(counts.items())]  # fmt: skip


def _unverified(one: dict[str, Any]) -> str:
    return f"{one['status']}: {one['kind']} {one['file']}: {one['reason']}"
