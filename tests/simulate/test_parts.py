"""The parts from which a simulation is built, each by itself."""

import json
import re
from collections import Counter

import pytest

from graphtrail.simulate.catalogue import CALLS
from graphtrail.simulate.clock import START, at_work, expiration, iso, spoken
from graphtrail.simulate.dice import Dice, Weighted
from graphtrail.simulate.ledger import BUSY, Busy, Forwarded, Origin, Session
from graphtrail.simulate.organisation import Account, Person
from graphtrail.simulate.places import WORDS, fill_words, site

BOUND = {"user_id", "access_key", "party", "policy_arn", "source", "trail"}  # words whose values the scenes give


def test_dice_repeat_and_keep_to_their_bounds():
    first, second = Dice(3), Dice(3)
    assert [first.below(9) for _ in range(200)] == [second.below(9) for _ in range(200)]
    assert first.hex(70_000) == second.hex(70_000)
    assert len(first.base32(70_000)) == 70_000
    assert {first.between(2, 4) for _ in range(200)} == {2, 3, 4}
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", first.uuid())


def test_waiting_times_have_their_mean_and_a_long_tail():
    dice = Dice(1)
    rolls = [dice.around(100) for _ in range(20_000)]
    assert sum(rolls) / len(rolls) == pytest.approx(100, rel=0.05)
    assert max(rolls) > 350


def test_options_are_as_likely_as_their_weights_say():
    dice = Dice(1)
    weighted = Weighted([("often", 3.0), ("seldom", 1.0)])
    counts = Counter(weighted.pick(dice) for _ in range(8_000))
    assert counts["often"] / 8_000 == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (START, "Mar 2, 2026 12:00:00 AM"),
        (START + 43_200, "Mar 2, 2026 12:00:00 PM"),
        (START + 46_805, "Mar 2, 2026 1:00:05 PM"),
    ],
)
def test_times_are_spoken_as_iam_speaks_them(seconds: int, text: str):
    assert spoken(seconds) == text
    assert expiration(seconds, 0) == text.replace("2026", "2026,")
    assert expiration(seconds, 2) == iso(seconds)


def test_people_rest_at_night_and_at_the_end_of_the_week():
    noon = START + 10 * 3_600
    assert at_work(noon) > 10 * at_work(START)
    assert at_work(noon) > 5 * at_work(noon + 5 * 86_400)


@pytest.mark.parametrize("account", ["070411556318", "999999999999", "000000000001"])
def test_an_id_carries_its_account(account: str):
    word = Account(account, "any").unique_id("AROA", Dice(1))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bits = sum(alphabet.index(letter) << shift for letter, shift in zip(word[4:14], range(45, -1, -5), strict=True))
    assert f"{(bits >> 2 & 0x7FFFFFFFFF80) >> 7:012}" == account
    assert word[4] in alphabet[16:]


@pytest.mark.parametrize("action", sorted(CALLS))
def test_every_template_of_the_catalogue_is_json(action: str):
    call, dice = CALLS[action], Dice(2)
    place = site(Account("123456789012", "any"), "eu-west-1", 0, dice)
    assert set(call.words) <= WORDS.keys() | BOUND
    values = fill_words(call.words, place, dice, START, dict.fromkeys(BOUND, "given"))
    for template in (call.request, call.response, call.resources, call.extra):
        if template:
            text = bytes(template.fill(values)).decode()
            assert isinstance(json.loads(text), dict | list | None)
            assert not re.search("<[a-z]", text)


def sessions() -> tuple[Session, Session]:
    origin = Origin("arn:aws:iam::123456789012:user/a", "user")
    return Session("key:A", origin.principal, named=origin), Session("key:B", origin.principal, named=origin)


@pytest.mark.parametrize(("at", "why"), [(6, None), (7, BUSY), (10, BUSY), (13, BUSY), (14, None)])
def test_a_forwarded_call_is_anybodys_if_another_session_was_near(at: int, why: str | None):
    mine, other = sessions()
    family, busy = Forwarded(mine, last=10), Busy()
    calls = sorted([(at, 0), (10, 1)])
    for moment, kind in calls:
        if kind:
            busy.direct(mine, moment)
            busy.forward(family, moment)
        else:
            busy.direct(other, moment)
    assert family.broken == why


def test_a_person_counts_where_a_record_shows_it_or_nothing_else_is_left():
    person = Person("a@b", "1", "arn:aws:identitystore::1:identitystore/d-1", "192.0.2.1")
    saml = Session("anon:SAMLUser:q:a", "saml:q:a", named=Origin("saml:q:a", "saml"))
    session = Session("key:ASIA", "role", parent=saml)
    child = Session("key:CHILD", "role", parent=session)
    session.person = person
    assert child.standing() == (Origin("saml:q:a", "saml"), None, None)
    session.broken = "missing"
    assert child.standing() == (Origin(person.principal, "identity_center"), None, "missing")
    session.stamped = True
    assert child.standing() == (Origin(person.principal, "identity_center"), None, None)
