"""An empty database with the project's names and types, in which its SQL is bound but never run."""

import json
from collections.abc import Iterable, Iterator

import duckdb

VARIABLES = ("hmac_ipad", "hmac_opad")
"""The session variables that hold the pads of the pseudonym key."""


class NotBound(Exception):
    """SQL that cannot be bound, or whose plan cannot be read."""


class Shadow:
    """A DuckDB session in memory without access to files, with one empty table per relation."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"enable_external_access": "false"})
        for variable in VARIABLES:
            self.connection.execute(f"set variable {variable} = '{secret(variable)}'::blob")

    def create(self, relation: str, columns: Iterable[tuple[str, str]]) -> None:
        """An empty table under a quoted name of three parts, columns with their types."""
        database, schema, _ = relation.split(".")
        self.connection.execute(f"attach if not exists ':memory:' as {database}")
        self.connection.execute(f"create schema if not exists {database}.{schema}")
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        self.connection.execute(f"create or replace table {relation} ({described})")

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """The names and types of a query's columns; raises `NotBound`."""
        try:
            rows = self.connection.execute(f"describe {sql}").fetchall()
        except duckdb.Error as error:
            raise NotBound(_first_line(error)) from None
        return [(name, kind) for name, kind, *_ in rows]

    def plan(self, sql: str) -> dict:
        """The bound plan of one query, before any optimisation; raises `NotBound`.

        In it columns are referred to by their place in what the operator below gives, macros,
        stars and names are resolved, and subqueries are joins.
        """
        (plan,) = self._serialised(
            "json_serialize_plan(?, skip_null := true, skip_empty := true, optimize := false)",
            sql,
            "plans",
        )
        return plan

    def syntax(self, sql: str) -> dict:
        """The syntax tree of one query, as it was written; raises `NotBound`."""
        (statement,) = self._serialised(
            "json_serialize_sql(?, skip_null := true, skip_empty := true)", sql, "statements"
        )
        return statement

    def _serialised(self, call: str, sql: str, key: str) -> list[dict]:
        try:
            (text,) = self.connection.execute(f"select {call}", [sql]).fetchall()[0]
        except duckdb.Error as error:
            raise NotBound(_first_line(error)) from None
        content = json.loads(text)
        if content["error"]:
            raise NotBound(content["error_message"].splitlines()[0])
        if len(content[key]) != 1:
            raise NotBound("it is not one query")
        return content[key]


def secret(variable: str) -> str:
    """What a session variable holds in the shadow, by which a use of it is known."""
    return f"the value of {variable}"


def parts(node: object) -> Iterator[dict]:
    """Every object of a JSON tree, the tree itself first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from parts(one)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
