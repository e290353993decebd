"""What a reader does with the page, in a real browser: every answer is compared with what the graph holds."""

from collections import Counter
from dataclasses import replace

import pytest
from incident import picture
from visits import Visit, Visitor

from graphtrail.graph.model import Subgraph
from graphtrail.render.looks import KINDS, kind_of
from graphtrail.render.page import page
from graphtrail.render.payload import Limits, in_order, payload
from graphtrail.render.picture import Picture

pytestmark = pytest.mark.browser

ADMIN = "key:ASIAADMIN7F3AEXAMPLE"
SMALL = picture(5)
GRAPH = in_order(SMALL.graph)
INDEX = {node.key: at for at, node in enumerate(GRAPH.nodes)}
SPINE = [INDEX[GRAPH.edges[GRAPH.paths[0][0]].source], *(INDEX[GRAPH.edges[at].target] for at in GRAPH.paths[0])]

TERMS = """() => Object.fromEntries(
    [...document.querySelectorAll("#details .pairs dt")].map((term) => [term.textContent, term.nextSibling.textContent])
)"""
CELLS = """() => [...document.querySelectorAll("#details tbody tr")].map(
    (row) => [...row.children].map((cell) => cell.textContent)
)"""
LEGEND = """() => Object.fromEntries(
    [...document.querySelectorAll("#kinds button")].map(({ children: [_, name, tally] }) => [name, tally])
        .map((pair) => pair.map((element) => element.textContent))
)"""


@pytest.fixture(scope="module")
def html() -> str:
    return page(SMALL)


def search(made: Visit, words: str) -> str:
    made.page.keyboard.press("/")
    made.page.keyboard.insert_text(words)
    return made.text("#hits .note")


def test_the_page_opens_on_the_evidence_and_says_what_it_shows(html: str, visit: Visitor):
    made = visit(html)
    assert made.complaints == []
    nodes, edges = len(GRAPH.nodes), len(GRAPH.edges)
    assert made.text("#counts") == f"{nodes} of {nodes} nodes shown \u00b7 {edges} of {edges} edges shown"
    assert made.text("#details .part") == "4 evidence paths"
    hops = made.answers("[...document.querySelectorAll('.trail.first .hop')].map((hop) => hop.textContent)")
    assert len(hops) == len(GRAPH.paths[0])
    edge = GRAPH.edges[GRAPH.paths[0][1]]
    assert (
        hops[1]
        == f"2AKIAIOSFODNN7EXAMPLE assumed BuildRole/build-7f3a2023-07-10 11:55:38Z \u00b7 L1, exact{edge.event_ids[0]}"
    )
    assert hops[0].endswith("and 39 more")


def test_coverage_is_in_sight_whatever_is_chosen(html: str, visit: Visitor):
    made = visit(html)
    for press in ("p", "f", "Escape"):
        made.page.keyboard.press(press)
        box = made.page.locator(".coverage").bounding_box()
        assert box["y"] + box["height"] <= 841
        assert box["height"] > 60
    assert [*made.page.locator(".coverage li").all_text_contents()] == list(SMALL.coverage)


def test_choosing_a_node_tells_all_that_is_known_of_it(html: str, visit: Visitor):
    made = visit(html)
    made.page.mouse.click(*made.spot("node", INDEX[ADMIN]))
    assert made.chosen() == {"node": INDEX[ADMIN], "link": None, "path": None}
    assert made.text("#details .name") == "ProdAdmin/adm-7f3a"
    assert made.text("#details .key code") == ADMIN
    terms = made.answers(TERMS)
    assert terms == {"kind": "temporary", "created": "2023-07-10 12:03:58Z", "expires": "2023-07-10 13:03:58Z"}
    heads = made.page.locator("#details .part").all_text_contents()
    out = sum(edge.source == ADMIN and edge.type != "FROM" for edge in GRAPH.edges)
    assert heads == ["Properties", "Incoming (3)", f"Outgoing ({out})", "Next step"]
    assert f"graphtrail show {ADMIN}" in made.text("#details")
    made.page.locator("#details .row", has_text="BuildRole/build-7f3a").click()
    assert made.text("#details .name") == "BuildRole/build-7f3a"


def test_a_key_is_copied(html: str, visit: Visitor):
    made = visit(html, f"#n={INDEX[ADMIN]}", permissions=["clipboard-read", "clipboard-write"])
    made.page.locator("#details .key button").first.click()
    assert made.answers("navigator.clipboard.readText()") == ADMIN
    assert made.text("#said") == "Copied"


