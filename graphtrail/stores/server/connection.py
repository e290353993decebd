"""The connection: managed transactions, which the driver repeats where that helps, and errors that say what to do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self

import neo4j
from neo4j import exceptions

from graphtrail.errors import StoreUnavailable, UsageError
from graphtrail.stores.server.address import Address
from graphtrail.version import __version__

Values = Mapping[str, Any]
_RETRY = 20.0  # seconds over which the driver repeats a transaction
_CONNECT = 10.0  # seconds that a server has to answer
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"


class Statement(NamedTuple):
    """A fixed text and its parameters."""

    text: str
    values: Values


class Connection:
    """A connection to one database of a server, to be used in a ``with``.

    Raises:
        StoreUnavailable: no server, a wrong password, no such database, or it went away; everywhere below.
        UsageError: the URI is none.
    """

    def __init__(self, address: Address) -> None:
        """Connect, and make sure that the server answers."""
        self.address = address
        auth = None if address.password is None else (address.user, address.password)
        with self._told():
            self._driver = neo4j.GraphDatabase.driver(
                address.uri,
                auth=auth,
                user_agent=f"graphtrail/{__version__}",
                max_transaction_retry_time=_RETRY,
                connection_timeout=_CONNECT,
                connection_acquisition_timeout=2 * _CONNECT,
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            )
        try:
            with self._told():
                self._driver.verify_connectivity()  # at once, where a transaction would be tried for a while
            self.read("RETURN 1 AS one")
        except BaseException:
            self._driver.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the server."""
        self._driver.close()

    def read(self, text: str, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what Cypher takes
        """The rows of a text that only reads."""
        with self._session() as session:
            return session.execute_read(_rows, Statement(text, values))

    def write(self, *statements: Statement) -> list[dict[str, Any]]:
        """Run statements in one transaction, all of them or none; the rows of the last."""
        with self._session() as session:
            return session.execute_write(_all, statements)

    def alone(self, text: str) -> None:
        """Run a statement that must be the only one of its transaction: it makes a constraint or waits for one."""
        with self._session() as session:
            session.execute_write(_rows, Statement(text, {}))

    @contextmanager
    def transaction(self, seconds: float | None, *, write: bool) -> Iterator[neo4j.Transaction]:
        """A transaction that the driver does not repeat, for statements that people type; rolled back unless committed.

        Args:
            seconds: it may take; None is as long as it takes.
            write: may it change something? If not, the server refuses what would.

        Raises:
            neo4j.exceptions.Neo4jError: a statement is refused or fails; its words are for whoever typed it.
        """
        mode = neo4j.WRITE_ACCESS if write else neo4j.READ_ACCESS
        try:
            with (
                self._driver.session(
                    database=self.address.database,
                    default_access_mode=mode,
                    notifications_min_severity=neo4j.NotificationMinimumSeverity.WARNING,
                ) as session,
                session.begin_transaction(timeout=seconds) as transaction,
            ):
                yield transaction
        except (exceptions.DriverError, OSError):
            with self._told():
                raise

    @contextmanager
    def _session(self) -> Iterator[neo4j.Session]:
        with self._told(), self._driver.session(database=self.address.database) as session:
            yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the driver raises into what a reader can act on."""
        try:
            yield
        except exceptions.AuthError as error:
            raise StoreUnavailable(_refused(self.address, error)) from None
        except (exceptions.ServiceUnavailable, exceptions.SessionExpired, OSError) as error:
            raise StoreUnavailable(
                f"{self.address.uri}: no Neo4j server answers ({_first(error)}); start it, or name another with "
                "--neo4j-uri or NEO4J_URI"
            ) from None
        except exceptions.Neo4jError as error:
            raise StoreUnavailable(_failed(self.address, error)) from None
        except (exceptions.ConfigurationError, ValueError):
            raise UsageError(
                f"{self.address.uri}: no address of a Neo4j server; it looks like "
                "bolt://localhost:7687 or neo4j+s://example.databases.neo4j.io"
            ) from None
        except exceptions.DriverError as error:
            raise StoreUnavailable(f"{self.address.uri}: the connection broke ({_first(error)}); try again") from None


def _rows(transaction: neo4j.ManagedTransaction, statement: Statement) -> list[dict[str, Any]]:
    found = transaction.run(statement.text, dict(statement.values))
    names = found.keys()
    return [dict(zip(names, record.values(), strict=True)) for record in found]  # no text here returns nodes or paths


def _all(transaction: neo4j.ManagedTransaction, statements: Sequence[Statement]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for statement in statements:
        rows = _rows(transaction, statement)
    return rows


def _refused(address: Address, error: exceptions.AuthError) -> str:
    if address.password is None:
        return (
            f"{address.uri}: the server wants a password; put it into NEO4J_PASSWORD, or into another variable that "
            "--neo4j-password-env-var names, or let --neo4j-password-prompt ask for it"
        )
    return f"{address.uri}: the server refuses user {address.user} ({_first(error)}); look at user and password"


def _failed(address: Address, error: exceptions.Neo4jError) -> str:
    if error.code == _NO_DATABASE:
        return f"{address.uri}: it has no database {address.database}; name another with --neo4j-database"
    return f"{address.uri}: {error.code}: {_first(error)}"


def _first(error: BaseException) -> str:
    """The first line of a message, without addresses of memory and the like."""
    said = getattr(error, "message", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0]
