"""A Spark session in which the project's SQL means what it means in DuckDB."""

import logging
import os
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from studylink import databases

MEANING = {
    # a cast that cannot be made is an error, and `timestamp` has no zone
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
}
"""What the SQL needs of any session, a cluster's too."""
PROTECTION = {
    # what is spilled or shuffled is encrypted; plans, in which the key is, are shown nowhere
    "spark.io.encryption.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.eventLog.enabled": "false",
}
ON_ONE_MACHINE = {
    # of few rows nearly all the time goes into planning and into compiling what is run once
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
"""What makes a build of hundreds of small tables quick in a session without a cluster."""
IN_THIS_PROCESS = "local[2]"


def start(folder: Path, master: str = IN_THIS_PROCESS, **more: str) -> SparkSession:
    """A new session whose tables are kept under `folder`, with the pseudonym key in it.

    `more` are further settings, with an underscore for each dot.
    """
    settings = MEANING | PROTECTION
    if master == IN_THIS_PROCESS:
        settings |= ON_ONE_MACHINE
    settings |= {
        "spark.sql.warehouse.dir": str(folder.absolute()),
        "spark.local.dir": str((folder / "spill").absolute()),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.driver.memory": "4g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    settings |= {name.replace("_", "."): value for name, value in more.items()}
    builder = SparkSession.builder.master(master).appName("studylink")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    set_pseudonym_key(spark)
    return spark


def set_pseudonym_key(spark: SparkSession) -> None:
    """Give the session the two pads of HMAC's key, as variables: no SQL text holds them.

    Spark shows a variable's value where it shows an expression or a plan, as it does in messages of
    errors. dbt hides in its logs and artifacts what it knows for a secret; pyspark's own log of
    errors is silenced.
    """
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    for variable, pad in databases.pads().items():
        os.environ[f"DBT_ENV_SECRET_{variable.upper()}"] = pad.hex().upper()
        spark.sql(f"declare or replace variable {variable} binary")
        spark.sql(f"set var {variable} = :pad", args={"pad": bytearray(pad)})
