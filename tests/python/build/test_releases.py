"""Releases of the sample: who may, what is in them, and registered before they are handed over."""

from __future__ import annotations

import hmac
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pysequoia
import pytest
import yaml
from pysequoia import Tsk

from studylink import cli, databases, landing, published
from studylink.contract import PROJECT
from studylink.manifest import Manifest
from studylink.register import NO_HEAD, RegisterError
from studylink.release import command, content, eligibility, handed, shared
from studylink.release import plan as plans
from tests.python.lib import project
from tests.python.lib.releases import of_everything

AS_OF = "2026-06-30T00:00:00Z"
NOW = datetime(2026, 7, 1, 9)
SMALL = {"send_futures": {"key_stage_2": "all", "participants": "all"}}
MARK = b"Grain: one row per"
"""In the clear in every readable copy of a release, in the descriptions of its tables."""


class Place(SimpleNamespace):
    """A data folder with what is published, keys of people and projects, and the command."""

    data: Path
    keys: Path
    said: pytest.CaptureFixture[str]

    def run(self, *arguments: object) -> str:
        assert cli.main(["release", *map(str, arguments)]) == 0, self.said.readouterr().err
        return self.said.readouterr().out

    def refusal(self, *arguments: object) -> str:
        """What a step says that is refused; nothing is left of it."""
        before = self.files()
        assert cli.main(["release", *map(str, arguments)]) == 1
        assert self.files() == before
        return self.said.readouterr().err

    def files(self) -> set[Path]:
        everything = self.data.rglob("*")
        return {file for file in everything if file.is_file() and file.name != databases.LOCK}

    def plan(self, **more: object) -> Path:
        """A small plan of P003, or another."""
        file = self.keys / "plan.yml"
        whole = {"project": "P003", "statements": list(plans.STATEMENTS), "tables": SMALL}
        file.write_text(yaml.safe_dump(whole | more))
        return file

    def prepared(self, by: str = "ann") -> str:
        """The id of a small release that is prepared."""
        self.run(*PREPARE, "--plan", self.plan(), *self.by(by))
        (release,) = (self.data / "releases").glob("P003-*")
        return release.name

    def by(self, name: str) -> tuple[object, ...]:
        return "--sign-with", self.keys / name

    def change(self, statement: str) -> None:
        with duckdb.connect(str(self.data / "study.duckdb")) as connection:
            connection.execute(statement)

    def registered(self) -> list[dict[str, str]]:
        return shared.register(self.data).read()


PREPARE = ("prepare", "--project", "P003")


