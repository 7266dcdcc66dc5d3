"""Runs `by_hand.sql` on the landed extracts that the environment names, as one process."""

import json
import os
from pathlib import Path

import duckdb

from studylink import bench, databases
from studylink.contract import PROJECT


def main() -> None:
    """Make the three databases in `STUDY_DATA` from the extracts in `STUDY_EXTRACTS`."""
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = {json.dumps(str(databases.data_folder() / 'spill'))}")
    for name in databases.NAMES:
        databases.attach(connection, databases.data_folder(), name)
    databases.set_pseudonym_key(connection)
    connection.execute("set variable extracts = ?", [os.environ["STUDY_EXTRACTS"]])
    connection.execute("set variable seeds = ?", [str(PROJECT / "seeds")])
    connection.execute("set variable as_of = rtrim(?, 'Z')::timestamp", [bench.AS_OF])
    connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    connection.close()


if __name__ == "__main__":
    main()
