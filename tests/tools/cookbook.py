"""The texts of the cookbook, and values for their parameters in a simulated incident."""

import re
from pathlib import Path

from graphtrail.questions.file import CypherFile, parsed
from graphtrail.simulate.truth import Truth

FILE = Path(__file__).resolve().parents[2] / "docs" / "cookbook.md"
_TEXT = re.compile(r"^### (.+?)\n.*?^```cypher\n(.*?)^```", re.DOTALL | re.MULTILINE)


def recipes() -> list[CypherFile]:
    """Every text with its heading for a name."""
    return [parsed(title, text) for title, text in _TEXT.findall(FILE.read_text(encoding="utf-8"))]


def values(recipe: CypherFile, truth: Truth) -> dict[str, object]:
    """What a text is asked with: the stolen key, whom it became, the crown jewels."""
    seed, became = truth.incident.seed, truth.incident.sessions[2]
    begin = truth.incident.since
    known = {
        "resource": truth.crown_jewels.bucket, "bucket": truth.crown_jewels.bucket, "session": became, "at": begin,
        "from": seed, "to": became,
    }  # fmt: skip
    if "could come to hold" in recipe.name:
        known["session"] = seed
    return {one.name: known[one.name] for one in recipe.parameters or () if one.name in known}
