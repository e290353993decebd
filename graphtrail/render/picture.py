"""What the page is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphtrail.graph.model import Subgraph, Value


@dataclass(frozen=True, slots=True)
class Picture:
    """An answer as it is drawn; every text in it may have been written by whoever is investigated.

    Attributes:
        title: a few words for the top of the page: the resource, session or case that was asked about.
        question: the question in one sentence.
        facts: what holds for the whole answer, name and text: case digest, events, first and last moment.
        graph: what is drawn; its first path is the spine of the picture.
        columns: the names of what a row holds.
        rows: the answer as a table, each as long as ``columns``; times are epoch seconds.
        coverage: what the logs cannot show, one statement each; always in sight.
        commands: graphtrail commands to go on with.
    """

    title: str
    question: str
    graph: Subgraph
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: Sequence[tuple[Value, ...]] = ()
    coverage: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
