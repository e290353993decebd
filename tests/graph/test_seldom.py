"""What seldom comes: branches that only odd logs, large cases or broken installations reach."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.case.sound import Sound
from graphtrail.errors import GraphtrailError, UsageError
from graphtrail.events import shares
from graphtrail.questions import around, drawing
from graphtrail.stores import texts, whole

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice")


def test_parts_that_are_no_generator_have_nothing_to_let_go_of():
    sound = Sound(iter((b"a", b"b")))
    sound.close()
    assert list(sound) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("rule", "request_"),
    [
        (shares._endpoint, {"ModifyVpcEndpointRequest": {"VpcEndpointId": "vpce-1"}}),
        (
            shares._endpoint_service,
            {"ModifyVpcEndpointServicePermissionsRequest": {"AddAllowedPrincipals": [{"content": ""}]}},
        ),
        (shares._lake, {"permissions": ["SELECT"]}),
    ],
)
def test_a_call_that_names_nobody_lets_nobody_in(rule: Callable[..., object], request_: dict[str, object]):
    assert list(rule(SimpleNamespace(request=request_))) == []


def test_whoever_loads_a_large_case_has_to_choose(made: Made, monkeypatch: pytest.MonkeyPatch):
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"))
    monkeypatch.setattr(around, "MOST", 0)
    with pytest.raises(UsageError, match="--calls all, --calls none"):
        around.chosen_calls(case.store, None)


def test_an_event_that_is_not_there_has_no_line(made: Made):
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"))
    assert drawing.event_lines(case.store, ["00000000-0000-4000-8000-000000000000"]) == {}


def test_an_installation_without_its_texts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    texts.folder.cache_clear()
    monkeypatch.setattr(resources, "files", lambda _: tmp_path / "graphtrail")
    with pytest.raises(GraphtrailError, match="install graphtrail again"):
        texts.folder()
    texts.folder.cache_clear()


def test_parts_without_calls_change_nothing_of_the_whole(made: Made, monkeypatch: pytest.MonkeyPatch):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "build", "ASIAUNUSEDUNUSED0000"),
        ct.get_object("09:01", ALICE, "jewels", "a"),
    )
    before = set(map(repr, whole.touches(case.store)))
    monkeypatch.setattr(whole, "_PART", 0)
    assert set(map(repr, whole.touches(case.store))) == before


@pytest.mark.parametrize("other", ["AssumedRole", "Unknown", "AWSAccount", "Root", "FederatedUser", "Directory"])
def test_one_key_under_two_types_has_one_principal(made: Made, other: str):
    key = "AKIAIOSFODNN7EXAMPLE"
    first = dict(ALICE, accessKeyId=key)
    case = made(
        ct.get_object("09:00", first, "jewels", "a"), ct.get_object("09:01", dict(first, type=other), "jewels", "b")
    )
    rows = case.ask.events().rows
    assert len(rows) == 2
    assert all(row.principal for row in rows)
