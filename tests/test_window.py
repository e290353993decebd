import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.errors import UsageError
from graphtrail.window import FIRST, LAST, Window, iso, moment, window

NOW = 1_700_000_000
SECONDS = st.integers(0, 4_000_000_000)


@given(SECONDS)
def test_a_time_reads_back_as_written(seconds: int):
    assert moment(iso(seconds), NOW) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (FIRST, "0001-01-01T00:00:00Z"),
        (FIRST - 1, "0001-01-01T00:00:00Z"),
        (LAST, "9999-12-31T23:59:59Z"),
        (LAST + 3600, "9999-12-31T23:59:59Z"),
    ],
)
def test_a_time_beyond_what_can_be_written_is_the_last_that_can(seconds: int, text: str):
    assert iso(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", NOW - 7200),
        ("-2h", NOW - 7200),
        ("7d", NOW - 7 * 86400),
        ("1d12h", NOW - 36 * 3600),
        ("2023-07-10T11:54:47Z", 1688990087),
        ("2023-07-10T13:54:47+02:00", 1688990087),
        ("2023-07-10T11:54:47", 1688990087),
        ("2023-07-10", 1688947200),
    ],
)
def test_ages_and_iso_times_are_read(text: str, seconds: int):
    assert moment(text, NOW) == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "01/02/2026", "1.2.2026", "2026-13-01", "h2"])
def test_anything_else_is_refused_with_the_way_out(text: str):
    with pytest.raises(UsageError, match="ISO 8601"):
        moment(text, NOW)


def test_a_date_of_unknown_order_is_named_as_such():
    with pytest.raises(UsageError, match="day and month"):
        moment("01/02/2026", NOW)


def test_a_window_holds_both_its_ends():
    assert [second in Window(10, 20) for second in (9, 10, 20, 21)] == [False, True, True, False]
    assert 0 in Window()
    assert not Window()
    assert Window(since=1)
    assert Window(until=1)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match=r"ends \(2023-11-14T22:13:20Z\) before it begins \(2023-11-14T23:13:20Z\)"):
        window("2023-11-14T23:13:20Z", "2023-11-14T22:13:20Z", NOW)


def test_an_open_window_has_no_ends():
    assert window(None, None, NOW) == Window()
    assert window("2h", None, NOW) == Window(since=NOW - 7200)
