"""Runs `limit.sql` as one process: `python -m studylink.bench.limit FOLDER STEP`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from studylink import databases, files, landing

IDS = ("participant_id", "pupil_matching_ref", "records_of", "about")
"""The columns that say whom a landed row is about, the first of them that a table has."""
WITHIN = {"delivery_id": "records", "study": "answers", "": "pupils"}
"""By the column in which such an id is unique: the ready table of those who may be published."""


def main(folder: Path, step: str) -> None:
    """Make `ready.duckdb` in `folder` (the step `ready`), then `written.duckdb` (the step `pass`).

    They are made of the landed extracts in `STUDY_EXTRACTS` and what is built in `STUDY_DATA`.
    """
    ready, with_ids, without_ids = _statements()
    if step == "ready":
        with databases.connect() as connection:
            # some working tables are views that lead back to what was landed
            landing.create_views(connection, landing.read_landing(databases.extracts_folder()))
            landing.create_transient_views(connection)
            connection.execute(f"attach {files.located(folder / 'ready.duckdb')} as ready")
            connection.execute(ready)
        return
    with duckdb.connect() as connection:
        databases.set_pseudonym_key(connection)
        connection.execute(f"attach {files.located(folder / 'ready.duckdb')} as ready (read_only)")
        connection.execute(f"attach {files.located(folder / 'written.duckdb')} as written")
        landed, _ = landing.find(databases.extracts_folder())
        for place in landed:
            columns = place.table.columns
            ids = [column for column in IDS if column in columns]
            who, within = next(
                (who, within) for within, who in WITHIN.items() if within in (*columns, "")
            )
            conditions = [f"landed.{ids[0]} = ready.id"] if ids else []
            if within:
                conditions.append(f"landed.{within} = ready.{within}")
            connection.execute(
                (with_ids if ids else without_ids).format(
                    table='"' + place.source_table.replace("/", "__") + '"',
                    files=_reading(place.files),
                    id="".join(ids[:1]),
                    who=who,
                    condition=" and ".join(conditions),
                )
            )


def _reading(landed: Sequence[landing.LandedFile]) -> str:
    """What reads the files of a table once; where their types differ, as types that hold both."""
    reads = [
        files.parquet(file.path) if file.is_parquet else files.csv(file.path, file.columns)
        for file in landed
    ]
    return f"({' union all by name '.join(f'from {read}' for read in reads)})"


def _statements() -> list[str]:
    """The three parts of `limit.sql`."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    return [part.partition("\n")[2] for part in script.split("\n-- ")[-3:]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