@pytest.fixture
def place(
    built_sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Place:
    one = Place(data=tmp_path / "data", keys=tmp_path / "secret", said=capsys)
    for folder in ("people", "projects"):
        (one.data / "keys" / folder).mkdir(parents=True)
    for name in databases.NAMES:
        shutil.copyfile(databases.path(built_sample, name), databases.path(one.data, name))
    one.keys.mkdir()
    for name, folder in (("ann", "people"), ("bob", "people"), ("P003", "projects")):
        key = Tsk.generate(name)
        (one.keys / name).write_text(str(key))
        (one.data / "keys" / folder / f"{name}.asc").write_text(str(key.extract_certificate()))
    monkeypatch.setenv("STUDY_DATA", str(one.data))
    monkeypatch.setenv("STUDY_EXTRACTS", str(PROJECT / "extracts" / "sample"))
    monkeypatch.delenv("STUDY_PASSPHRASE", raising=False)
    monkeypatch.setattr(published, "now", lambda: NOW)
    # the sample's last statements are later than the build of the tests
    one.change("update governance.published_build set newest_statement_at = as_of")
    return one


# --------------------------------------------------------------------------------------------------
# From plan to project
# --------------------------------------------------------------------------------------------------


def test_one_prepares_another_approves_and_the_project_alone_can_read_it(place: Place) -> None:
    release = place.prepared()
    folder = place.data / "releases" / release
    assert place.registered() == []
    assert readable(place.data / "releases") == []
    place.run("approve", release, *place.by("bob"))
    archive = folder / f"{release}.zip.pgp"
    assert readable(place.data / "releases") == []
    opened = pysequoia.decrypt(
        archive.read_bytes(), Tsk.from_file(str(place.keys / "P003")).decryptor()
    )
    with zipfile.ZipFile(BytesIO(opened.bytes)) as whole:
        names = set(whole.namelist())
        whole.extractall(place.keys)
    assert names >= {f"{release}/{name}" for name in ("release.duckdb", "plan.yml", "approved.asc")}
    with duckdb.connect(str(place.keys / release / "release.duckdb"), read_only=True) as it:
        assert it.sql("select release_id, as_of from about.release").fetchall() == [
            (release, AS_OF)
        ]
        ((people,),) = it.sql(
            "select count(distinct research_id) from send_futures.participants"
        ).fetchall()
    rows = place.registered()
    assert {row["project_id"] for row in rows} == {"P003"}
    assert sum(row["domain"] == "answers" for row in rows) == people
    assert {row["domain"] for row in rows} == {"answers", "education"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.rglob("*"))
    assert "handed over at" in place.refusal("approve", release, *place.by("bob"))


def test_the_plan_by_default_can_be_kept_and_cut_down(place: Place) -> None:
    written = yaml.safe_load(place.run("plan", "--project", "P003"))
    assert written["project"] == "P003"
    assert "key_stage_2" in written["tables"]["send_futures"]


def test_a_release_in_which_too_many_are_found_is_refused_with_what_to_leave_out(
    place: Place,
) -> None:
    """In so few families a neighbour finds a child through the answers of a parent."""
    refusal = place.refusal(*PREPARE, *place.by("ann"))
    assert "too many are found by send_futures, neighbour: leave out" in refusal
    place.run(*PREPARE, "--plan", place.plan(family_research_id="siblings"), *place.by("ann"))
    assert (
        '"intruder": "send_futures, neighbour"' in (of_release(place) / "figures.json").read_text()
    )


def test_a_secure_place_gets_a_folder(place: Place, tmp_path: Path) -> None:
    release = place.prepared()
    to = tmp_path / "secure"
    to.mkdir()
    (place.data / "keys" / "projects" / "P003.asc").unlink()
    place.run("approve", release, *place.by("bob"), "--to", to)
    assert (to / release / "release.duckdb").is_file()
    assert [path.name for path in to.iterdir()] == [release]


def test_a_safeguarded_release_holds_children_and_registers_whom_it_sums_up(
    place: Place, tmp_path: Path
) -> None:
    of_children = ("participants", "child_years", "parent_survey", "child_survey", "key_stage_2")
    tables = {"send_futures": {table: "all" for table in of_children}}
    place.run(*PREPARE, "--plan", place.plan(access="safeguarded", tables=tables), *place.by("ann"))
    (folder,) = (place.data / "releases").glob("P003-*")
    place.run("approve", folder.name, *place.by("bob"), "--to", tmp_path)
    with duckdb.connect(str(tmp_path / folder.name / "release.duckdb"), read_only=True) as it:
        of_people = it.sql(
            "select table_name from duckdb_columns() where column_name = 'research_id'"
        ).fetchall()
        assert of_people == [("children",)]
        ((children, fewest),) = it.sql(
            """
            select sum(people), min(people) from (
                select count(*) as people from send_futures.children
                group by sen_provision_dv, send_need_dv, year_group_dv
            )
            """
        ).fetchall()
    assert fewest >= 10
    registered = {(row["person"], row["domain"]) for row in place.registered()}
    with databases.connect(place.data) as connection:
        answered = connection.execute(
            """
            select participant_id, linked_child_research_id is not null
            from (
                select research_id, linked_child_research_id
                from research.send_futures.parent_survey
                union
                select research_id, linked_child_research_id
                from research.send_futures.child_survey
            )
            inner join vault.main.pseudonyms using (research_id)
            """
        ).fetchall()
    token = partial(databases.pseudonym, "send_futures", shared.PERSON_KIND)
    linked = {token(person) for person, is_linked in answered if is_linked}
    assert {person for person, domain in registered if domain == "answers"} == linked
    assert children <= sum(domain == "education" for _, domain in registered)


PROTECTED = """\
-----BEGIN PGP PRIVATE KEY BLOCK-----

lIYEawsakRYJKwYBBAHaRw8BAQdATnuoH57trTrwLuBdKX+E4bNUYreNJTcLJGXr
kCU0Xjv+BwMCom1i1bpJgML/MEeSA4RCJs9vgJmwQcMsdnzenSPC1w6DJH2aXcaF
D3XLrJ1xkooLCKJ8j6bJxuNPWf5blr4mLxnoJxbxr0DCsqZe/S1BUrQDYW5uiJAE
ExYIADgWIQSxrcYkRKAV2hyVixBC4Yzwd/muYwUCawsakQIbAwULCQgHAgYVCgkI
CwIEFgIDAQIeAQIXgAAKCRBC4Yzwd/muY6ExAP9NtYCa0z++Z2pMYni+F/qGEb03
Rp/ho9m3MqKh5rIEtQD/eRZycspTSo0Dnj+72x/FuCeT/BJpsOjsok63ZkjIsws=
=mu7/
-----END PGP PRIVATE KEY BLOCK-----
"""


def test_a_key_is_opened_by_its_passphrase(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key was made by GnuPG."""
    (place.keys / "ann").write_text(PROTECTED)
    public = Tsk.from_bytes(PROTECTED.encode()).extract_certificate()
    (place.data / "keys" / "people" / "ann.asc").write_text(str(public))
    for wrong in ("", "wrong"):
        monkeypatch.setenv("STUDY_PASSPHRASE", wrong)
        assert "does not sign" in place.refusal(*PREPARE, *place.by("ann"))
    monkeypatch.setenv("STUDY_PASSPHRASE", "opens it")
    light(monkeypatch)
    place.prepared()


def readable(folder: Path) -> list[str]:
    """The files in which something of a release is in the clear."""
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and MARK in file.read_bytes()
    ]


def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of one person, handed over in one file: no step depends on what it holds."""

    def write(connection: duckdb.DuckDBPyConnection, _: object, released: content.Released) -> None:
        connection.execute(f"create schema {content.RELEASE}.about")
        connection.execute(
            f"create table {content.RELEASE}.about.mark as select ?", [MARK.decode()]
        )
        row = asdict(released)
        connection.execute(
            f"create table {content.RELEASE}.about.release as select "
            + ", ".join(f"? as {name}" for name in row),
            list(row.values()),
        )

    def make(_: object, folder: Path, *__: object) -> None:
        (folder / "release.duckdb").write_bytes(MARK)

    monkeypatch.setattr(content, "write", write)
    monkeypatch.setattr(
        content, "records_shared", lambda *_: "select 'send_futures', 'p', 'answers'"
    )
    monkeypatch.setattr(command, "_attacked", lambda _: "[]\n")
    monkeypatch.setattr(handed, "make", make)


# --------------------------------------------------------------------------------------------------
# Refusals
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        ("P000", "no such project is landed"),
        ("../P003", "no such project is landed"),
        ("P005", "its purpose is not research or statistics"),
        ("P006", "its contract is not signed"),
        ("P007", "its approval expired on 2025-11-05"),
        ("P008", "it is not approved"),
        ("P009", "is quarantined (unlisted: purpose)"),
    ],
)
def test_a_project_that_may_not_have_one_is_told_why(
    place: Place, project: str, reason: str
) -> None:
    assert reason in place.refusal("prepare", "--project", project, *place.by("ann"))


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"statements": []}, "the plan lacks the statement no_damage_to_a_person"),
        ({"project": "P004"}, "the plan is for project P004"),
        ({"tables": {"five_to_twelve": {"absence": "all"}}}, "the project is not approved"),
        (
            {"access": "safeguarded", "family_research_id": "siblings"},
            "a safeguarded release has no family_research_id",
        ),
    ],
)
def test_a_plan_that_may_not_be_is_refused(place: Place, plan: dict, reason: str) -> None:
    assert reason in place.refusal(*PREPARE, "--plan", place.plan(**plan), *place.by("ann"))