def test_every_line_can_be_picked(html: str, visit: Visitor):
    made = visit(html)
    made.page.keyboard.press("f")
    tried = [*GRAPH.paths[0], *range(0, len(GRAPH.edges), 4)]
    picked = []
    for at in tried:
        made.page.mouse.click(*made.spot("link", at))
        picked.append(made.chosen()["link"])
    assert picked[: len(SPINE) - 1] == tried[: len(SPINE) - 1]
    # Where two lines cross, the other one may lie nearer.
    assert sum(one == other for one, other in zip(tried, picked, strict=True)) >= 0.9 * len(tried)


def test_choosing_a_line_shows_the_events_behind_it_and_the_way_to_the_rest(html: str, visit: Visitor):
    made = visit(html)
    at = GRAPH.paths[0][3]
    edge = GRAPH.edges[at]
    made.page.mouse.click(*made.spot("link", at))
    assert made.chosen()["link"] == at
    assert made.text("#details .name") == "ProdAdmin/adm-7f3a called s3:GetObject"
    rows = made.answers(CELLS)
    events = [SMALL.graph.events[event_id] for event_id in edge.event_ids]
    assert rows == [
        [
            row[0],
            event.action,
            event.outcome,
            "\u2013",
            event.region,
            event.account,
            event.address,
            event.agent,
            event.event_id,
        ]
        for row, event in zip(rows, events, strict=True)
    ]
    assert rows[0][0] == "2023-07-10 12:17:18Z"
    details = made.text("#details")
    assert f"Events ({edge.event_total:,})" in details
    assert f"20 of {edge.event_total:,} events are on this page" in details
    assert f"graphtrail ask events --session {ADMIN} --action s3:GetObject" in details
    assert f"graphtrail event {edge.event_ids[0]}" in details


@pytest.mark.parametrize(
    ("ends", "command"),
    [
        ((f"act:{ADMIN}|s3:GetObject|ok|", "arn:aws:s3:::customer-pii-prod"),
         f"graphtrail ask events --session {ADMIN} --action s3:GetObject --resource arn:aws:s3:::customer-pii-prod"),
        ((ADMIN, "ip:203.0.113.77"), f"graphtrail ask events --ip 203.0.113.77 --session {ADMIN}"),
        (("arn:aws:iam::111122223333:user/ci-deploy", "key:AKIAIOSFODNN7EXAMPLE"),
         "graphtrail ask events --principal {} --session {}"),
    ],
)  # fmt: skip
def test_the_command_for_more_names_both_ends(ends: tuple[str, str], command: str, html: str, visit: Visitor):
    at = next(at for at, edge in enumerate(GRAPH.edges) if (edge.source, edge.target) == ends)
    made = visit(html, f"#e={at}")
    assert command.format(*ends) in made.page.locator("#details code").all_text_contents()


def test_the_legend_counts_and_filters(html: str, visit: Visitor):
    made = visit(html)
    counts = Counter(kind_of(node.label) for node in GRAPH.nodes)
    titles = {kind.title: counts[kind.name] for kind in KINDS if counts[kind.name]}

    def legend() -> dict[str, str]:
        return made.answers(LEGEND)

    assert legend() == {title: str(count) for title, count in titles.items()}
    made.page.locator("#kinds button", has_text="Action").click()
    sums = made.answers("graphtrail.sums()")
    assert sums["seen"] + sums["filtered"] + sums["folded"] == len(GRAPH.nodes)
    assert sums["filtered"] == counts["action"]
    touching = sum("act:" in edge.source[:4] + edge.target[:4] for edge in GRAPH.edges)
    assert (sums["filteredEdges"], sums["lines"]) == (touching, len(GRAPH.edges) - touching)
    assert legend()["Action"] == f"0 of {counts['action']}"
    said = f"{sums['seen']} shown + {counts['action']} filtered out = {len(GRAPH.nodes)} nodes"
    assert said in made.text("#counts")
    assert said in made.text("#said")
    made.page.mouse.click(*made.spot("node", SPINE[-2]))
    assert made.chosen()["node"] is None
    made.page.locator("#kinds button", has_text="Session").click(modifiers=["Shift"])
    assert made.answers("graphtrail.sums()")["seen"] == counts["session"]
    made.page.locator("#all").click()
    assert made.answers("graphtrail.sums()")["filtered"] == 0


