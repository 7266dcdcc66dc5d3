"""`make build-spark`: the models and their data tests on Spark, after a build on DuckDB."""

import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from studylink import databases, landing
from studylink.register import RegisterError
from studylink.requests.request_log import RequestLogError
from studylink.spark import contracts, landed, session

SAYS = (
    "dbt-spark runs no Python model here: {models} of the vault is the table of the last build on "
    "DuckDB.\nParquet under {folder} is not encrypted, the vault's neither: on a cluster that is "
    "the platform's to do.\n"
    "Unit tests are not run on Spark."
)


def build(
    spark: SparkSession, extracts: Path, data: Path, folder: Path, *arguments: str
) -> bool | None:
    """Build in a session, as of the moment of the build on DuckDB in `data`; whether all passed.

    None where dbt was broken off, and left tables that it drops at its end. The `folder` is the
    session's. It gets a folder for each schema, and in it one of Parquet files for each table.

    Raises what `landed.laid` does, and `FileNotFoundError` where nothing is published in `data`.
    """
    with databases.connect_to(data, "study") as connection:
        as_of = connection.execute(
            "select strftime(as_of, '%Y-%m-%dT%H:%M:%SZ') from study.governance.published_build"
        ).fetchall()[0][0]
    with landed.laid(spark, extracts, data, folder / "landing"):
        done = dbtRunner().invoke(
            [
                "build",
                *("--target", "spark"),
                *("--target-path", str(folder / "target")),
                *("--log-path", str(folder / "logs")),
                *("--vars", f"{{as_of: '{as_of}'}}"),
                *("--exclude-resource-type", "unit_test"),
                *("--exclude", *landed.PYTHON_MODELS),
                *arguments,
            ]
        )
    if done.exception:
        return None
    passed = done.success
    differing = contracts.differences(spark, folder) if passed else []
    print("\n".join(differing))
    return passed and not differing


def main() -> int:
    """Build the extracts of `STUDY_EXTRACTS` beside the databases of `STUDY_DATA`."""
    os.umask(0o077)
    data = databases.data_folder()
    folder = data / "spark"
    shutil.rmtree(folder, ignore_errors=True)
    spark = session.start(folder)
    passed = None
    try:
        passed = build(spark, databases.extracts_folder(), data, folder)
    except (landing.LandingError, RequestLogError, RegisterError, OSError) as error:
        print(error, file=sys.stderr)
    finally:
        spark.stop()
        if passed is None:
            # views and what is transient are tables until a build ends, and may hold erased people
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(SAYS.format(models=", ".join(landed.PYTHON_MODELS), folder=folder))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
