"""Tables for people: whole in a pipe, fitted on a terminal, one line a row."""

from pathlib import Path

import cloudtrail as ct
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from graphtrail.cli import printable
from graphtrail.cli.table import compact, fitted, plain, shortened, texts

WORDS = st.text(st.characters(codec="utf-8"), max_size=60).map(printable)
NAMES = st.sampled_from(["origin", "chain", "action", "count", "first_seen"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    head = draw(st.lists(NAMES, min_size=1, max_size=8))
    row = st.lists(WORDS, min_size=len(head), max_size=len(head))
    return head, draw(st.lists(row, max_size=6))


@given(tables())
def test_in_a_pipe_every_cell_is_whole_and_every_row_a_line(table: tuple[list[str], list[list[str]]]):
    head, lines = table
    read = [line.split("\t") for line in plain(head, lines).split("\n")[:-1]]
    assert read == [[name.replace("_", " ") for name in head], *lines]


@given(tables(), st.integers(80, 250))
def test_on_a_terminal_every_row_is_a_line_that_fits(table: tuple[list[str], list[list[str]]], width: int):
    head, lines = table
    # numbers and times are never cut; they are as long as numbers and times are
    lines = [
        [text[:10] if name in {"count", "first_seen"} else text for name, text in zip(head, line, strict=True)]
        for line in lines
    ]
    text, hidden = fitted(head, lines, width)
    made = text.split("\n")[:-1]
    assert len(made) == len(lines) + 2
    assert max(map(cell_len, made)) <= width
    assert hidden == [name.replace("_", " ") for name in head[len(head) - len(hidden) :]]


def test_with_room_for_everything_nothing_is_cut():
    made = """\
action         count
─────────────  ─────
s3:GetObject   1,234
s3:CopyObject      7
"""
    assert fitted(["action", "count"], [["s3:GetObject", "1,234"], ["s3:CopyObject", "7"]], 80) == (made, [])


def test_the_columns_on_the_right_go_when_there_is_no_room_for_them():
    words = ["a" * 30, "b" * 30, "c" * 30, "d" * 30]
    text, hidden = fitted(["one", "two", "three", "four"], [words], 60)
    assert hidden == ["four"]
    assert text.splitlines()[2] == f"{'a' * 9}…{'a' * 9}  {'b' * 9}…{'b' * 9}  {'c' * 9}…{'c' * 8}"


@given(WORDS, st.integers(2, 40))
def test_what_is_shortened_keeps_both_ends_and_fits(text: str, size: int):
    short = shortened(text, size)
    assert cell_len(short) <= size
    if short != text:
        start, _, end = short.rpartition("…") if text.count("…") == 0 else ("", "", "")
        assert text.startswith(start)
        assert text.endswith(end)


def test_an_arn_is_shortened_in_its_middle():
    assert shortened("arn:aws:s3:::larkfield-crown-jewels", 21) == "arn:aws:s3…own-jewels"


def test_wide_characters_count_as_the_cells_that_they_fill():
    assert cell_len(shortened("表" * 20, 12)) <= 12
    assert shortened("表" * 20, 12) == "表表表…表表"


def test_arns_of_iam_are_shown_as_account_and_name():
    assert compact("arn:aws:iam::111122223333:role/admin") == "111122223333:role/admin"
    assert compact("arn:aws:s3:::bucket") == "arn:aws:s3:::bucket"


@given(st.text())
def test_printable_text_is_one_line_without_anything_that_controls_a_terminal(text: str):
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


def test_an_origin_that_is_open_says_so_and_who_it_may_be(tmp_path: Path):
    keys = [f"ASIA{letter * 16}" for letter in "ABCD"]
    caller = {"type": "AWSAccount", "principalId": f"{ct.role_id('deploy')}:build", "accountId": ct.HOME}
    opened = [ct.assume_role("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), "deploy", "build", key) for key in keys]

    def origins(*columns: str, issued: int) -> list[list[str]]:
        touching = ct.get_object("09:30", caller, "theirs", "a", recipientAccountId=ct.OTHER)
        case = ct.case(tmp_path / f"{issued} {columns}", [*opened[:issued], touching])
        return texts(columns, case.ask.who_touched("arn:aws:s3:::theirs").rows, brief=True)[1]

    assert origins("origin", issued=0) == [["(external)"]]
    assert origins("origin", issued=1) == [[f"(unknown: key:{keys[0]})"]]
    assert origins("origin", issued=3) == [[f"(ambiguous: {', '.join(f'key:{key}' for key in keys[:3])})"]]
    assert origins("origin", issued=4)[0][0].endswith(f"key:{keys[2]} and 1 more)")
    assert origins("origin", "origin_status", issued=4) == [["ambiguous"]]


def test_no_time_is_cut_in_the_middle():
    """A cut-off time whose day is left out revokes the wrong sessions."""
    head = ["target", "cut_off", "until", "hour", "reached_at", "undone_at"]
    text, hidden = fitted(head, [["arn:aws:iam::111122223333:user/alice", *["2026-03-02 13:36:03"] * 5]], 80)
    assert text.splitlines()[-1].endswith("2026-03-02 13:36:03  2026-03-02 13:36:03")
    assert "\u2026" not in text.splitlines()[-1].partition("  ")[2]
    assert hidden == ["reached at", "undone at"]
