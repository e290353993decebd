import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from incident import picture

from graphtrail.graph.model import Node, Subgraph
from graphtrail.render.network import SCRIPTS, VIS, SafeNetwork, application, asset, island, vis_network
from graphtrail.render.page import page
from graphtrail.render.payload import payload
from graphtrail.render.picture import Picture

VIS_SHA256 = "1f20f0736f32cb9bedf8f6383b25cfea2f839e1abe80d6e8040b4d5bea378c69"
TOOLS = Path(__file__).resolve().parents[1] / "tools"


class Elements(HTMLParser):
    """Which elements a page has, with their attributes, and what scripts and styles hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, _tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.append((self.inside, data))

    def text(self, tag: str) -> list[str]:
        return [text for inside, text in self.texts if inside == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return page(picture(22))


def test_vis_network_is_the_copy_that_was_examined():
    raw = (resources.files("pyvis") / VIS).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == VIS_SHA256
    assert "</script" not in vis_network().lower()
    assert "<!--" not in vis_network()
    assert "sourceMappingURL" not in vis_network()


def test_our_own_scripts_can_stand_in_a_script_element_and_parse_no_markup():
    text = application()
    assert "</script" not in text.lower()
    assert "<!--" not in text
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
        "fetch(",
    ):
        assert word not in text
    folder = resources.files("graphtrail.render") / "assets"
    assert sorted(file.name for file in folder.iterdir() if file.name.endswith(".js")) == sorted(SCRIPTS)


def test_the_policy_allows_our_scripts_and_style_and_nothing_else(html: str):
    elements = Elements(html)
    policy = next(
        attrs["content"] for tag, attrs in elements.found if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (*elements.text("script")[1:], *elements.text("style"))
    ]
    assert len(hashes) == 3
    assert policy == (
        f"default-src 'none'; script-src {hashes[0]} {hashes[1]}; style-src {hashes[2]}; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    tags = [tag for tag, _ in elements.found]
    assert tags.index("meta") < tags.index("script")
    assert next(attrs.get("charset") for tag, attrs in elements.found if tag == "meta") == "utf-8"
    assert not {name for _, attrs in elements.found for name in attrs if name.startswith("on") or name == "style"}


def test_the_file_points_nowhere(html: str):
    assert not re.search(
        r"""\b(?:src|href|action|data|poster|srcset|ping)\s*=\s*["']?\s*(?:[a-z]+:)?//""", html, re.IGNORECASE
    )
    elements = Elements(html)
    tags = [tag for tag, _ in elements.found]
    assert not {"img", "iframe", "link", "form", "object", "embed", "base", "audio", "video"} & set(tags)
    assert (tags.count("script"), tags.count("style")) == (3, 1)
    assert [attrs["href"] for tag, attrs in elements.found if tag == "a"] == ["#details"]
    assert all("src" not in attrs for _, attrs in elements.found)


def test_the_island_holds_the_payload_and_nothing_can_break_out(html: str):
    (raw,) = (text for inside, text in Elements(html).texts if inside == "script" and text.startswith("{"))
    assert not set("<>&") & set(raw)
    assert raw.isascii()
    assert json.loads(raw) == json.loads(json.dumps(payload(picture(22))))
    assert island({"a": "</script><!--&\u2028"}) == '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028"}'


def test_numbers_that_json_does_not_know_are_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        island({"a": float("nan")})


def test_texts_stand_on_the_page_without_any_script():
    hostile = "<img src=x onerror=alert(1)>\u202e\ud800"
    seen = "<img src=x onerror=alert(1)>\u2039U+202E\u203a\ufffd"
    html = page(Picture(hostile, hostile, Subgraph(), ((hostile, hostile),), (), (), (hostile,), (hostile,)))
    html.encode()
    elements = Elements(html)
    assert elements.text("title") == [f"{seen} - graphtrail"]
    for tag in ("h1", "dt", "dd", "li", "code"):
        assert seen in elements.text(tag), tag
    assert "img" not in [tag for tag, _ in elements.found]


def test_coverage_is_stated_even_where_nothing_is_missing():
    assert "No gap is known for this answer." in page(Picture("t", "q", Subgraph()))


def test_300_nodes_take_no_more_than_700_kilobytes(html: str):
    assert 290 <= len(payload(picture(22))["nodes"]) <= 340
    assert len(html.encode()) <= 700_000


def test_the_page_is_the_same_under_any_hash_seed():
    code = f"""
import hashlib, sys
sys.path.insert(0, {str(TOOLS)!r})
from incident import picture
from graphtrail.render.page import page
print(hashlib.sha256(page(picture(40, 2000)).encode()).hexdigest())
"""
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4242")
    }
    assert len(seen) == 1


def test_lines_end_with_a_line_feed(html: str):
    assert "\r" not in html
    assert html.endswith("</html>\n")


def test_pyvis_is_imported_by_who_makes_a_page_and_by_nobody_else():
    code = "import sys, graphtrail.render.page; print('pyvis' in sys.modules, 'jinja2' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"


def test_the_network_writes_the_same_bytes_that_it_generates(tmp_path: Path):
    texts = {"title": "ü", "question": "q", "facts": [], "coverage": [], "commands": [], "version": "0"}
    network = SafeNetwork(payload(Picture("t", "q", Subgraph((Node("a", "Session", "é"),)))), texts)
    network.write_html(str(tmp_path / "page.html"))
    assert (tmp_path / "page.html").read_bytes() == network.generate_html().encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html"]


def test_a_name_that_the_template_does_not_get_is_an_error():
    from jinja2 import UndefinedError  # noqa: PLC0415 (only here)

    with pytest.raises(UndefinedError, match="undefined"):
        SafeNetwork(payload(Picture("t", "q", Subgraph())), {}).generate_html()


def test_assets_are_read_as_utf_8():
    assert asset("page.html").startswith("<!doctype html>")
