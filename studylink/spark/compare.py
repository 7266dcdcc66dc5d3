"""`make test-spark`: every research and governance table is the same on both engines."""

import sys
from pathlib import Path

import duckdb

from studylink import databases
from studylink.files import quoted
from studylink.spark.contracts import tables


def differences(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """What differs between the tables of both engines: names and counts, never a value.

    Rows are compared whole, pseudonyms included, with how often each is there; of research tables
    their order too.
    """
    found = []
    for table in tables(folder):
        listed = ", ".join(table.columns)
        files = folder / f"{table.schema}.db" / table.name / "*.parquet"
        either = f"select {listed} from {table.on_duckdb}"
        other = f"select {listed} from read_parquet({quoted(files)}, hive_partitioning = false)"
        only = [
            connection.execute(f"select count(*) from ({one} except all {two})").fetchall()[0][0]
            for one, two in ((either, other), (other, either))
        ]
        if any(only):
            found.append(
                f"{table.on_duckdb}: {only[0]} rows on DuckDB alone, {only[1]} on Spark alone"
            )
        elif table.schema == "research":
            moved = connection.execute(
                f"select count(*) from ({either}) as one positional join ({other}) as two "
                "where one is distinct from two"
            ).fetchall()[0][0]
            if moved:
                found.append(f"{table.on_duckdb}: {moved} rows are in another place on Spark")
    return found


def main() -> int:
    """Compare what is built under `STUDY_DATA` on both engines; 1 where anything differs."""
    data = databases.data_folder()
    with databases.connect_to(data, "study", "research") as connection:
        found = differences(connection, data / "spark")
    compared = len(tables(data / "spark"))
    print("\n".join(found) or f"{compared} tables are the same on DuckDB and on Spark")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
