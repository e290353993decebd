import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.render.visible import LONGEST, capped, visible


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain text, ünïcödé, 漢字, 🪣", "plain text, ünïcödé, 漢字, 🪣"),
        ("evil\u202egpj.exe", "evil\u2039U+202E\u203agpj.exe"),
        ("a\u2066b\u2069", "a\u2039U+2066\u203ab\u2039U+2069\u203a"),
        ("zero\u200bwidth", "zero\u2039U+200B\u203awidth"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("tab\there\nthere\x00", "tab\u2409here\u240athere\u2400"),
        ("del\x7f", "del\u2421"),
        ("c1\x85", "c1\u2039U+0085\u203a"),
        ("line\u2028break", "line\u2039U+2028\u203abreak"),
        ("\ufeffmark", "\u2039U+FEFF\u203amark"),
    ],
)
def test_what_would_hide_is_named(written: str, seen: str):
    assert visible(written) == seen


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_can_be_printed_and_encoded(text: str):
    seen = visible(text)
    assert seen.isprintable()
    assert visible(seen) == seen
    seen.encode()


@given(st.text(), st.integers(4, 60))
def test_a_capped_text_keeps_both_its_ends(text: str, longest: int):
    short = capped(text, longest)
    assert len(short) == min(len(text), longest)
    assert short == text or (text.startswith(short.split("\u2026")[0]) and text.endswith(short[longest // 2 + 1 :]))


def test_an_arn_is_cut_in_the_middle():
    assert capped("arn:aws:s3:::customer-pii-prod/exports/2023/all.parquet") == "arn:aws:s3:::cu\u202623/all.parquet"
    assert len(capped("x" * 100)) == LONGEST
