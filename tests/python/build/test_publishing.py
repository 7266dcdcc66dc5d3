"""Publishing: only whole and good builds replace the three files, and nobody else can read them.

All builds here work in one data folder, one after another, in a copy of the project that has one
more test: it fails on demand. They are of today's landing, until a build of tomorrow's is killed.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from tests.python.lib import project
from tests.python.lib.cases import AS_OF
from tests.python.lib.place import ERASED, FILES, KEYS, LONG, SCHOOL, SURNAMES, Place, family
from tests.python.lib.worlds import FIVE, SEND, write_landing


@pytest.fixture(scope="module")
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for variable, key in KEYS.items():
            patch.setenv(variable, key)
        yield


@pytest.fixture(scope="module")
def place(keys: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place in which one full build has been published."""
    place = Place(tmp_path_factory.mktemp("publishing"))
    done = place.build()
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "development key" not in done.stdout
    place.rows_from_nothing = project.all_rows(place.data)
    return place


# --------------------------------------------------------------------------------------------------
# After a good build
# --------------------------------------------------------------------------------------------------


def test_a_good_build_publishes_three_files_that_are_their_owners_alone(place: Place) -> None:
    for name in FILES:
        assert (place.data / name).stat().st_mode & 0o777 == 0o600, name
    assert list((place.data / "building").glob("*.duckdb*")) == []
    assert [file.name for file in sorted(place.data.glob("*.duckdb*"))] == FILES


def test_values_of_five_megabytes_are_built_as_any_other(place: Place) -> None:
    ((longest,),) = project.vault_rows(
        place.data, "select max(length(address_line_1)) from vault.main.identities"
    )
    assert longest == len(LONG) == 5_000_000


def test_researchers_need_duckdb_and_nothing_else(place: Place, tmp_path: Path) -> None:
    shutil.copy(place.data / "research.duckdb", tmp_path)
    counting = """
import json, sys
import duckdb
assert "studylink" not in sys.modules and "dbt" not in sys.modules
research = duckdb.connect("research.duckdb", read_only=True)
research.execute("set enable_external_access = false")
tables = research.execute("select schema_name, table_name from duckdb_tables()").fetchall()
print(json.dumps([[*t, research.table(".".join(t)).count("*").fetchone()[0]] for t in tables]))
"""
    done = subprocess.run(
        [sys.executable, "-c", counting],
        cwd=tmp_path,
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counts = {(schema, table): count for schema, table, count in json.loads(done.stdout)}
    assert {schema for schema, _ in counts} == {FIVE, SEND, "about"}
    assert counts[FIVE, "participants"] == counts[SEND, "participants"] == 2
    assert counts[FIVE, "key_stage_2"] == counts[SEND, "key_stage_2"] == 1


def test_several_researchers_may_read_at_once(place: Place) -> None:
    file = str(place.data / "research.duckdb")
    reading = f"import duckdb; duckdb.connect({file!r}, read_only=True); print('open'); input()"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", reading],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        assert [reader.stdout.readline().strip() for reader in readers] == ["open", "open"]
    finally:
        for reader in readers:
            reader.communicate("\n")


def test_the_vault_opens_only_with_its_own_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    surnames = "select distinct last_name from vault.main.identities order by all"
    with databases.connect(place.data) as connection:
        found = connection.execute(surnames).fetchall()
    # This is what must not be seen below.
    assert [name.split()[-1] for (name,) in found] == [SURNAMES[FIVE], SURNAMES[SEND]]

    with pytest.raises(duckdb.Error):
        duckdb.connect(str(place.data / "vault.duckdb"), read_only=True)
    for key in ("another key", ""):
        # An empty key stands for the development key.
        monkeypatch.setenv("DBT_ENV_SECRET_VAULT_KEY", key)
        with pytest.raises(PermissionError, match="another vault key"):
            databases.connect(place.data)


def test_no_surname_is_in_clear_bytes_in_any_file_a_build_leaves(place: Place) -> None:
    written = [file for file in place.folder.rglob("*") if file.is_file()]
    outside = [file for file in written if not file.is_relative_to(place.extracts)]
    assert {file.name for file in outside} >= {*FILES, "dbt.log", "run_results.json"}
    for file in outside:
        content = file.read_bytes().lower()
        for surname in SURNAMES.values():
            assert surname.lower().encode() not in content, file
            assert surname.lower().encode("utf-16-le") not in content, file
    for key in KEYS.values():
        assert not any(key.encode() in file.read_bytes() for file in outside)


# --------------------------------------------------------------------------------------------------
# What does not publish
# --------------------------------------------------------------------------------------------------


def test_a_build_with_a_failing_test_leaves_yesterdays_files_and_so_does_its_retry(
    place: Place,
) -> None:
    yesterdays = place.published()
    done = place.build(turn_red=True)
    assert done.returncode != 0
    assert "did not pass" in done.stdout
    assert place.published() == yesterdays
    said = " ".join(line.partition("  ")[2].strip() for line in done.stdout.splitlines())
    assert (
        "fails_when_told_to is red: research_column five_to_twelve.participants.remark, "
        "names_published 4 What to do: Say no more of names." in said
    )
    # All that failed passes now, but it is not the whole that has been built and tested.
    retried = place.dbt("retry")
    assert retried.returncode == 0, retried.stdout[-3000:]
    assert place.published() == yesterdays


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--select", "linkage_decisions"),
        pytest.param(("run", "--empty"), marks=pytest.mark.long),
    ],
    ids=" ".join,
)
def test_less_than_a_full_build_does_not_publish(place: Place, arguments: tuple[str, ...]) -> None:
    yesterdays = place.published()
    done = place.dbt(*arguments)
    assert done.returncode == 0, done.stdout[-3000:]
    assert place.published() == yesterdays


