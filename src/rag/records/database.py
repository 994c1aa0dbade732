"""The database of records: a SQLite file, or PostgreSQL by URL. Opening, migrating, connections."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from rag.errors import InputError, RecordsError
from rag.settings import ROOT, Settings

OFF = "off"
DEFAULT_FILE = ROOT / "records" / "records.sqlite3"
_WAIT = 5  # seconds to wait for a lock or a connection
_LOCK = 7_262_026  # an arbitrary number: PostgreSQL's advisory lock while tables are migrated


class Database:
    """One database of records. `prepare` must have succeeded before rows are read or written."""

    def __init__(self, url: str, wait: int = _WAIT) -> None:
        """`wait` is how many seconds a lock or a connection may take."""
        self.url = _parse(url)
        self.engine = _engine(self.url, wait)
        self._path = _file_of(self.url)
        self._identity: tuple[int, int] | None = None
        self._opening = threading.Lock()

    def __str__(self) -> str:
        """The address, its password hidden."""
        return str(self._path or self.url.render_as_string(hide_password=True))

    def prepare(self) -> None:
        """Make the file where it is missing and bring the tables up to date; nothing to do the second time.

        Raises RecordsError where the tables are of a newer version, else whatever the database raises.
        """
        with self._opening:
            if self._identity is not None and self._identity == self._found():
                return
            self.engine.dispose()  # a file that was removed or replaced: its connections would write into nothing
            if self._path is not None:
                _make_private(self._path)
            with self.writing() as connection:
                _migrate(connection)
            self._identity = self._found()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for writing, committed at the end; on SQLite it takes its turn with other writers at once."""
        with self.engine.connect().execution_options(immediate=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; raises RecordsError where that fails."""
        with self.ready(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def ready(self) -> Iterator[None]:
        """The tables up to date; what the database raises inside becomes a RecordsError with its address."""
        try:
            self.prepare()
            yield
        except (SQLAlchemyError, OSError) as error:
            self.distrust()
            raise RecordsError(f"{self}: the records cannot be used ({reason(error)}); see RAG_RECORDS_URL") from error

    def distrust(self) -> None:
        """Look at file and tables again before the next use: something failed."""
        self._identity = None

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    def _found(self) -> tuple[int, int]:
        """What tells one file from another in its place; the same for ever where there is no file."""
        if self._path is None:
            return (0, 0)
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return (-1, -1)
        return (status.st_dev, status.st_ino)


def database_from(settings: Settings) -> Database | None:
    """The database of the settings, or None where recording is off; raises InputError for an address of no use."""
    address = str(settings.records_url).strip()
    return None if address.lower() == OFF else Database(address or str(DEFAULT_FILE))


def reason(error: Exception) -> str:
    """What went wrong in one line, without the statement and its values, which hold what visitors wrote."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200] or type(cause).__name__


def _parse(address: str) -> URL:
    """A URL of SQLAlchemy; a mere path is a SQLite file, and PostgreSQL is spoken by psycopg."""
    if "://" not in address:
        return URL.create("sqlite", database=str(Path(address).expanduser().absolute()))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise InputError("RAG_RECORDS_URL: not a database URL; write postgresql://user@host/name or a path") from None
    name = url.get_backend_name()
    if name not in ("sqlite", "postgresql", "postgres"):
        raise InputError(f"RAG_RECORDS_URL: {name} is not supported; use a SQLite file or postgresql://") from None
    return url if name == "sqlite" else url.set(drivername="postgresql+psycopg")


def _file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for others, and for one that SQLite itself takes as a URI."""
    ours = url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":", "file:"))
    return Path(url.database) if ours and url.database else None


def _engine(url: URL, wait: int) -> Engine:
    waiting = {"timeout": wait} if url.get_backend_name() == "sqlite" else {"connect_timeout": wait}
    try:
        engine = create_engine(url, connect_args=waiting, pool_pre_ping=True, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise InputError("RAG_RECORDS_URL: PostgreSQL needs psycopg; pip install 'seoul-ai-guide[postgres]'") from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, record: Any) -> None:
    """Readers beside a writer (WAL), nothing lost when the power fails, what is deleted overwritten."""
    connection.isolation_level = None  # the driver's own transactions begin too late, see `_begin`
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _make_private(path: Path) -> None:
    """The folder, and an empty file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _migrate(connection: Connection) -> None:
    """Bring the tables to the newest revision; of several processes that start together, one at a time."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    logging.getLogger("alembic").setLevel(logging.WARNING)  # at INFO it tells every start
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(config)
    if current not in {None, *(revision.revision for revision in script.walk_revisions())}:
        raise RecordsError(f"The records are of a newer version ({current}); update the program, or name another file")
    if current != script.get_current_head():
        command.upgrade(config, "head")
