"""The page about the schema is what the schema says."""

import re

from schema_page import FILE, text

from graphtrail.graph.properties import CONTROL
from graphtrail.graph.schema import RELATIONS
from graphtrail.stores import texts


def test_the_page_is_made_from_the_declarations():
    assert FILE.read_text(encoding="utf-8") == text(), "run: python tests/tools/schema_page.py"


def test_the_texts_of_the_store_name_every_control_relation():
    def named(name: str) -> set[str]:
        return {word for word in re.split(r"[^A-Z_]+", texts.text(f"store/{name}")) if word in RELATIONS}

    assert named("out") == named("into") == set(CONTROL)
    assert named("onward") == {name for name, held in RELATIONS.items() if held.walked or held.ends}