@pytest.mark.parametrize(
    ("flags", "is_full"),
    [
        ({}, True),
        ({"WHICH": "run"}, False),
        ({"WHICH": "seed"}, False),
        ({"EMPTY": True}, False),
        ({"SAMPLE": "3 days"}, False),
        ({"SELECT": ("linkage_decisions",)}, False),
        ({"EXCLUDE": ("test_type:unit",)}, False),
        ({"SELECTOR": "nightly"}, False),
        ({"RESOURCE_TYPES": ["model"]}, False),
        ({"EXCLUDE_RESOURCE_TYPES": ["test"]}, False),
        ({"EXCLUDE_RESOURCE_TYPES": ["unit_test", "test"]}, False),
        ({"EXCLUDE_RESOURCE_TYPES": ["unit_test"]}, True),
    ],
    ids=str,
)
def test_whatever_narrows_a_build_keeps_it_from_publishing(
    monkeypatch: pytest.MonkeyPatch, flags: dict[str, object], is_full: bool
) -> None:
    from studylink import plugin

    unset = {
        "WHICH": "build",
        "EMPTY": False,
        "SAMPLE": None,
        "SELECT": (),
        "EXCLUDE": (),
        "SELECTOR": None,
        "RESOURCE_TYPES": [],
        "EXCLUDE_RESOURCE_TYPES": [],
        "INVOCATION_COMMAND": "dbt build",
    }
    monkeypatch.setattr(plugin, "get_flags", lambda: Namespace(**{**unset, **flags}))
    assert plugin._is_full_build() is is_full


def test_a_second_build_in_the_same_folder_refuses(place: Place) -> None:
    yesterdays = place.published()
    working = f"""
from pathlib import Path
from studylink.databases import Workbench
Workbench(Path({str(place.data)!r})).open(fresh=False)
print("at work", flush=True)
input()
"""
    first = subprocess.Popen(
        [sys.executable, "-c", working], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout.readline().strip() == "at work"
        second = place.build()
    finally:
        first.communicate("\n")
    assert second.returncode != 0
    assert "another build or request is at work in built: wait for it" in second.stdout
    assert place.published() == yesterdays


def held_in(data: Path, *texts: str) -> set[str]:
    """Which texts stand in a data folder, in bytes or in rows, the vault's too."""
    found = project.everything_in(data)
    # every place in the landing, those that only a deleted record names too
    del found["vault.main.place_pseudonyms"]
    return {text for text in texts if any(text.encode() in content for content in found.values())}


def test_after_a_killed_build_the_next_publishes_and_leaves_nothing_of_the_erased_and_deleted(
    place: Place,
) -> None:
    yesterdays = place.published()
    with databases.connect(place.data) as connection:
        ((pseudonym,),) = connection.execute(
            "select research_id from vault.main.pseudonyms where participant_id = ?", [ERASED]
        ).fetchall()
    gone = (ERASED, pseudonym, databases.pseudonym(SEND, "school", SCHOOL))
    assert held_in(place.data, *gone) == {*gone}

    place.land(is_tomorrow=True)
    with project.start("build", place.extracts, place.data, AS_OF, root=place.copy) as killed:
        next(line for line in killed.stdout if "OK created" in line)
        assert list((place.data / "building").glob("*.duckdb")) != []
        # While it lives, nobody else may build here.
        with pytest.raises(BlockingIOError):
            databases.Workbench(place.data).open(fresh=True)
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    assert place.published() == yesterdays

    done = place.build()
    assert done.returncode == 0, done.stdout[-6000:]
    assert place.published() != yesterdays
    assert list((place.data / "building").glob("*.duckdb*")) == []
    assert held_in(place.data, *gone) == set()


def test_a_build_on_top_of_others_equals_the_one_from_nothing_in_every_table(
    place: Place,
) -> None:
    place.land()
    done = place.build()
    assert done.returncode == 0, done.stdout[-6000:]
    assert project.all_rows(place.data) == place.rows_from_nothing
    assert {table[:2] for table in place.rows_from_nothing} >= {
        ("research", "about"),
        ("research", FIVE),
        ("research", SEND),
        ("study", "governance"),
        ("study", "intermediate"),
        ("vault", "main"),
    }


# --------------------------------------------------------------------------------------------------
# Keys
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", KEYS)
@pytest.mark.parametrize("on_the_sample", [True, False])
def test_each_development_key_is_reported_except_on_the_sample(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, on_the_sample: bool
) -> None:
    from studylink import plugin
    from studylink.people import access_register
    from studylink.requests import request_log

    said: list[str] = []
    monkeypatch.setattr(plugin, "log", Namespace(warning=said.append))
    for other, key in KEYS.items():
        monkeypatch.setenv(other, "" if other == variable else key)
    extracts = project.ROOT / "extracts" / "sample" if on_the_sample else tmp_path / "extracts"
    config = {"extracts": str(extracts), "data": str(tmp_path / "data"), "memory": ""}
    one = plugin.Plugin("studylink", config)
    one.landed, one.request_log = [], request_log.read(tmp_path)
    one.access_register = access_register.register(tmp_path)
    one.workbench.folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as study")
        one.configure_connection(connection)
    assert [text.split()[0] for text in said] == ([] if on_the_sample else [variable])


def test_a_build_with_development_keys_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in KEYS:
        monkeypatch.delenv(variable, raising=False)
    write_landing([family(FIVE)], tmp_path / "extracts")
    done = project.dbt(
        "show", tmp_path / "extracts", tmp_path / "data", AS_OF, "--inline", "select 1 as one"
    )
    assert done.returncode == 0, done.stdout[-3000:]
    for variable in KEYS:
        assert f"{variable} is not set: the development key" in done.stdout
