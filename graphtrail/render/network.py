"""pyvis with a page of our own.

Of pyvis 0.3.2 come the model and the copy of vis-network in its wheel. Its own template loads scripts from elsewhere
and runs what the log says (docs/page.md), so neither is used. This module imports pyvis, which takes half a second:
import it where a page is made, not before.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from pyvis.network import Network  # type: ignore[import-untyped]

VIS = "templates/lib/vis-9.1.2/vis-network.min.js"
SCRIPTS = (
    *("dom.js", "data.js", "shapes.js", "curves.js", "state.js", "labels.js", "paint.js"),
    *("view.js", "legend.js", "search.js", "panel.js", "table.js", "main.js"),
)
# Inside JSON these three could end the script element or open a comment; the separators end a line in older parsers,
# and json.dumps has escaped them already.
_HARMLESS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def asset(name: str) -> str:
    """The text of one of our own files."""
    return (resources.files("graphtrail.render") / "assets" / name).read_text("utf-8")


def vis_network() -> str:
    """vis-network as it comes in the wheel of pyvis, without the line that names a map for debuggers."""
    text = (resources.files("pyvis") / VIS).read_text("utf-8")
    return text.partition("//# sourceMappingURL=")[0]


def application() -> str:
    """Our scripts, joined: one scope, nothing global but what they put there on purpose."""
    return '(() => {\n"use strict";\n' + "".join(asset(name) for name in SCRIPTS) + "})();\n"


def island(data: Mapping[str, Any]) -> str:
    """JSON that nothing in it can break out of."""
    written = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return written.translate(_HARMLESS)


def policy(scripts: Sequence[str], style: str) -> str:
    """The content security policy: our scripts and our style, by hash, and nothing else from anywhere."""
    allowed = " ".join(_source(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_source(style)}; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class SafeNetwork(Network):  # type: ignore[misc]
    """A pyvis network whose page is offline and runs nothing but its own scripts.

    Nodes and edges are set as whole lists (``add_node`` takes time that grows with the square), with integers for
    ids. Whatever else the page shows is in ``about`` and in ``texts``.
    """

    def __init__(self, about: Mapping[str, Any], texts: Mapping[str, Any]) -> None:
        super().__init__(directed=True)
        self.nodes = about["nodes"]
        self.edges = about["edges"]
        self.about = about
        self.texts = texts

    def generate_html(self, name: str = "", local: bool = True, notebook: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002 (pyvis named and ordered them)
        """The page as text; the arguments of pyvis mean nothing here."""
        scripts = vis_network(), application()
        style = asset("app.css")
        template = Environment(autoescape=True, keep_trailing_newline=True, undefined=StrictUndefined).from_string(
            asset("page.html")
        )
        return template.render(
            policy=policy(scripts, style),
            style=style,
            scripts=scripts,
            island=island({**self.about, "nodes": self.nodes, "edges": self.edges}),
            **self.texts,
        )

    def write_html(self, name: str, local: bool = True, notebook: bool = False, open_browser: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 (as above)
        """Write the page, the same bytes on every system."""
        Path(name).write_text(self.generate_html(), encoding="utf-8", newline="\n")
