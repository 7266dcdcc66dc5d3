"""`make build-spark`: the models and their data tests on Spark, after a build on DuckDB."""

import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from studylink import databases, landing
from studylink.spark import landed, session

SAYS = (
    "dbt-spark runs no Python model here: {models} of the vault is the table of the last build on "
    "DuckDB.\nParquet under {folder} is not encrypted, the vault's neither: on a cluster that is "
    "the platform's to do."
)


def build(
    extracts: Path, data: Path, folder: Path, *arguments: str, master: str = "local[2]"
) -> bool:
    """Build into a new `folder`, as at the moment of the build in `data`; whether all passed.

    The folder holds a folder for each schema, and in it one of Parquet files for each table.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with databases.connect_to(data, "study") as connection:
        as_of = connection.execute(
            "select strftime(as_of, '%Y-%m-%dT%H:%M:%SZ') from study.governance.published_build"
        ).fetchall()[0][0]
    spark = session.start(folder, master)
    try:
        landed.lay(spark, extracts, data, folder / "landing")
        result = dbtRunner().invoke(
            [
                "build",
                *("--target", "spark"),
                *("--target-path", str(folder / "target")),
                *("--vars", f"{{as_of: '{as_of}'}}"),
                *("--exclude-resource-type", "unit_test"),
                *("--exclude", *landed.PYTHON_MODELS),
                *arguments,
            ]
        )
        return result.success
    finally:
        spark.stop()
        # what is landed stays where it was landed
        shutil.rmtree(folder / "landing", ignore_errors=True)


def main() -> int:
    """Build the extracts of `STUDY_EXTRACTS` beside the databases of `STUDY_DATA`."""
    os.umask(0o077)
    data = databases.data_folder()
    folder = data / "spark"
    print(SAYS.format(models=", ".join(landed.PYTHON_MODELS), folder=folder))
    try:
        return 0 if build(databases.extracts_folder(), data, folder, *sys.argv[1:]) else 1
    except (landing.LandingError, OSError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
