"""Tables for people. Nothing in a log is taken for markup, and each row is one line."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from graphtrail import arn as arns
from graphtrail.cli import printable
from graphtrail.graph.model import Value
from graphtrail.questions import Row
from graphtrail.render.pictures import cells

_GAP = "  "
_TIMES = frozenset({"at", "created", "cut_off", "expires", "first_seen", "hour", "last_seen", "reached_at", "time"})
_TIMES |= {"undone_at", "until", "who_am_i", "worked_later"}
_NUMBERS = frozenset({"count", "depth", "issued_calls", "refused", "took"})
# What a column of texts keeps before others are left out, and how many columns there are at least.
_NEEDED = 16
_NEEDED_BY = {"action": 30}  # half an action is no action
_FEWEST = 3

Cells = Sequence[Sequence[str]]


def texts(columns: Sequence[str], rows: Sequence[Row], *, brief: bool) -> tuple[list[str], list[list[str]]]:
    """Head and cells of some rows, as text that is safe to print; columns in which no row has a value are left out.

    Args:
        columns: the fields that are shown.
        rows: what is shown.
        brief: ARNs of IAM without what is the same in all of them.
    """
    lines = [
        [_said(value, name, brief=brief) for name, value in zip(columns, cells(row, columns), strict=True)]
        for row in rows
    ]
    kept = [place for place, _ in enumerate(columns) if not rows or any(line[place] for line in lines)]
    return [columns[place] for place in kept], [[line[place] for place in kept] for line in lines]


def shown(columns: Sequence[str], rows: Sequence[Sequence[Value]], *, brief: bool) -> tuple[list[str], list[list[str]]]:
    """Head and cells of rows that are values already, as text that is safe to print; every column stays."""
    lines = [[_said(value, name, brief=brief) for name, value in zip(columns, row, strict=True)] for row in rows]
    return [printable(name) for name in columns], lines


def plain(head: Sequence[str], lines: Cells) -> str:
    """A table for a pipe or a file: complete, cells separated by tabs, nothing padded or cut."""
    return "".join("\t".join(line) + "\n" for line in ([name.replace("_", " ") for name in head], *lines))


def fitted(head: Sequence[str], lines: Cells, width: int) -> tuple[str, list[str]]:
    """A table for a terminal: long texts are shortened in the middle until a row fits.

    Args:
        head: names of the columns.
        lines: cells, as long as the head.
        width: columns of the terminal.

    Returns:
        The text, and the names of the columns on the right for which there was no room at all.
    """
    named = [name.replace("_", " ") for name in head]
    wanted = [max(cell_len(line[place]) for line in (named, *lines)) for place, _ in enumerate(head)]
    least = [
        size if _whole(name) else min(size, _NEEDED_BY.get(name, _NEEDED))
        for name, size in zip(head, wanted, strict=True)
    ]
    shown = len(head)
    while shown > _FEWEST and _total(least[:shown]) > width:
        shown -= 1
    sizes = _sizes(least[:shown], wanted[:shown], width)
    made = [_line(line, head, sizes) for line in (named, ["\u2500" * size for size in sizes], *lines)]
    return "".join(f"{line}\n" for line in made), list(named[shown:])


def _whole(name: str) -> bool:
    return name in _TIMES or name in _NUMBERS


def _total(sizes: Sequence[int]) -> int:
    return sum(sizes) + len(_GAP) * (len(sizes) - 1)


def _sizes(least: Sequence[int], wanted: Sequence[int], width: int) -> list[int]:
    """Widths of the columns: what is left over goes to the narrowest column that wants more, cell by cell."""
    sizes = list(least)
    for _ in range(width - _total(sizes)):
        hungry = [place for place, size in enumerate(sizes) if size < wanted[place]]
        if not hungry:
            break
        sizes[min(hungry, key=sizes.__getitem__)] += 1
    return sizes


def _line(line: Sequence[str], head: Sequence[str], sizes: Sequence[int]) -> str:
    cells = (
        " " * (size - cell_len(text)) + text if name in _NUMBERS else set_cell_size(shortened(text, size), size)
        for text, name, size in zip(line, head, sizes, strict=False)
    )
    return _GAP.join(cells).rstrip()


def shortened(text: str, size: int) -> str:
    """A text in at most ``size`` cells: the middle is left out, since the ends of an ARN tell most."""
    if cell_len(text) <= size:
        return text
    end = (size - 1) // 2
    tail = text[-end:]
    while cell_len(tail) > end:
        tail = tail[1:]
    return set_cell_size(text, size - 1 - end).rstrip() + "\u2026" + tail


def _said(value: Value, name: str, *, brief: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    text = printable(str(value))
    if name in _TIMES:
        return text.replace("T", " ").removesuffix("Z")
    return compact(text) if brief else text


def compact(text: str) -> str:
    """An ARN of IAM without what is the same in all of them: account and name are left."""
    found = arns.parse(text)
    return f"{found.account}:{found.resource}" if found and found.service in {"iam", "sts"} else text