def test_search_looks_into_everything(html: str, visit: Visitor):
    made = visit(html)
    event_id = GRAPH.edges[GRAPH.paths[0][1]].event_ids[0]
    assert search(made, event_id) == "0 nodes, 1 line"
    made.page.keyboard.press("Enter")
    assert made.chosen()["link"] == GRAPH.paths[0][1]
    made.page.keyboard.press("Escape")
    assert search(made, "adm-7f3a") == "1 node, 0 lines"
    assert made.text("#said") == "1 node, 0 lines"
    made.page.keyboard.press("Enter")
    assert made.chosen()["node"] == INDEX[ADMIN]
    made.page.keyboard.press("Escape")
    expected = sum(node.properties.get("error_code") == "AccessDenied" for node in GRAPH.nodes)
    assert search(made, "accessdenied").startswith(f"{expected} nodes, ")
    made.page.keyboard.press("Escape")
    assert search(made, "no such thing") == "Nothing found"


def test_folded_nodes_are_counted_found_and_listed(visit: Visitor):
    graph = picture(3, objects=11_000)
    made = visit(page(graph, Limits(nodes=60)))
    sums = made.answers("graphtrail.sums()")
    counts = payload(graph, Limits(nodes=60))["counts"]
    assert {name: sums[name] for name in ("folded", "heaps", "edges", "foldedEdges")} == {
        name: counts[name] for name in ("folded", "heaps", "edges", "foldedEdges")
    }
    assert sums["total"] == counts["nodes"] == sums["seen"] + sums["folded"]
    assert sums["edges"] == sums["lines"] + sums["foldedEdges"]
    assert f"{sums['seen']} shown + {sums['folded']:,} folded into {sums['heaps']} group" in made.text("#counts")
    unseen = int(search(made, "raw/000123").split("(")[1].split(" folded")[0].replace(",", ""))
    assert unseen > 900
    made.page.keyboard.press("Enter")
    assert made.text("#details .name").endswith("objects of customer-pii-prod")
    assert "graphtrail ask objects arn:aws:s3:::customer-pii-prod" in made.text("#details")
    assert "are listed here" in made.text("#details")


def test_an_empty_answer_says_so_and_still_states_coverage(visit: Visitor):
    made = visit(page(replace(SMALL, graph=Subgraph(), rows=())))
    assert made.complaints == []
    assert made.page.locator("#empty").is_visible()
    assert made.text("#counts") == "0 of 0 nodes shown \u00b7 0 of 0 edges shown"
    assert made.page.locator(".coverage li").count() == len(SMALL.coverage)
    assert made.text("#rows") == "No row."
    for press in ("f", "p", "+", "ArrowRight", "Escape"):
        made.page.keyboard.press(press)
    made.page.mouse.click(700, 300)
    assert made.complaints == []


def test_a_graph_without_paths_is_walked_freely(visit: Visitor):
    made = visit(page(Picture("t", "q", Subgraph(GRAPH.nodes, GRAPH.edges))))
    assert "No path is marked" in made.text("#details")
    assert made.page.locator("#path").is_hidden()
    made.page.locator("#canvas").focus()
    made.page.keyboard.press("ArrowRight")
    assert made.chosen()["node"] is not None


def test_a_link_leads_to_a_node_and_survives_a_reload(html: str, visit: Visitor):
    made = visit(html, f"#n={INDEX[ADMIN]}")
    assert made.chosen()["node"] == INDEX[ADMIN]
    made.page.mouse.click(*made.spot("node", SPINE[0]))
    assert made.answers("location.hash") == f"#n={SPINE[0]}"
    made.page.reload()
    assert made.chosen()["node"] == SPINE[0]
    made.page.keyboard.press("Escape")
    assert made.answers("location.hash") == ""
    made.answers("location.hash = 'n=99999'")
    made.settle()
    assert made.chosen()["node"] is None
    assert made.text("#said") == "The link names nothing on this page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_until_it_is_switched(scheme: str, html: str, visit: Visitor):
    made = visit(html, color_scheme=scheme)
    other = "light" if scheme == "dark" else "dark"

    def colours() -> tuple[str, list[int]]:
        x, y = made.spot("node", INDEX[ADMIN])
        theme = made.answers("document.documentElement.dataset.theme")
        made.settle()
        pixel = made.answers(
            """([x, y]) => {
                const canvas = document.querySelector("#canvas canvas");
                const frame = canvas.getBoundingClientRect();
                const ratio = canvas.width / frame.width;
                const at = [(x - frame.left) * ratio, (y - frame.top) * ratio];
                return [...canvas.getContext("2d").getImageData(...at, 1, 1).data];
            }""",
            [x, y],
        )
        return theme, pixel

    session = next(kind for kind in KINDS if kind.name == "session")
    for expected in (scheme, other):
        colour = getattr(session, expected)
        assert colours() == (expected, [int(colour[at : at + 2], 16) for at in (1, 3, 5)] + [255])
        made.page.locator("#theme").click()


