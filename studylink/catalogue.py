"""Whether the file that researchers open holds what the marts' contracts say, and nothing else.

A contract is what a mart's YAML declares, as dbt's graph has it. What is expected is not
computed but made: the contracted tables, empty, in a database of their own. Then all that DuckDB
lists of that database and of the one that was built is compared: schemas, tables, columns,
comments, defaults, and anything else there may be. Rows are for the data tests.
"""

from collections import Counter
from typing import TypedDict

import duckdb

from studylink.files import quoted


class Column(TypedDict):
    """A column of a contract."""

    name: str
    data_type: str
    description: str


class Contract(TypedDict):
    """A table as its mart declares it: where it is, its description, its columns in order."""

    schema: str
    name: str
    description: str
    columns: list[Column]


class NotAsContracted(Exception):
    """The catalogue differs from the contracts; the message names no text that could identify."""


Object = tuple[str | None, ...]
"""An object's kind (`tables`, `columns`, ...), then its names: schema, table, column."""

OF_THE_FILE = ("duckdb_databases",)
"""Lists of what is attached, where and how: none of it is in the file."""
NOT_COMPARED = {"database_name", "estimated_size", "data_type_id"}
"""Names and numbers that differ between two databases of one catalogue, beside the `oid`s."""


def require(
    connection: duckdb.DuckDBPyConnection, database: str, contracts: list[Contract]
) -> None:
    """Raise `NotAsContracted` where a database holds anything but what the contracts say."""
    with duckdb.connect() as other:
        _make(other, "contracted", contracts)
        contracted = _catalogue(other, "contracted")
    if differences := _differences(contracted, _catalogue(connection, database)):
        raise NotAsContracted(
            f"{len(differences)} thing(s) in {database}.duckdb differ from the contracts; "
            "nothing was published:\n" + "\n".join(f"  {one}" for one in differences)
        )


def _make(connection: duckdb.DuckDBPyConnection, database: str, contracts: list[Contract]) -> None:
    """Attach a database in memory that holds the contracted tables, empty, and their comments."""
    connection.execute(f"attach ':memory:' as {database}")
    for contract in contracts:
        schema = f"{database}.{_identifier(contract['schema'])}"
        table = f"{schema}.{_identifier(contract['name'])}"
        columns = ", ".join(
            f"{_identifier(one['name'])} {one['data_type']}" for one in contract["columns"]
        )
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {table} ({columns})")
        connection.execute(f"comment on table {table} is {quoted(contract['description'])}")
        for one in contract["columns"]:
            connection.execute(
                f"comment on column {table}.{_identifier(one['name'])} "
                f"is {quoted(one['description'])}"
            )


def _identifier(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _catalogue(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[Object, list[dict[str, object]]]:
    """All that DuckDB lists of a database: each object with what is said of it.

    Which lists there are is asked of DuckDB itself, so that a kind of object that a later version
    brings is compared too. Objects of one name (macros) share a place.
    """
    lists = connection.execute(
        """
        select distinct function_name
        from duckdb_functions()
        where function_type = 'table' and starts_with(function_name, 'duckdb_')
            and parameters = []
        """
    ).fetchall()
    catalogue: dict[Object, list[dict[str, object]]] = {}
    for (function,) in sorted(lists):
        cursor = connection.execute(f"from {function}() limit 0")
        columns = [name for name, *_ in cursor.description]
        if function in OF_THE_FILE or "database_name" not in columns:
            continue
        named = [name for name in columns if name.endswith("_name") and name not in NOT_COMPARED]
        rows = connection.execute(
            f"from {function}() where database_name = {quoted(database)} order by all"
        ).fetchall()
        for row in rows:
            said = dict(zip(columns, row, strict=True))
            names = (function.removeprefix("duckdb_"), *(said[name] for name in named))
            catalogue.setdefault(names, []).append(
                {
                    name: value
                    for name, value in said.items()
                    if name not in NOT_COMPARED and not name.endswith("oid")
                }
            )
    return catalogue


def _differences(
    contracted: dict[Object, list[dict[str, object]]], found: dict[Object, list[dict[str, object]]]
) -> list[str]:
    """What differs, in words. Names are those of contracts: others might be somebody's."""
    differences = []
    for one, said in contracted.items():
        if one not in found:
            differences.append(f"{_named(one)} is not there")
        elif found[one] != said:
            pairs = zip(said, found[one], strict=False)
            aspects = {name for a, b in pairs for name in a if a[name] != b.get(name)}
            differences.append(
                f"{_named(one)} is not as declared"
                + (f": {', '.join(sorted(aspects))}" if aspects else "")
            )
    beyond: Counter[tuple[str | None, str]] = Counter()
    for one, said in found.items():
        kind, schema, *names = one
        table = ("tables", schema, *names[:1])
        # the columns of a table that should not be there are not named beside it
        if one not in contracted and (kind != "columns" or table in contracted):
            nearest = (place for place in (table, ("schemas", schema)) if place in contracted)
            place = next(nearest, None)
            beyond[kind, _named(place) if place else "a schema of no contract"] += len(said)
    return differences + [
        f"{kind} beyond the contracts: {count}, in {place}"
        for (kind, place), count in sorted(beyond.items())
    ]


def _named(one: Object) -> str:
    return ".".join(str(name) for name in one[1:])
