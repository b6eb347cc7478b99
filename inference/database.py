"""Files that keep what must not be lost: SQLite, told from other files, brought up to date, written in transactions."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self


class StoreError(Exception):
    """A file that is not what it should be, or something that is not in it; the message says what to do."""


class Database:
    """A file with the tables of a package's `migrations/`, opened and brought up to date.

    Attributes:
        PACKAGE: Where the migrations are.
        MARK: Four bytes in the file's header, so that no other database is taken for one of these.
        KIND: What such a file is called.
        MAKER: The command that makes one.
    """

    PACKAGE: ClassVar[str]
    MARK: ClassVar[bytes]
    KIND: ClassVar[str]
    MAKER: ClassVar[str]

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open it, or make one.

        Args:
            path: The file.
            create: Make it if it is not there.

        Raises:
            StoreError: It is not there, another kind of file, or made by a newer nianbao.
        """
        if not create and not path.exists():
            raise StoreError(f"{path}: there is no such {self.KIND}; `{self.MAKER}` makes one")
        try:
            # A service hands a connection from thread to thread, one at a time.
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._check(path)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._migrate(path)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path}: no {self.KIND}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _check(self, path: Path) -> None:
        application = self._one("PRAGMA application_id")[0]
        empty = not self._one("SELECT count(*) FROM sqlite_master")[0]
        if application != int.from_bytes(self.MARK) and not empty:
            raise StoreError(f"{path}: a database, but no {self.KIND}")

    def _migrate(self, path: Path) -> None:
        folder = files(self.PACKAGE).joinpath("migrations")
        scripts = {int(f.name[:-4]): f for f in folder.iterdir() if f.name.endswith(".sql")}
        newest = max(scripts)
        if self._version() > newest:
            raise StoreError(
                f"{path}: made by a newer nianbao (version {self._version()}; this one knows {newest}); update nianbao"
            )
        for number in sorted(scripts):
            if number <= self._version():
                continue
            with self._writing():
                if number <= self._version():  # another process was faster
                    continue
                for statement in _statements(scripts[number].read_text("utf-8")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {int.from_bytes(self.MARK)}")
                self._db.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        return int(self._one("PRAGMA user_version")[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, begun for writing so that two never wait for each other."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()  # SQLite may have done so already, as on a full disk
            raise

    def _one(self, query: str, values: Sequence[object] | dict[str, object] = ()) -> Any:
        return self._db.execute(query, values).fetchone()

    def _insert(self, table: str, columns: str, values: Sequence[object]) -> int:
        places = ", ".join("?" * len(values))
        done = self._db.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
        return int(done.lastrowid or 0)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