def test_a_release_that_cannot_be_safeguarded_leaves_nothing(place: Place) -> None:
    (place.data / "releases").mkdir()
    plan = place.plan(access="safeguarded")
    assert "nothing of send_futures" in place.refusal(*PREPARE, "--plan", plan, *place.by("ann"))


SPOILT: dict[str, tuple[Callable[[Place, pytest.MonkeyPatch], object], str]] = {
    "a no after the build": (
        lambda place, _: place.change(
            "update governance.published_build set newest_statement_at = as_of + interval 1 second"
        ),
        "it may be a no",
    ),
    "a build of other files": (
        lambda place, _: place.change(
            "update governance.published_build set permissions_checksum = 'other'"
        ),
        "no longer those of the published build",
    ),
    "another vault key": (
        lambda _, patch: patch.setenv("DBT_ENV_SECRET_VAULT_KEY", "another"),
        "made with another vault key",
    ),
    "another pseudonym key": (
        lambda _, patch: patch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", "another"),
        "with another pseudonym key",
    ),
    "nobody who may release": (
        lambda place, _: [key.unlink() for key in (place.data / "keys" / "people").iterdir()],
        "not signed by anybody whose key is in",
    ),
    "a public key to sign with": (
        lambda place, _: shutil.copyfile(
            place.data / "keys" / "people" / "ann.asc", place.keys / "ann"
        ),
        "does not sign",
    ),
    "no key to sign with": (lambda place, _: (place.keys / "ann").unlink(), "does not sign"),
    "a secret key among the public ones": (
        lambda place, _: shutil.copyfile(
            place.keys / "bob", place.data / "keys" / "people" / "bob.asc"
        ),
        "holds a secret key",
    ),
    "one key under two names": (
        lambda place, _: shutil.copyfile(
            place.data / "keys" / "people" / "ann.asc", place.data / "keys" / "people" / "eve.asc"
        ),
        "one key is one person's",
    ),
    "no key at all in a file": (
        lambda place, _: (place.data / "keys" / "people" / "eve.asc").write_text("none"),
        "does not hold one OpenPGP key",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_nothing_is_prepared_where_something_is_wrong(
    place: Place, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    spoil, reason = SPOILT[how]
    spoil(place, monkeypatch)
    assert reason in place.refusal(*PREPARE, *place.by("ann"))


def of_release(place: Place) -> Path:
    (folder,) = (place.data / "releases").glob("P003-*")
    return folder


def replaced(name: str, old: str, new: str) -> Callable[[Place, pytest.MonkeyPatch], object]:
    def change(place: Place, _: pytest.MonkeyPatch) -> None:
        file = of_release(place) / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))

    return change


LANDED = eligibility.landed
CHANGED: dict[str, tuple[Callable[[Place, pytest.MonkeyPatch], object], str]] = {
    "a changed plan": (replaced("plan.yml", "secure", "public"), "plan.yml in"),
    "other people": (replaced("people.csv", "answers", "health"), "people.csv in"),
    "another statement": (replaced("statement.txt", "no damage", "some damage"), "has changed"),
    "another content": (
        lambda place, _: (of_release(place) / "content.duckdb").write_bytes(b"other"),
        "content.duckdb in",
    ),
    "no signature": (
        lambda place, _: (of_release(place) / "prepared.asc").write_text("none"),
        "not signed by anybody",
    ),
    "the release of another name": (
        lambda place, _: shutil.copytree(of_release(place), place.data / "releases" / "R"),
        "statement.txt in",
    ),
    "another build since": (
        lambda place, _: place.change(
            "update governance.published_build set as_of = as_of + interval 1 hour"
        ),
        "another build has been published since",
    ),
    "a no since": (
        lambda place, _: place.change(
            "update governance.published_build set newest_statement_at = as_of + interval 1 second"
        ),
        "it may be a no",
    ),
    "an approval that has expired since": (
        lambda _, patch: patch.setattr(published, "now", lambda: datetime(2027, 1, 1)),
        "its approval expired on 2026-12-31",
    ),
    "another no read since, at the same moment": (
        lambda place, patch: (
            place.change("update governance.published_build set permissions_checksum = 'other'"),
            patch.setattr(landing, "permissions_checksum", lambda _: "other"),
        ),
        "another build has been published since",
    ),
    "a domain that is no longer approved": (
        lambda _, patch: patch.setattr(
            eligibility,
            "landed",
            lambda *given: replace(LANDED(*given), domains=("health",)),
        ),
        "education: its project is no longer approved for these domains",
    ),
    "a study that is no longer approved": (
        lambda _, patch: patch.setattr(
            eligibility,
            "landed",
            lambda *given: replace(LANDED(*given), studies=("five_to_twelve",)),
        ),
        "send_futures: its project is no longer approved for these studies",
    ),
    "no key of the project": (
        lambda place, _: (place.data / "keys" / "projects" / "P003.asc").unlink(),
        "no key of P003: looked for",
    ),
    "a preparer who has left": (
        lambda place, _: (place.data / "keys" / "people" / "ann.asc").unlink(),
        "not signed by anybody",
    ),
    "a broken register": (
        lambda place, _: shared.register(place.data).file.write_text("line"),
        "register.csv, line 1",
    ),
    "another vault key": (
        lambda _, patch: patch.setattr(command, "_content_key", lambda _: "another"),
        "content.duckdb does not open",
    ),
}


@pytest.mark.parametrize("how", CHANGED)
def test_nothing_is_approved_that_is_not_what_was_prepared(
    place: Place, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    light(monkeypatch)
    release = place.prepared()
    change, reason = CHANGED[how]
    change(place, monkeypatch)
    asked = "R" if how == "the release of another name" else release
    assert reason in place.refusal("approve", asked, *place.by("bob"))
    assert readable(place.data) == ["research.duckdb", "study.duckdb"]


def test_what_cannot_be_made_is_not_registered(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(monkeypatch)
    release = place.prepared()
    make = handed.make

    def broken_off(connection: object, folder: Path, *more: object) -> None:
        make(connection, folder, *more)
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(handed, "make", broken_off)
        approve = ["release", "approve", release, *map(str, place.by("bob"))]
        assert cli.main(approve) == 1
    assert "no space left on device" in place.said.readouterr().err
    assert place.registered() == []
    assert readable(place.data / "releases") == []
    place.run("approve", release, *place.by("bob"))
    assert place.registered()


def test_what_is_registered_and_cannot_be_put_in_its_place_is_said_to_be(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    light(monkeypatch)
    release = place.prepared()
    approve = ["release", "approve", release, *map(str, (*place.by("bob"), "--to", tmp_path))]
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError("no space left on device")

        patch.setattr(shutil, "copytree", full)
        assert cli.main(approve) == 1
    assert "in the register, but has not been handed over" in place.said.readouterr().err
    rows = place.registered()
    assert rows
    assert cli.main(approve) == 0
    assert place.registered() == rows
    assert (tmp_path / release).is_dir()


def test_the_preparer_cannot_approve_whatever_the_file_is_called(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(monkeypatch)
    release = place.prepared()
    shutil.copyfile(place.keys / "ann", place.keys / "other")
    for name in ("ann", "other"):
        refusal = place.refusal("approve", release, *place.by(name))
        assert "ann prepared it with the same key: another person must approve it" in refusal


@pytest.mark.parametrize(("user_id", "file"), [("ann", "eve.asc"), ("another", "ann.pgp")])
def test_one_person_with_two_keys_cannot_approve(
    place: Place, monkeypatch: pytest.MonkeyPatch, user_id: str, file: str
) -> None:
    """Two keys are of one person if they bear one user id, or are named alike."""
    light(monkeypatch)
    release = place.prepared()
    key = Tsk.generate(user_id)
    (place.keys / "second").write_text(str(key))
    (place.data / "keys" / "people" / file).write_text(str(key.extract_certificate()))
    assert "another key of the same person" in place.refusal(
        "approve", release, *place.by("second")
    )


def test_a_reason_for_family_ids_is_one_line_of_what_is_signed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could bring a checksum of its own, or say what the intruders did not find."""
    light(monkeypatch)
    reason = "siblings\nSHA-256 of plan.yml: 0\u2028nobody"
    place.run(*PREPARE, "--plan", place.plan(family_research_id=reason), *place.by("ann"))
    lines = (of_release(place) / "statement.txt").read_text().splitlines()
    assert "Family ids: siblings SHA-256 of plan.yml: 0 nobody" in lines
    hidden = place.plan(family_research_id="siblings\x1b[2K")
    assert "holds control characters" in place.refusal(*PREPARE, "--plan", hidden, *place.by("ann"))


def test_lines_cut_off_the_end_of_the_register_stop_every_command_and_build(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What two people signed later has the last checksum that stood there."""
    light(monkeypatch)
    place.run("approve", place.prepared(), *place.by("bob"))
    register = shared.register(place.data).file
    before = register.read_text()
    place.run(*PREPARE, "--plan", place.plan(), *place.by("ann"))
    shared.check(place.data)
    for cut in (before.splitlines()[0] + "\n", None):
        register.unlink()
        if cut:
            register.write_text(cut)
        assert shared.register(place.data).head() == NO_HEAD
        with pytest.raises(RegisterError, match="lacks lines that were there when P003-"):
            shared.check(place.data)
        assert "lacks lines" in place.refusal(*PREPARE, *place.by("ann"))


@pytest.mark.parametrize("release", ["P003-nothing", "../keys", "."])
def test_a_release_that_was_not_prepared_is_refused(place: Place, release: str) -> None:
    assert "there is no prepared release" in place.refusal("approve", release, *place.by("bob"))


# --------------------------------------------------------------------------------------------------
# The register, read by a build
# --------------------------------------------------------------------------------------------------


def test_a_build_reads_the_register_and_stops_at_a_broken_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    light(monkeypatch)
    place.run("approve", place.prepared(), *place.by("bob"))
    place.run(*PREPARE, "--plan", place.plan(), *place.by("ann"))
    place.run("approve", "P003-20260630T000000Z-2", *place.by("bob"))
    extracts = PROJECT / "extracts" / "sample"

    def show() -> str:
        query = "select count(distinct release_id) as releases, count(distinct person) as people"
        query += " from {{ source('releases', 'records_shared') }}"
        return project.dbt("show", extracts, place.data, AS_OF, "--inline", query).stdout

    assert "|        2 |      1 |" in show()
    register = shared.register(place.data).file
    register.write_text(register.read_text().replace("answers", "health", 1))
    assert "register.csv, line 2: its checksum is not that of its values" in show()


# --------------------------------------------------------------------------------------------------
# Killed
# --------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Not an error that anybody handles."""


STEPS = (
    (os, "replace"),
    (Path, "rename"),
    (Path, "write_bytes"),
    (Path, "write_text"),
    (databases, "sync"),
    (shutil, "rmtree"),
    (shutil, "copyfile"),
    (handed, "make"),
    (content, "write"),
    (pysequoia, "encrypt_file"),
)
"""All that changes what is on disk, in the steps of a release."""


def kill_at(patch: pytest.MonkeyPatch, number: int) -> None:
    """Die before the step of this number, and let nothing be tidied up."""
    taken = [0]

    def dying(step: Callable) -> Callable:
        def take(*arguments: object, **named: object) -> object:
            if taken[0] >= number:
                raise Killed
            taken[0] += 1
            return step(*arguments, **named)

        return take

    for module, name in STEPS:
        patch.setattr(module, name, dying(getattr(module, name)))


def killed_at_steps(
    run: Callable[[], object], restore: Callable[[], None], patch: pytest.MonkeyPatch, apart: int
) -> Iterator[int]:
    """Run something again and again, killed so many steps later each time, until it is not."""
    for number in range(0, 100, apart):
        restore()
        with patch.context() as dying:
            kill_at(dying, number)
            try:
                run()
            except Killed:
                pass
            else:
                return
        yield number
    raise AssertionError("it never ends")


@pytest.mark.parametrize("steps_apart", [3, pytest.param(1, marks=pytest.mark.long)])
def test_killed_anywhere_a_preparation_leaves_nothing_or_a_release(
    place: Place, monkeypatch: pytest.MonkeyPatch, steps_apart: int
) -> None:
    releases = place.data / "releases"
    plan = place.plan()
    light(monkeypatch)

    def restore() -> None:
        with suppress(FileNotFoundError):
            shutil.rmtree(releases)

    def run() -> None:
        assert cli.main(["release", *map(str, (*PREPARE, "--plan", plan, *place.by("ann")))]) == 0

    for _ in killed_at_steps(run, restore, monkeypatch, steps_apart):
        assert readable(releases) == []
        for release in releases.glob("P003-*"):
            names = {file.name for file in release.iterdir()}
            assert names == {
                *("plan.yml", "figures.json", "people.csv", "content.duckdb"),
                *("statement.txt", "prepared.asc"),
            }
    # what the killed ones left is gone
    assert [path.name for path in releases.iterdir()] == [of_release(place).name]


@pytest.mark.parametrize(
    ("to_a_folder", "steps_apart"),
    [(False, 3), *(pytest.param(to, 1, marks=pytest.mark.long) for to in (False, True))],
)
def test_killed_anywhere_an_approval_hands_nothing_over_that_is_not_registered(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    to_a_folder: bool,
    steps_apart: int,
) -> None:
    light(monkeypatch)
    release = place.prepared()
    releases, kept, to = place.data / "releases", tmp_path / "kept", tmp_path / "to"
    shutil.copytree(releases, kept)
    approve = ["release", "approve", release, *map(str, place.by("bob"))]
    if to_a_folder:
        approve += ["--to", str(to)]

    def restore() -> None:
        for folder in (releases, to):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, releases)
        to.mkdir()

    def run() -> None:
        assert cli.main(approve) == 0

    seen = set()
    for _ in killed_at_steps(run, restore, monkeypatch, steps_apart):
        is_registered, is_in_place = bool(place.registered()), bool(readable(to))
        is_in_place |= (releases / release / f"{release}.zip.pgp").exists()
        assert is_registered or not is_in_place
        seen.add((is_registered, is_in_place))
        # what is being made is for its owner alone, under the name of what is unfinished
        assert all(command.UNFINISHED in file for file in readable(releases))
        assert all(file.stat().st_mode & 0o077 == 0 for file in releases.rglob("*"))
        # the same command goes on from there, once
        rows = place.registered()
        is_handed_over = (releases / release / "handed_over.txt").exists()
        assert cli.main(approve) == int(is_handed_over)
        assert not rows or place.registered() == rows
        assert len(place.registered()) == len({tuple(row.values()) for row in place.registered()})
        assert (to / release if to_a_folder else releases / release / f"{release}.zip.pgp").exists()
        assert not [*tmp_path.glob("to/.unfinished*"), *releases.rglob(".unfinished*")]
    assert seen == {(False, False), (True, False), (True, True)}


# --------------------------------------------------------------------------------------------------
# What is in it
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(
    built_sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, plans.Plan]]:
    """Two releases of everything, `first` and `second`, beside what is published."""
    folder = tmp_path_factory.mktemp("two")
    with databases.connect(built_sample) as connection:
        for name in ("first", "second"):
            plan, released = of_everything(connection, name)
            databases.attach_file(connection, folder / f"{name}.duckdb", content.RELEASE)
            content.write(connection, plan, released)
            connection.execute(f"detach {content.RELEASE}")
            databases.attach_file(connection, folder / f"{name}.duckdb", name, read_only=True)
        yield connection, plan


def pseudonyms_of(
    connection: duckdb.DuckDBPyConnection, database: str, study: str
) -> dict[str, list[str]]:
    """The columns of pseudonyms of each table of a study."""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(
        f"select table_name, column_name from {database}.about.columns "
        "where table_schema = ? and class = 'pseudonym'",
        [study],
    ).fetchall():
        found.setdefault(table, []).append(column)
    return found


def rekeyed(name: str, study: str, text: str) -> str:
    """The pseudonym in a release, by Python's own HMAC."""
    key = hmac.new(
        databases.DEVELOPMENT_KEY.encode(), f"release/{name}/pseudonyms".encode(), sha256
    ).hexdigest()
    return hmac.new(key.encode(), f"{study}/{text}".encode(), sha256).hexdigest()[:32]


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_release_is_what_is_published_under_pseudonyms_of_its_own(
    two: tuple[duckdb.DuckDBPyConnection, plans.Plan], name: str
) -> None:
    """Row for row, so that two releases of one moment differ in every pseudonym and nothing else.

    And so that all that is proved of what is published holds of every release.
    """
    connection, plan = two
    for study, tables in plan.tables.items():
        pseudonyms = pseudonyms_of(connection, name, study)
        values = " union ".join(
            f"select {column} as old from research.{study}.{table} where {column} is not null"
            for table, columns in pseudonyms.items()
            for column in columns
        )
        olds = [old for (old,) in connection.execute(values).fetchall()]
        connection.execute("create or replace temp table keyed (old varchar, new varchar)")
        connection.execute(
            "insert into keyed select unnest($1), unnest($2)",
            [olds, [rekeyed(name, study, old) for old in olds]],
        )
        for table, columns in tables.items():
            shown = ", ".join(
                f"(select new from keyed where old = {column}) as {column}"
                if column in pseudonyms[table]
                else column
                for column in columns
            )
            expected = f"select {shown} from research.{study}.{table}"
            there = f"select * from {name}.{study}.{table}"
            for one, other in ((expected, there), (there, expected)):
                assert connection.execute(f"{one} except all {other}").fetchall() == [], table
            ids = ", ".join(sorted(columns, key=lambda one: one not in pseudonyms[table]))
            places = connection.execute(
                f"select rowid from {name}.{study}.{table} order by {ids}, rowid"
            ).fetchall()
            assert places == sorted(places), table


@pytest.fixture(scope="module")
def released_as_research(
    two: tuple[duckdb.DuckDBPyConnection, plans.Plan], built_sample: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The first release in the place of the research database, and the vault's keys re-keyed."""
    released, _ = two
    ((file,),) = released.execute(
        "select path from duckdb_databases() where database_name = 'first'"
    ).fetchall()
    with duckdb.connect() as connection:
        for name in ("vault", "study"):
            databases.attach(connection, built_sample, name, read_only=True)
        databases.attach_file(connection, Path(file), "research", read_only=True)
        landing.create_views(connection, landing.read_landing(PROJECT / "extracts" / "sample"))
        landing.create_transient_views(connection)
        databases.set_pseudonym_key(connection, content.pseudonym_key("first"))
        for table in ("pseudonyms", "place_pseudonyms"):
            ids = [
                f"{content.REKEYED.format(study='study', column=column)} as {column}"
                for (column,) in connection.execute(
                    "select column_name from duckdb_columns() where database_name = 'vault' "
                    "and table_name = ? and column_name like '%research_id'",
                    [table],
                ).fetchall()
            ]
            connection.execute(
                f"create temp table {table} as "
                f"select * replace ({', '.join(ids)}) from vault.main.{table}"
            )
        databases.set_pseudonym_key(connection)
        yield connection


@pytest.mark.parametrize(
    "proof",
    [
        "nothing_of_the_vault_is_published",
        "no_column_passes_for_identifiers",
        "pseudonyms_are_the_vaults_and_of_one_study",
        "unlinked_answers_lead_to_no_record",
        "no_column_finds_the_records_of_answers",
    ],
)
def test_a_release_stands_the_proofs_of_what_is_published(
    released_as_research: duckdb.DuckDBPyConnection, built_sample: Path, proof: str
) -> None:
    sql = Manifest(built_sample / "target").named(proof, "test").sql
    for table in ("pseudonyms", "place_pseudonyms"):
        sql = sql.replace(f'"vault"."main"."{table}"', f'temp."{table}"')
    assert released_as_research.execute(f"select count(*) from ({sql})").fetchall() == [(0,)]


def test_the_proofs_notice_a_release_of_other_keys(
    released_as_research: duckdb.DuckDBPyConnection, built_sample: Path
) -> None:
    sql = (
        Manifest(built_sample / "target")
        .named("pseudonyms_are_the_vaults_and_of_one_study", "test")
        .sql
    )
    assert released_as_research.execute(f"select count(*) from ({sql})").fetchall() != [(0,)]


def test_no_pseudonym_is_in_two_releases_nor_in_what_is_published(
    two: tuple[duckdb.DuckDBPyConnection, plans.Plan],
) -> None:
    connection, plan = two
    seen: dict[str, set[str]] = {}
    for database in ("research", "first", "second"):
        for study in plan.tables:
            values = " union ".join(
                f"select {column} from {database}.{study}.{table} where {column} is not null"
                for table, columns in pseudonyms_of(connection, database, study).items()
                for column in columns
            )
            seen[f"{database}.{study}"] = {v for (v,) in connection.execute(values).fetchall()}
    assert all(seen.values())
    assert sum(map(len, seen.values())) == len(set().union(*seen.values()))


def test_all_that_a_release_holds_is_described_in_it(
    two: tuple[duckdb.DuckDBPyConnection, plans.Plan],
) -> None:
    connection, _ = two
    ((columns, described, commented),) = connection.execute(
        """
        select count(*), count(described.description), count(nullif(comment, ''))
        from duckdb_columns() as held
        left join first.about.columns as described
            on
                held.schema_name = described.table_schema
                and held.table_name = described.table_name
                and held.column_name = described.column_name
                and held.column_index = described.position
                and described.label != ''
        where held.database_name = 'first'
        """
    ).fetchall()
    assert columns == described == commented
    ((beyond,),) = connection.execute("select count(*) from first.about.columns").fetchall()
    assert beyond == columns


def test_years_cut_rows_by_when_they_begin(built_sample: Path) -> None:
    with databases.connect(built_sample) as connection:
        columns = plans.columns_of_people(connection)
        tables = plans.allowed(columns, ["five_to_twelve"], ["education", "benefits"], False)
        plan = plans.Plan("P001", "secure", None, (2023, 2024), tuple(plans.STATEMENTS), tables)
        connection.execute(f"attach ':memory:' as {content.RELEASE}")
        content.write(connection, plan, of_everything(connection, "years")[1])
        for table, column, years in (
            ("absence", "academic_year", {"2023/24", "2024/25"}),
            ("benefit_spells", "start_year", {2023, 2024}),
            ("parent_interviews", "interview_year", {2023, 2024}),
        ):
            found = connection.execute(
                f"select distinct {column} from {content.RELEASE}.five_to_twelve.{table}"
            ).fetchall()
            assert {year for (year,) in found} == years, table
        ((some, all_of_them),) = connection.execute(
            f"select (select count(*) from {content.RELEASE}.five_to_twelve.participants), "
            "(select count(*) from research.five_to_twelve.participants)"
        ).fetchall()
        assert some == all_of_them


def test_denominators_are_public_counts(
    two: tuple[duckdb.DuckDBPyConnection, plans.Plan],
) -> None:
    connection, _ = two
    rows = connection.execute("from first.about.denominators").fetchall()
    assert {row[:3] for row in rows} >= {
        ("five_to_twelve", "health", "adult"),
        ("five_to_twelve", "health", "child"),
        ("send_futures", "education", "child"),
    }
    counts = [count for row in rows for count in row[3:] if count is not None]
    assert counts
    assert all(count >= 10 and count % 10 == 0 for count in counts)
    assert all(people >= permitted for *_, people, permitted, _ in rows if permitted)
    ((said,),) = connection.execute(
        "select comment from duckdb_tables() "
        "where database_name = 'first' and table_name = 'denominators'"
    ).fetchall()
    assert said.endswith(
        "Counts under 10 are withheld, zero included, and all others rounded to the nearest 10."
    )
