"""The dbt-duckdb plugin: what a build needs that SQL cannot do.

It checks the landed files, the request log and the registers before anything is written, opens the
three databases, puts all of that where SQL finds it, puts the pseudonym key where SQL can use it
and nobody can read it, and publishes a full build that passed.
"""

import os
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.adapters.events.logging import AdapterLogger
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from studylink import alarm, catalogue, databases, landing, registers
from studylink.register import RegisterError
from studylink.requests import request_log

log = AdapterLogger("studylink")


class Plugin(BasePlugin):
    """See the module; dbt-duckdb calls each method at the moment its name says."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Read the folders from the profile; every file made from here on is its owner's alone."""
        os.umask(0o077)
        self.extracts = Path(plugin_config["extracts"])
        self.workbench = databases.Workbench(Path(plugin_config["data"]))
        self.memory = plugin_config["memory"]

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Check every landed file, then make the workbench ready; DuckDB is not open yet."""
        _refuse_unknown_vars()
        if self.memory:
            try:
                duckdb.connect(config={"memory_limit": self.memory}).close()
            except duckdb.Error:
                raise DbtRuntimeError("STUDY_MEMORY must be an amount, as 4GB") from None
        config["memory_limit"] = self.memory or _half_of_usual_memory()
        try:
            self.landed = landing.read_landing(self.extracts)
            self.request_log = request_log.read(self.workbench.published)
            registers.check(self.workbench.published)
            self.workbench.open(fresh=_is_full_build())
        except (
            landing.LandingError,
            request_log.RequestLogError,
            RegisterError,
            OSError,
        ) as error:
            raise DbtRuntimeError(str(error)) from None
        creds.path = str(databases.path(self.workbench.folder, "study").absolute())
        config["temp_directory"] = str(self.workbench.folder / "spill")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach vault and research, create the landed tables, warn about development keys."""
        self.connection = conn
        try:
            for name in ("vault", "research"):
                databases.attach(conn, self.workbench.folder, name)
        except PermissionError as error:
            raise DbtRuntimeError(str(error)) from None
        conn.execute("create schema if not exists study.transient")
        landing.create_views(conn, self.landed)
        registers.create_tables(conn, self.workbench.published)
        for name in self.request_log.broken_off():
            log.warning(request_log.broken_off_message(self.request_log, name))
        for warning in databases.warnings_of_development_keys(self.extracts):
            log.warning(warning)

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Give this session the two pads of HMAC's key, as variables: no SQL text holds them."""
        databases.set_pseudonym_key(cursor)

    def store(self, target_config: TargetConfig) -> None:
        """Publish a full build; called by the macro `publish` at the end of every run.

        What could not be read is logged first, whether or not the build is published.
        """
        not_passed = target_config.config["not_passed"]
        if target_config.config["is_quarantine_built"]:
            with self.connection.cursor() as cursor:
                statements_quarantined = alarm.alarm(cursor)
            if statements_quarantined:
                log.warning(statements_quarantined)
        elif _is_full_build():
            log.warning(
                "ALARM: the build stopped before governance.quarantined_records: it is not known"
                " which rows could not be read, or whether a no is in them."
            )
        if not _is_full_build():
            return
        if not_passed:
            log.warning(
                f"{not_passed} node(s) did not pass: {self.workbench.published} is unchanged; "
                f"what was built is in {self.workbench.folder}."
            )
            return
        try:
            with self.connection.cursor() as cursor:
                self.workbench.publish(cursor, target_config.config["contracts"])
        except catalogue.NotAsContracted as error:
            raise DbtRuntimeError(str(error)) from None
        except (OSError, duckdb.IOException) as error:
            raise DbtRuntimeError(
                f"Publishing to {self.workbench.published} broke off: {error}. What is published "
                "there is whole, of one build; have that put right, then build again."
            ) from None
        log.info(f"Published to {self.workbench.published}.")


def _half_of_usual_memory() -> str:
    """Half of what DuckDB would take, which is four fifths of the machine's or the container's.

    It fills whatever it may have, and the memory of matching comes on top.
    """
    with duckdb.connect() as connection:
        ((usual,),) = connection.execute("select current_setting('memory_limit')").fetchall()
    amount, unit = usual.split()
    return f"{float(amount) / 2} {unit}"


def _refuse_unknown_vars() -> None:
    """Raise on a var that the project does not declare: misspelt, it would do nothing."""
    flags = get_flags()
    project = Path(flags.PROJECT_DIR) / "dbt_project.yml"
    known = yaml.safe_load(project.read_text(encoding="utf-8")).get("vars", {})
    unknown = sorted(set(flags.VARS) - set(known))
    if unknown:
        raise DbtRuntimeError(
            f"Unknown in --vars: {', '.join(unknown)}. The project knows: {', '.join(known)}."
        )


def _is_full_build() -> bool:
    """Whether this run is a `dbt build` of everything, with rows in it; a retry is not.

    Unit tests may be left out, as dbt advises when no model has changed: their rows never
    change, so they say nothing about what was landed.
    """
    flags = get_flags()
    narrowed = ("SELECT", "EXCLUDE", "SELECTOR", "RESOURCE_TYPES")
    left_out = set(getattr(flags, "EXCLUDE_RESOURCE_TYPES", None) or ())
    return (
        flags.WHICH == "build"
        and "retry" not in getattr(flags, "INVOCATION_COMMAND", "").split()
        and not getattr(flags, "EMPTY", False)
        and not getattr(flags, "SAMPLE", None)
        and not any(getattr(flags, name, None) for name in narrowed)
        and left_out <= {"unit_test"}
    )
