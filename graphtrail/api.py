"""The Python interface: open or make a case, ask it, look at it.

::

    case = graphtrail.open("acme")
    answer = case.ask.who_touched("arn:aws:s3:::crown-jewels", since="7d")
    answer.rows, answer.coverage
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from graphtrail.case import manifest
from graphtrail.errors import GraphtrailError, NotFound, SourceError, UsageError
from graphtrail.graph.layout import folder as graph_folder
from graphtrail.graph.prepared import prepare
from graphtrail.questions import QUESTIONS, Limits, Question, Row, Trail
from graphtrail.questions.around import chosen_calls
from graphtrail.questions.asking import Given, ask, limited, several
from graphtrail.questions.events import call_row
from graphtrail.questions.standing import status
from graphtrail.results import Result
from graphtrail.stores.exchange import to_networkx
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.store import ControlEdge, Store
from graphtrail.stores.whole import whole
from graphtrail.version import __version__

if TYPE_CHECKING:
    import networkx as nx

    from graphtrail.case.original import Original
    from graphtrail.results import CypherResult, Options
    from graphtrail.stores.server.address import Address
    from graphtrail.stores.server.loading import Loaded, Plan, Tell
    from graphtrail.stores.server.store import ServerStore

DEFAULT = "graphtrail-case"


def _silent(_part: str, _rows: int) -> None:
    """Tell nobody."""


def open(case: str | Path = DEFAULT) -> Case:  # noqa: A001 - what one does to a case, and what notebooks call it
    """Open a case; its graph is made if it is not there.

    Args:
        case: its folder.

    Raises:
        CaseNotFound: there is none.
        SchemaMismatch: another version wrote it.
        CaseError: its graph is missing and cannot be written.
    """
    folder = Path(case)
    prepare(folder)
    return Case(folder)


def ingest(
    *sources: str | Path,
    case: str | Path = DEFAULT,
    keep_records: bool = False,
    verify: bool = False,
    public_keys: str | Path | None = None,
    **options: Given,
) -> Case:
    """Read sources into a case, made if there is none, and open it.

    Args:
        sources: folders and files; ``-`` is standard input; ``s3://bucket/prefix/``, ``cloudtrail://`` and the like.
        case: the folder of the case.
        keep_records: store the records themselves too, secrets removed.
        verify: prove that the files are those that CloudTrail delivered; ``Case.verdicts`` says what came of it.
        public_keys: CloudTrail's, as ``graphtrail keys save`` writes them; without,
            those of a bucket are asked of CloudTrail, and of files no signature is checked.
        options: what is fetched from AWS, and how: ``since``, ``until``, ``account``, ``region`` (one or several),
            ``profile``, ``endpoint_url``, ``role_arn``, ``external_id``, ``request_payer``.

    Raises:
        UsageError: a source is named wrongly, or an option.
        SourceError: a source does not exist or cannot be reached, or something of it could not be fetched: the case
            then holds the rest, and the same call again completes it.
        CaseLocked: another process is writing the case.
        CaseError: the folder is no case, or cannot be written.
    """
    from graphtrail.case import ingest as ingesting  # noqa: PLC0415 - a question reads no logs
    from graphtrail.sources.places import Places, reach  # noqa: PLC0415 - as above

    named = {
        name: sorted(several(value)) if name in {"account", "region"} else value for name, value in options.items()
    }
    try:
        reached = reach(**named, digests=verify)  # type: ignore[arg-type]  # each is checked where it is used
    except TypeError as wrong:
        raise UsageError(f"ingest: {wrong}") from None
    folder = Path(case)
    named_sources = list(map(str, sources))
    check = None
    if verify:
        from graphtrail.case.integrity import Check  # noqa: PLC0415 - as above
        from graphtrail.sources.integrity.choice import keys  # noqa: PLC0415 - as above
        from graphtrail.sources.integrity.verdicts import Scope  # noqa: PLC0415 - as above

        file = Path(public_keys) if public_keys else None
        begins = reached.selection.window.since
        check = Check(keys(file, named_sources, reached.access), Scope(begins=begins))
    places = Places(named_sources, reached)
    report = ingesting.ingest(folder, places.blobs, options=ingesting.Options(keep_records=keep_records, check=check))
    opened = open(folder)
    if report.missed:
        raise SourceError(f"{report.missed} file(s) or place(s) could not be fetched: see {folder}; call it again")
    return opened


def connect(server: Address, case_id: str) -> Remote:
    """Open a case that a Neo4j server holds; it is asked as one on disk, and answers the same.

    Args:
        server: where.
        case_id: the name of the case there.

    Raises:
        StoreUnavailable: the server cannot be reached, or the load of the case is not complete.
        NotFound: it holds no such case.
        SchemaMismatch: it holds it as another version wrote it.
    """
    from graphtrail.stores.server.connection import Connection  # noqa: PLC0415 - few processes talk to a server
    from graphtrail.stores.server.store import ServerStore  # noqa: PLC0415 - as above

    connection = Connection(server)
    try:
        return Remote(ServerStore(connection, case_id))
    except GraphtrailError:
        connection.close()
        raise


class Asked:
    """What can be asked.

    Attributes:
        store: the graph of the case.
        ask: the questions, each a method: ``case.ask.who_touched("arn:aws:s3:::crown-jewels", since="7d")``.
    """

    store: Store

    @property
    def ask(self) -> Asker:
        """The questions, each a method."""
        return Asker(self)

    def answer(self, question: Question[Row], *args: Given, **kwargs: Given) -> Result:
        """The answer to a question.

        Args:
            question: one of ``graphtrail.questions.QUESTIONS``.
            args: its parameters by place.
            kwargs: its parameters by name; ``since``, ``until`` (``7d`` or ISO 8601), ``account``, ``region`` (one or
                several) and ``min_confidence`` go with all questions.

        Raises:
            UsageError: a parameter is missing, unknown or not among its choices.
            NotFound: a name stands for nothing in the case.
        """
        limits, rest = limited(kwargs)
        return Result(ask(self.store, question, question.bind(args, rest), limits), self.store)

    def status(self) -> dict[str, Any]:
        """What the case holds, ready for JSON.

        ``totals``: files, records and what became of them (records = events + duplicates + rejects + non_events);
        ``rejects``: how many for which reason; ``coverage``: events by account, Region, day and event category;
        ``gaps``: days without a record between days that have some; ``blinded``: what was switched off, and until when;
        ``not_observed``: accounts that are only spoken of; ``not_fetched``: what buckets and APIs have and the case
        does not; ``truncated``: records of which CloudTrail left something out as too large; ``conflicts``: records
        that contradict each other;
        ``integrity``: how many files are proven to be what CloudTrail delivered, None if that was not asked for.
        """
        return status(self.store, __version__)


class Remote(Asked):
    """A case on a server, open for questions.

    Attributes:
        store: its graph there.
    """

    def __init__(self, store: ServerStore) -> None:
        """Ask a case that is open."""
        self.store: ServerStore = store

    def close(self) -> None:
        """Let go of the server."""
        self.store.close()

    def cypher(
        self, statement: str | Path, parameters: Mapping[str, Any] | None = None, **how: Unpack[Options]
    ) -> CypherResult:
        """The answer to a Cypher statement; see ``Case.cypher``."""
        from graphtrail.results import Options, run  # noqa: PLC0415 - with an engine, which few processes need

        there = Options(server=self.store.address, case_id=self.store.held.case_id)
        return run(Path(), None, statement, parameters or {}, {**how, **there})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Case(Asked):
    """A case, open for questions.

    Attributes:
        folder: where it lies.
        store: its graph.
        ask: the questions, each a method: ``case.ask.who_touched("arn:aws:s3:::crown-jewels", since="7d")``.
    """

    def __init__(self, folder: Path) -> None:
        """Open the case in a folder, whose graph is there."""
        self.folder = folder
        held = manifest.load(folder)
        self.store: MemoryStore = MemoryStore(graph_folder(folder, held), held.fetched)

    def load(
        self, server: Address, case_id: str, *, which: str | None = None, tell: Tell = _silent, again: bool = False
    ) -> Loaded:
        """Load the case into a Neo4j server; what is there already stays as it is.

        Args:
            server: where.
            case_id: the name of the case there.
            which: the single calls that are loaded too: ``all``, ``none``, ``around`` and a seed; None is all, up to a
                million.
            tell: is told after each batch of which part it was and how many rows it had.
            again: write all of it once more.

        Raises:
            UsageError: the case has more than a million calls and nobody chose, or the name stands for another case.
            StoreUnavailable: the server cannot be reached, or goes away.
            SchemaMismatch: the server holds the case as another version wrote it.
            NotFound: the seed stands for nothing in the case.
        """
        from graphtrail.stores.server import loading  # noqa: PLC0415 - few processes talk to a server
        from graphtrail.stores.server.connection import Connection  # noqa: PLC0415 - as above

        plan = self.plan(case_id, which)
        with Connection(server) as connection:
            return loading.load(connection, self.store, plan, tell, again=again)

    def plan(self, case_id: str, which: str | None = None) -> Plan:
        """What a load would load; see ``load`` for the arguments and what is raised."""
        from graphtrail.stores.rows import named  # noqa: PLC0415 - few processes talk to a server
        from graphtrail.stores.server import loading  # noqa: PLC0415 - as above

        chosen = chosen_calls(self.store, which)
        first = next(iter(manifest.load(self.folder).segments), None)
        told = (manifest.folder(self.folder, first) / "files.parquet").read_bytes() if first else b""
        name = named(self.store, case_id, chosen.which)
        return loading.Plan(name, loading.origin_of(told), chosen.calls, chosen.which)

    def cypher(
        self, statement: str | Path, parameters: Mapping[str, Any] | None = None, **how: Unpack[Options]
    ) -> CypherResult:
        """The answer to a Cypher statement, which only reads: rows, a data frame or a NetworkX graph.

        Args:
            statement: Cypher, or the path of a file with it.
            parameters: the values of its ``$name``; ``$case_id`` is always there.
            how: see ``graphtrail.results.Options``: ``limit``, ``timeout``, ``around``, ``server``, ...

        Raises:
            StatementRefused: it writes, reads files or reaches out, or is no single statement.
            StatementFailed: the engine gave up on it.
            UsageError: a parameter is missing, unknown or wrong.
            StoreUnavailable: the extra ``cypher`` is not installed, or the server cannot be reached.
        """
        from graphtrail.results import run  # noqa: PLC0415 - with an engine, which few processes need

        return run(self.folder, self.store, statement, parameters or {}, how)

    def event(self, event_id: str) -> tuple[Original, Row, tuple[ControlEdge, ...]]:
        """The record of an event, what is known of its call, and the control edges that it proves.

        Raises:
            NotFound: no event of the case has this id.
        """
        calls = self.store.calls
        call = calls.find(event_id)
        if call is None:
            raise NotFound(f"{event_id}: no event of this case has that id")
        file, place = calls.lies(call, event_id)
        from graphtrail.case.original import original  # noqa: PLC0415 - few questions look at a record

        found = original(self.folder, manifest.load(self.folder), file, place)
        row = call_row(Trail(self.store, Limits()), call)
        return found, row, tuple(self.store.citing(event_id))

    def verdicts(self) -> list[dict[str, Any]]:
        """What was proven of every file when files were last verified; empty if they never were.

        Each has ``file``, ``kind``, ``status``, ``reason``, ``account``, ``region``, and ``failed``: whether it speaks
        against the evidence.
        """
        from graphtrail.case.integrity import read  # noqa: PLC0415 - few questions look at files

        return [verdict.said() for verdict in read(self.folder, manifest.load(self.folder)) or ()]

    def rejects(self) -> list[dict[str, Any]]:
        """Every record that is no event, with file, index and reason; superseded ones are those made good since."""
        from graphtrail.case.rejects import rejected  # noqa: PLC0415 - few questions look at rejects

        return rejected(self.folder, manifest.load(self.folder))

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The whole graph as a NetworkX graph."""
        return to_networkx(whole(self.store))


class Asker:
    """The questions of a case as methods; their names are those of the command line with underscores."""

    def __init__(self, case: Asked) -> None:
        self._case = case

    def __getattr__(self, name: str) -> Method:
        """The question with this name.

        Raises:
            AttributeError: there is none.
        """
        question = QUESTIONS.get(name.replace("_", "-"))
        if question is None:
            raise AttributeError(f"no question {name}; there are: {', '.join(QUESTIONS)}")
        return Method(self._case, question)

    def __dir__(self) -> list[str]:
        return [name.replace("-", "_") for name in QUESTIONS]


class Method:
    """One question of one case, to be called."""

    def __init__(self, case: Asked, question: Question[Row]) -> None:
        self._case = case
        self._question = question
        self.__doc__ = f"{question.title}\n\n{question.text}"

    def __call__(self, *args: Given, **kwargs: Given) -> Result:
        """Ask it; see ``Case.answer``."""
        return self._case.answer(self._question, *args, **kwargs)
