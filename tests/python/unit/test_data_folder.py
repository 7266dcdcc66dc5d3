"""The data folder: of any name, locked on any file system, cleaned only of what builds make."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
import yaml
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.environments.local import LocalEnvironment
from dbt_common.exceptions import DbtRuntimeError

from studylink import databases, plugin
from tests.python.lib.project import ROOT, rows_of

NOBODY = 65534
NAMES = ["proj #1", "50%", "study=x", "it's here", "[a]*", "~", "md:x", "Kinder-Übersicht"]


@pytest.mark.parametrize("name", NAMES)
def test_databases_are_made_and_read_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # by its name alone, which is no address of a service and no home
    monkeypatch.chdir(tmp_path)
    folder = Path(name)
    folder.mkdir()
    for read_only in (False, True):
        with duckdb.connect() as connection:
            for database in databases.NAMES:
                databases.attach(connection, folder, database, read_only)
                if not read_only:
                    connection.execute(f"create table {database}.t as select 1 as one")
                assert connection.execute(f"from {database}.t").fetchall() == [(1,)]


def test_dbt_does_not_take_a_hash_in_the_data_folder_for_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "proj #1" / "study=x"
    environment = opened_by_dbt(monkeypatch, STUDY_DATA=str(data))
    environment.handle().cursor().execute("create table study.main.t as select 1")
    environment.close()
    assert rows_of(data / "building" / "study.duckdb", "from t") == [(1,)]


@pytest.mark.parametrize("given", ["", "100MB"])
def test_what_duckdb_may_use_leaves_room_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    usual = in_bytes(duckdb.connect())
    environment = opened_by_dbt(monkeypatch, STUDY_DATA=str(tmp_path), STUDY_MEMORY=given)
    found = in_bytes(environment.handle().cursor())
    environment.close()
    assert found == pytest.approx(100e6 if given else usual / 2, rel=0.02)


def in_bytes(connection: duckdb.DuckDBPyConnection) -> float:
    """How much memory DuckDB may use."""
    ((limit,),) = connection.execute("select current_setting('memory_limit')").fetchall()
    amount, unit = limit.split()
    return float(amount) * 1024 ** ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit)


def test_what_one_node_spills_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = opened_by_dbt(monkeypatch, STUDY_DATA=str(tmp_path), STUDY_MEMORY="100MB")
    one = environment.handle().cursor()
    one.execute("create temp table t as select md5(range::varchar) as text from range(5_000_000)")
    assert any((tmp_path / "building" / "spill").iterdir())
    environment.handle().cursor().execute("select 1")
    environment.close()


def opened_by_dbt(monkeypatch: pytest.MonkeyPatch, **switches: str) -> LocalEnvironment:
    """The databases as dbt opens them for a build of the sample, by the profile."""
    switches["STUDY_EXTRACTS"] = str(ROOT / "extracts" / "sample")
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    output = profile["studylink"]["outputs"]["duckdb"]
    rendered = jinja2.Template(json.dumps(output)).render(env_var=switches.get)
    credentials = DuckDBCredentials.from_dict({"schema": "main", **json.loads(rendered)})
    assert credentials.database == "study"
    flags = SimpleNamespace(WHICH="build", PROJECT_DIR=str(ROOT), VARS={})
    monkeypatch.setattr(plugin, "get_flags", lambda: flags)
    # of the whole process, and other tests are in it
    monkeypatch.setattr(os, "umask", lambda mode: mode)
    return LocalEnvironment(credentials)


def test_a_data_folder_in_which_duckdb_cannot_write_is_refused_before_it_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(OSError, match="set STUDY_DATA to a folder without one"):
        databases.Workbench(tmp_path / "what?" / "data").open(fresh=True)
    assert list(tmp_path.iterdir()) == []


def test_on_nfs_only_one_process_can_lock_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def flock_of_nfs(descriptor: int, operation: int) -> None:
        """As in flock(2): a file locked exclusively must be open for writing."""
        how = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        if operation & fcntl.LOCK_EX and how == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_of_nfs)
    held = databases.lock(tmp_path)
    with pytest.raises(BlockingIOError, match="another build or request is at work"):
        databases.lock(tmp_path)
    os.close(held)
    os.close(databases.lock(tmp_path))


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF])
def test_a_file_system_that_cannot_lock_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_flock(descriptor: int, operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", no_flock)
    with pytest.raises(OSError, match=r"cannot lock files .*STUDY_DATA"):
        databases.lock(tmp_path)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_that_cannot_be_written_to_is_named_with_what_to_do(
    tmp_path: Path, is_there: bool
) -> None:
    data = tmp_path / "data"
    if is_there:
        data.mkdir(mode=0o555)
    tmp_path.chmod(0o555)
    said = tmp_path.parent / f"{tmp_path.name}.said"
    with said.open("w") as out:
        if not (process := os.fork()):
            # in the folder, for its parents may be closed to whom this process becomes
            os.chdir(tmp_path)
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            try:
                databases.Workbench(Path("data")).open(fresh=True)
            except OSError as error:
                out.write(str(error))
                out.flush()
            os._exit(0)
        os.waitpid(process, 0)
    tmp_path.chmod(0o755)
    assert said.read_text() == (
        "data cannot be written to (Permission denied): have that put right, "
        "or set STUDY_DATA to another folder"
    )
    assert list(tmp_path.rglob("*")) == ([data] if is_there else [])


def test_a_disk_that_is_full_when_a_build_is_published_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    publishing = plugin.Plugin.__new__(plugin.Plugin)
    publishing.workbench = databases.Workbench(tmp_path)
    monkeypatch.setattr(publishing.workbench, "publish", no_space)
    monkeypatch.setattr(plugin, "_is_full_build", lambda: True)
    told = {"not_passed": 0, "is_quarantine_built": False, "contracts": []}
    with duckdb.connect() as publishing.connection, pytest.raises(DbtRuntimeError) as raised:
        publishing.store(SimpleNamespace(config=told))
    assert "No space left on device" in str(raised.value)
    assert "have that put right, then build again" in str(raised.value)


def test_cleaning_deletes_what_builds_made_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    made = ["data/building/vault.duckdb", "target/manifest.json", "logs/dbt.log"]
    made += [f"data/{name}.duckdb" for name in databases.NAMES]
    made += ["data/spark/vault.db/identities/part.parquet"]
    made += [f"data/{databases.BUILDS}/one/vault.duckdb", f"data/{databases.CURRENT}"]
    kept = ["data/requests/request_log.csv", "data/requests/r1/people.csv", "data/keys/hmrc.asc"]
    kept += ["data/of last year.duckdb", "extracts/sample/dfe/pupils.csv", "Makefile"]
    for name in (*made, *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)
