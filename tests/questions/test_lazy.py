"""Rows that are made when somebody looks at them."""

import pytest

from graphtrail.questions.answer import Lazy


def unlucky(number: int) -> int:
    return [10, 11][number]


def test_lazy_rows_are_those_that_are_asked_for():
    rows = Lazy(range(2), unlucky)
    assert (list(rows), rows[1], rows[:1], rows == (10, 11)) == ([10, 11], 11, (10,), True)


def test_an_error_while_a_row_is_made_is_not_the_end_of_the_rows():
    with pytest.raises(IndexError):
        list(Lazy(range(3), unlucky))
