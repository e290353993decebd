import math
import re
from itertools import combinations
from pathlib import Path

import pytest

from graphtrail.render import looks
from graphtrail.render.looks import CANVAS, KINDS, kind_of, plural, verb

ASSETS = Path(looks.__file__).parent / "assets"
# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
VISIONS = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)
Triple = tuple[float, ...]


def times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def linear(colour: str) -> Triple:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def lab(light: Triple) -> Triple:
    x, y, z = (
        (part / white) ** (1 / 3) if part / white > (6 / 29) ** 3 else part / white / (3 * (6 / 29) ** 2) + 4 / 29
        for part, white in zip(times(TO_XYZ, light), WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, vision: str) -> Triple:
    return lab(tuple(min(1.0, max(0.0, part)) for part in times(VISIONS[vision], linear(colour))))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(times(TO_XYZ, linear(colour))[1] for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def palette(theme: str) -> dict[str, str]:
    return {
        **{kind.name: getattr(kind, theme) for kind in KINDS},
        "evidence": CANVAS["evidence"][theme == "dark"],
    }


THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@THEMES
@pytest.mark.parametrize("vision", VISIONS)
def test_every_two_colours_differ_for_everybody(theme: str, vision: str):
    colours = {name: seen(colour, vision) for name, colour in palette(theme).items()}
    near = {(a, b): math.dist(colours[a], colours[b]) for a, b in combinations(colours, 2)}
    pair = min(near, key=lambda names: near[names])
    assert near[pair] >= 20, pair


@THEMES
def test_every_colour_stands_out_from_the_ground(theme: str):
    ground = CANVAS["ground"][theme == "dark"]
    assert min(contrast(colour, ground) for colour in palette(theme).values()) >= 3
    for text in ("ink", "quiet", "evidence", "choice"):
        assert contrast(CANVAS[text][theme == "dark"], ground) >= 4.5, text


@THEMES
def test_the_style_sheet_has_the_ground_of_the_canvas(theme: str):
    css = (ASSETS / "app.css").read_text()
    root = re.search(
        r":root \{(.*?)\}" if theme == "light" else r':root\[data-theme="dark"\] \{(.*?)\}', css, re.DOTALL
    )
    named = dict(re.findall(r"--([\w-]+): (#\w{6})", root[1]))
    assert named["ground"] == CANVAS["ground"][theme == "dark"]
    for text, ground in (
        *(("ink", "panel"), ("quiet", "panel"), ("quiet", "sunk"), ("choice", "panel"), ("choice", "sunk")),
        *(("evidence", "panel"), ("evidence", "evidence-ground"), ("warn", "warn-ground"), ("ink", "warn-ground")),
    ):
        assert contrast(named[text], named[ground]) >= 4.5, (text, ground)
    assert contrast(named["strong-line"], named["panel"]) >= 3


def test_every_kind_has_a_shape_of_its_own_that_the_page_can_draw():
    shapes = [kind.shape for kind in KINDS]
    assert len(set(shapes)) == len(shapes)
    assert set(re.findall(r'^  \["(\w+)", \(ctx', (ASSETS / "shapes.js").read_text(), re.MULTILINE)) == set(shapes)


def test_a_label_belongs_to_one_kind():
    labels = [label for kind in KINDS for label in kind.labels]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Session", "session"), ("User", "person"), ("Role", "role"), ("Service", "service"), ("Action", "action"),
        ("Bucket", "bucket"), ("Object", "object"), ("Secret", "secret"), ("Instance", "workload"),
        ("IpAddress", "address"), ("Trail", "other"), ("<script>", "other"), ("__proto__", "other"),
    ],
)  # fmt: skip
def test_labels_have_kinds_and_unknown_ones_are_other(label: str, kind: str):
    assert kind_of(label) == kind


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Object", "objects"), ("Policy", "policies"), ("Key", "keys"), ("IpAddress", "addresses"),
        ("IdentityCenterUser", "identity center users"), ("WebIdentity", "web identities"), ("Y", "ys"),
        ("Alias", "aliases"), ("Box", "boxes"), ("Branch", "branches"),
    ],
)  # fmt: skip
def test_many_of_a_label_in_plain_words(label: str, words: str):
    assert plural(label) == words


@pytest.mark.parametrize(("type_", "words"), [("ASSUMED", "assumed"), ("SET_PASSWORD", "set password"), ("X", "x")])
def test_edges_are_read_aloud(type_: str, words: str):
    assert verb(type_) == words
