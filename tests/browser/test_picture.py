"""The picture on the canvas: what is written on it can be read."""

from itertools import combinations

import pytest
from incident import picture
from visits import Visitor

from graphtrail.render.page import page
from graphtrail.render.payload import in_order

pytestmark = pytest.mark.browser

RECORD = """() => {
    const texts = [];
    const real = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        const width = this.measureText(text).width;
        const left = this.textAlign === "center" ? x - width / 2 : this.textAlign === "right" ? x - width : x;
        texts.push({ text, left, right: left + width, top: y - 6, bottom: y + 6 });
        return real.call(this, text, x, y);
    };
    dispatchEvent(new Event("resize"));
    document.getElementById("theme").click();
    return new Promise((done) => setTimeout(() => {
        CanvasRenderingContext2D.prototype.fillText = real;
        done(texts);
    }, 150));
}"""


@pytest.mark.parametrize("people", [5, 14])
def test_the_labels_of_the_spine_are_all_there_and_do_not_overlap(people: int, visit: Visitor):
    drawn = picture(people)
    made = visit(page(drawn))
    texts = made.answers(RECORD)
    graph = in_order(drawn.graph)
    index = {node.key: node for node in graph.nodes}
    ends = [graph.edges[graph.paths[0][0]].source, *(graph.edges[at].target for at in graph.paths[0])]
    spine = {index[key].name for key in ends}
    first = {}
    for text in texts:
        first.setdefault((text["text"], text["top"] < 140), text)
    boxes = [text for (words, high), text in first.items() if words in spine and high]
    assert {box["text"] for box in boxes} == spine
    pills = [
        text for (words, high), text in first.items() if high and ("\u00d7" in words or words in {"assumed", "opened"})
    ]
    assert len(pills) >= 4
    for one, other in combinations([*boxes, *pills], 2):
        apart = (
            one["right"] <= other["left"]
            or other["right"] <= one["left"]
            or one["bottom"] <= other["top"]
            or other["bottom"] <= one["top"]
        )
        assert apart, (one, other)
