"""Runs `by_hand.sql` on the landed extracts that the environment names, as one process."""

import json
import os
from pathlib import Path

import duckdb

from studylink import bench, databases


def main() -> None:
    """Make the three databases in `STUDY_DATA` from the extracts in `STUDY_EXTRACTS`."""
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = {json.dumps(str(databases.data_folder() / 'spill'))}")
    for name in databases.NAMES:
        databases.attach(connection, databases.data_folder(), name)
    bench.run_script(connection, Path(os.environ["STUDY_EXTRACTS"]), bench.AS_OF)
    connection.close()


if __name__ == "__main__":
    main()
