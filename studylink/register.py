"""A register: a table under `STUDY_DATA` that is only ever added to, and shows tampering.

It is a CSV file with its columns and `checksum`: SHA-256 of the checksum of the line before and of
this line's values. So a line that was changed, taken out or put in breaks the chain from there on;
what was cut off at the end shows where an earlier `head` was written down elsewhere. It names
nobody: a person stands in it as a keyed pseudonym, which an erasure leaves saying nothing.
"""

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import duckdb

from studylink import files
from studylink.databases import LOCK, sync

CHECKSUM = "checksum"
NO_HEAD = "0" * 64
"""What stands for the checksum of the line before the first."""


class RegisterError(Exception):
    """A register cannot be read or added to; the message names file and line, and no value."""


class Register:
    """The register in `file`, with the text columns `columns`; it need not be there yet."""

    def __init__(self, file: Path, columns: Sequence[str]):
        self.file = file
        self.columns = tuple(columns)

    def read(self) -> list[dict[str, str]]:
        """Every row in the order in which it was added, without its checksum.

        Raises `RegisterError` naming the first line at which the chain of checksums breaks.
        """
        return [
            dict(zip(self.columns, next(csv.reader([values])), strict=True))
            for values, _ in self._lines()
        ]

    def head(self) -> str:
        """The checksum of the last line, which stands for all that the register holds."""
        *_, head = self.heads()
        return head

    def heads(self) -> Iterator[str]:
        """Every checksum that has stood at the end, the one before the first line included."""
        yield NO_HEAD
        for _, checksum in self._lines():
            yield checksum

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else adds to the registers of the folder meanwhile; who comes then waits."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.file.parent / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def append(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Add rows, all of them or none: a reader, even after a kill, finds the old or the new.

        The new register is written beside the old one and takes its name when all of it is on disk.
        Raises `RegisterError` where the old one is broken, or a value is not one line of text.
        """
        with self.locked():
            self.append_locked(rows)

    def append_locked(self, rows: Iterable[Mapping[str, str]]) -> None:
        """As `append`, for those who have it `locked`."""
        head, text = self.head(), io.StringIO()
        if not self.file.exists():
            text.write(self._header())
        for row in rows:
            values = self._written(row)
            head = _checksum(head, values)
            text.write(f"{values},{head}\n")
        beside = self.file.with_name(f".{self.file.name}.unfinished")
        beside.unlink(missing_ok=True)
        before = self.file.read_bytes() if self.file.exists() else b""
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(before)
            new.write(text.getvalue().encode())
            new.flush()
            os.fsync(new.fileno())
        os.replace(beside, self.file)
        sync(self.file.parent)

    def create_table(self, connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
        """Lay the register as a table of text in the in-memory catalog `landing`.

        Raises `RegisterError` as `read` does: no build uses a register that was changed.
        """
        self.head()
        connection.execute("attach if not exists ':memory:' as landing")
        connection.execute(f"create schema if not exists landing.{schema}")
        columns = ", ".join(self.columns)
        rows = (
            f"select {columns} from {files.csv(self.file, (*self.columns, CHECKSUM))}"
            if self.file.exists()
            else "select {} where false".format(
                ", ".join(f"null::varchar as {column}" for column in self.columns)
            )
        )
        connection.execute(f"create or replace table landing.{schema}.{table} as {rows}")

    def _lines(self) -> Iterator[tuple[str, str]]:
        """The values of each line, as written, and its checksum."""
        if not self.file.exists():
            return
        with self.file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            if next(file, "") != self._header():
                raise self._broken(1, "it is not the header of this register")
            head = NO_HEAD
            for number, line in enumerate(file, start=2):
                values, _, found = line.rpartition(",")
                head = _checksum(head, values)
                if found != f"{head}\n":
                    raise self._broken(number, "its checksum is not that of its values")
                yield values, head

    def _header(self) -> str:
        return ",".join((*self.columns, CHECKSUM)) + "\n"

    def _written(self, row: Mapping[str, str]) -> str:
        values = [row[column] for column in self.columns]
        for column, value in zip(self.columns, values, strict=True):
            if not value.isprintable():
                raise RegisterError(
                    f"{self.file} cannot hold this {column}: it is not one line of text"
                )
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(values)
        return text.getvalue()

    def _broken(self, line: int, what: str) -> RegisterError:
        return RegisterError(
            f"{self.file}, line {line}: {what}. The register is studylink's own, and nobody else "
            "writes to it: put back what was there from a backup, and find out who changed it."
        )


def _checksum(head: str, values: str) -> str:
    return sha256(f"{head}\n{values}".encode(errors="surrogateescape")).hexdigest()