def test_everything_is_reached_by_keyboard(html: str, visit: Visitor):
    made = visit(html)
    made.page.keyboard.press("Tab")
    assert made.answers("document.activeElement.className") == "skip"
    made.page.keyboard.press("Enter")
    made.settle()
    assert made.answers("document.activeElement.id") == "details"
    made.page.locator("#canvas").focus()
    walked = []
    for _ in SPINE:
        made.page.keyboard.press("ArrowRight")
        walked.append(made.chosen()["node"])
    assert walked == SPINE
    made.page.keyboard.press("ArrowLeft")
    assert made.chosen()["node"] != SPINE[-1]
    made.page.keyboard.press("p")
    assert made.chosen()["path"] == 0
    assert made.text("#said") == "Path 1: 5 hops"
    made.page.keyboard.press("Escape")
    assert made.chosen() == {"node": None, "link": None, "path": None}
    made.page.locator(".skip").focus()
    reached = set()
    for _ in range(40):
        made.page.keyboard.press("Tab")
        reached.add(made.answers("document.activeElement.id || document.activeElement.className"))
    assert {"theme", "search", "row", "command", "canvas", "in", "out", "path", "fit", "fold", "rows"} <= reached


def test_walking_up_and_down_stays_in_the_column(html: str, visit: Visitor):
    made = visit(html, f"#n={SPINE[-2]}")
    made.page.locator("#canvas").focus()
    before = made.spot("node", SPINE[-2])
    made.page.keyboard.press("ArrowDown")
    below = made.chosen()["node"]
    after = made.spot("node", below)
    assert after[0] == pytest.approx(made.spot("node", SPINE[-2])[0])
    assert after[1] > before[1]
    made.page.keyboard.press("ArrowUp")
    assert made.chosen()["node"] == SPINE[-2]


def test_the_answer_is_a_table_that_sorts_and_leads_to_nodes(html: str, visit: Visitor):
    made = visit(html)
    assert made.page.locator("#rows thead th").all_text_contents() == list(SMALL.columns)
    assert made.text("#rows-count") == f"{len(SMALL.rows)} rows"
    counts = sorted(row[4] for row in SMALL.rows)
    made.page.locator("#rows th button", has_text="count").click()
    column = "[...document.querySelectorAll('#rows tbody tr')].map((row) => Number(row.children[4].textContent))"
    assert made.answers(column) == counts
    made.page.locator("#rows th button", has_text="count").click()
    assert made.answers(column) == counts[::-1]
    assert made.page.locator("#rows th").nth(4).get_attribute("aria-sort") == "descending"
    assert made.text("#rows tbody tr td:nth-child(6)").endswith("Z")
    made.page.locator("#rows td .go", has_text=ADMIN).first.click()
    assert made.chosen()["node"] == INDEX[ADMIN]
    made.page.locator("#fold").click()
    assert made.page.locator("#rows").is_hidden()


def test_paths_that_are_left_out_are_counted(visit: Visitor):
    made = visit(page(picture(6), Limits(hops=1)))
    assert made.text("#details .part") == "1 evidence path"
    assert f"first of {len(picture(6).graph.paths)} evidence paths" in made.text("#details")


def test_rows_that_are_left_out_are_counted_and_more_come_on_demand(visit: Visitor):
    rows = tuple((at,) for at in range(700))
    made = visit(page(Picture("t", "q", Subgraph(), columns=("n",), rows=rows), Limits(rows=500)))
    assert made.text("#rows-count").startswith("500 of 700 rows")
    assert made.elements("#rows tbody tr") == 200
    for shown in (400, 500):
        made.page.locator("#rows .small").click()
        assert made.elements("#rows tbody tr") == shown
    assert made.elements("#rows .small") == 0


def test_fit_brings_everything_into_sight_and_zoom_changes_the_scale(html: str, visit: Visitor):
    made = visit(html)
    made.page.locator("#fit").click()
    frame = made.page.locator("#canvas").bounding_box()
    for node in range(len(GRAPH.nodes)):
        x, y = made.spot("node", node)
        assert frame["x"] < x < frame["x"] + frame["width"]
        assert frame["y"] + 28 < y < frame["y"] + frame["height"]
    wide = made.spot("node", SPINE[-1])[0] - made.spot("node", SPINE[0])[0]
    made.page.locator("#in").click()
    assert made.spot("node", SPINE[-1])[0] - made.spot("node", SPINE[0])[0] == pytest.approx(wide * 1.3)
