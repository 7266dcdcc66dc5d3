"""Requests to agencies: who is in an outbound file, what leaves about them, and what never does.

One landing is built once, for a moment at which every way to be in or out has somebody in it.
"""

from __future__ import annotations

import csv
import hmac
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import sleep

import duckdb
import pysequoia
import pytest
from pysequoia import Tsk
from pysequoia.packet import PacketPile, Tag

from studylink import cli, databases
from studylink.requests import openpgp, request_log
from tests.python.lib import project
from tests.python.lib.worlds import FIVE, SEND, World, landing_of, write_landing

AS_OF = "2024-12-01T12:00:00Z"
EARLIER, LATER, LATEST = (f"2024-0{month}-01T12:00:00Z" for month in (3, 6, 9))
SURNAME = "Zzyzxovic"
KEYS = {
    "DBT_ENV_SECRET_VAULT_KEY": "a vault key made for these tests alone",
    "DBT_ENV_SECRET_PSEUDONYM_KEY": "a pseudonym key made for these tests alone",
}
HEALTH = ("--supplier", "nhs_england", "--domain", "health")
COLUMNS = [
    "participant_id",
    "first_name",
    "last_name",
    "address_line_1",
    "address_line_2",
    "town",
    "postcode",
    "date_of_birth",
    "sex",
]


# --------------------------------------------------------------------------------------------------
# The people
# --------------------------------------------------------------------------------------------------


def family(study: str = FIVE, **of_everyone: object) -> World:
    """A mother and a child of nine; the world's own prefix comes before every id and surname."""
    world = World()
    named = {"last_name": SURNAME, **of_everyone}
    world.add_participant(study, "mother", **named)
    upn = "UPN1" if study == FIVE else None
    world.add_participant(study, "child", **{"date_of_birth": "2015-04-05", "upn": upn, **named})
    return world


def says(
    world: World,
    answer: str,
    at: str,
    domain: str = "health",
    of: str = "mother",
    study: str = FIVE,
) -> World:
    for answers_of in ("family",) if study == FIVE else ("parent", "child"):
        world.add_permission(
            study,
            given_by="mother",
            records_of=of,
            domain=domain,
            answers_of=answers_of,
            answer=answer,
            answered_at=at,
        )
    return world


def asks(world: World, request_type: str, at: str = LATER, about: str = "mother", **more) -> World:
    world.add_request(
        FIVE,
        made_by="mother",
        about=about,
        request_type=request_type,
        received_at=at,
        **{"scope": "person", "domain": "all", **more},
    )
    return world


def permitting(**of_everyone: object) -> World:
    """A mother who permits her own health records to be added."""
    return says(family(**of_everyone), "yes", EARLIER)


def corrected() -> World:
    world = permitting(address_line_1='Flat 2, "The Mill"', address_line_2="Ynys Môn", sex="F")
    says(world, "yes", EARLIER, of="child")
    asks(world, "rectify", field="first_name", new_value="Siân")
    asks(world, "rectify", at=EARLIER, field="town", new_value="Hull")
    asks(world, "rectify", at=LATER, field="town", new_value="York")
    return asks(world, "rectify", about="child", field="date_of_birth", new_value="2015-05-04")


WORLDS: dict[str, World] = {
    "plain": permitting(),
    "corrected": corrected(),
    "pilot": says(permitting(invited_on="2023-08-31"), "yes", EARLIER, domain="employment_tax"),
    "silent": family(),
    "refused since": says(permitting(), "no", LATER),
    "stopped": asks(permitting(), "stop_linkage", domain="health"),
    "stopped elsewhere": asks(permitting(), "stop_linkage", domain="education"),
    "asked for deletion": asks(permitting(), "delete_linked", domain="health"),
    "restricted": asks(permitting(), "restrict"),
    "restricted and freed": asks(asks(permitting(), "restrict"), "lift_restriction", at=LATEST),
    "objected": asks(permitting(), "object"),
    "erased": asks(permitting(), "erase"),
    "unreadable": says(permitting(), "yes", "1 September 2024", domain="benefits"),
    "lapsed": says(family(date_of_birth="2008-10-01"), "yes", EARLIER, of="child"),
    "of another study": says(
        family(SEND), "yes", EARLIER, domain="education", of="child", study=SEND
    ),
}
ASKED_OF_NHS_ENGLAND = {
    ("plain", "mother"),
    ("corrected", "mother"),
    ("corrected", "child"),
    ("stopped elsewhere", "mother"),
    ("restricted and freed", "mother"),
}
"""By RULES 6: whom an active, non-pilot, permitted linkage of health covers."""
ASKED_OF_DFE = {
    (name, "mother")
    for name in (
        "plain",
        "corrected",
        "silent",
        "refused since",
        "stopped",
        "asked for deletion",
        "restricted and freed",
        "lapsed",
    )
}
"""Education is in unless objected to, and children's needs no request; `stopped` stopped health."""


def unique_id(name: str, who: str) -> str:
    return f"W{list(WORLDS).index(name):05}-{who}"


def ids(people: set[tuple[str, str]]) -> list[str]:
    return sorted(unique_id(*person) for person in people)


# --------------------------------------------------------------------------------------------------
# The place
# --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `extracts` and what was built from them, `data`."""
    folder = tmp_path_factory.mktemp("requests")
    write_landing(list(WORLDS.values()), folder / "extracts")
    with pytest.MonkeyPatch.context() as patch:
        for variable, key in KEYS.items():
            patch.setenv(variable, key)
        project.built(folder / "extracts", folder / "data", AS_OF)
        yield folder


@pytest.fixture(scope="module")
def agency() -> Tsk:
    """The secret key of an agency, which no folder of the project ever holds."""
    return Tsk.generate("Data linkage <linkage@agency.example>")


class Place:
    """A copy of what was published, with the agency's public key, and the command run in it."""

    def __init__(self, folder: Path, agency: Tsk, captured: pytest.CaptureFixture[str]):
        self.data, self.extracts = folder / "data", folder / "extracts"
        self.agency, self.captured = agency, captured
        (self.data / "keys").mkdir()
        for supplier in ("nhs_england", "dfe", "hmrc", "dwp"):
            self.put_key(agency.extract_certificate(), supplier)

    def put_key(self, key: object, supplier: str = "nhs_england", form: str = "asc") -> None:
        content = str(key).encode() if form == "asc" else bytes(key)
        (self.data / "keys" / f"{supplier}.{form}").write_bytes(content)

    def request(self, *arguments: str) -> list[Path]:
        """Make a request, and insist that it came out well; the folders it made."""
        before = set(self.folders())
        status = cli.main(["request", *arguments])
        assert status == 0, self.captured.readouterr().err
        return [folder for folder in self.folders() if folder not in before]

    def refusal(self, *arguments: str) -> str:
        """Ask for what is refused: the one line that says so, and nothing was written."""
        before = self.files()
        assert cli.main(["request", *arguments]) == 1
        assert self.files() == before
        said = self.captured.readouterr()
        assert said.out == ""
        assert SURNAME not in said.err
        *_, line = said.err.splitlines()
        return line.removeprefix("No request was made: ")

    def folders(self) -> list[Path]:
        return sorted(one for one in (self.data / "requests").glob("*") if one.is_dir())

    def files(self) -> dict[Path, int]:
        """What is in the data folder, but the file by which it is locked: name and size."""
        lock = self.data / databases.LOCK
        return {file: file.stat().st_size for file in self.data.rglob("*") if file != lock}

    def opened(self, folder: Path) -> bytes:
        """What the agency finds in the file of a request."""
        (file,) = folder.glob("*.csv.pgp")
        return pysequoia.decrypt(file.read_bytes(), decryptor=self.agency.decryptor()).bytes

    def rows(self, folder: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.opened(folder).decode(), newline="")))

    def change(self, database: str, statement: str) -> None:
        """Change what is published."""
        with duckdb.connect(self.data / f"{database}.duckdb") as connection:
            connection.execute(statement)


@pytest.fixture
def place(
    published: Path,
    agency: Tsk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Place:
    (tmp_path / "data").mkdir()
    for name in databases.NAMES:
        shutil.copy(databases.path(published / "data", name), tmp_path / "data")
    shutil.copytree(published / "extracts", tmp_path / "extracts")
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STUDY_EXTRACTS", str(tmp_path / "extracts"))
    return Place(tmp_path, agency, capsys)


# --------------------------------------------------------------------------------------------------
# Who and what is sent
# --------------------------------------------------------------------------------------------------


def test_whom_a_permitted_linkage_covers_is_sent_and_nobody_else(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    assert [row["participant_id"] for row in place.rows(folder)] == ids(ASKED_OF_NHS_ENGLAND)


def test_only_adults_are_asked_about_for_education(place: Place) -> None:
    (folder,) = place.request("--supplier", "dfe", "--domain", "education")
    assert [row["participant_id"] for row in place.rows(folder)] == ids(ASKED_OF_DFE)


def test_nothing_leaves_but_the_id_and_what_is_matched_on(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    header, *_ = place.opened(folder).decode().split("\r\n")
    assert header.split(",") == COLUMNS


def test_what_is_sent_is_as_rectified_and_comes_back_from_csv_unchanged(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    rows = {row["participant_id"]: row for row in place.rows(folder)}
    prefix = unique_id("corrected", "")[:-1]
    assert rows[unique_id("corrected", "mother")] == {
        "participant_id": f"{prefix}-mother",
        "first_name": "Siân",
        "last_name": f"{prefix} {SURNAME}",
        "address_line_1": 'Flat 2, "The Mill"',
        "address_line_2": "Ynys Môn",
        "town": "York",
        "postcode": f"{prefix} LS1 1AA",
        "date_of_birth": "1988-02-03",
        "sex": "F",
    }
    assert rows[unique_id("corrected", "child")]["date_of_birth"] == "2015-05-04"
    assert rows[unique_id("plain", "mother")]["sex"] == ""


def test_each_study_has_a_file_of_its_own(place: Place) -> None:
    child = unique_id("of another study", "child")
    place.change(
        "study",
        "insert into intermediate.int_people_requestable "
        f"values ('{SEND}', 'nhs_england', 'health', '{child}')",
    )
    made = place.request(*HEALTH)
    assert [[row["participant_id"] for row in place.rows(folder)] for folder in made] == [
        ids(ASKED_OF_NHS_ENGLAND),
        [child],
    ]
    assert [one.study for one in request_log.read(place.data).requests] == [FIVE, SEND]


def test_twice_for_the_same_moment_sends_the_same_people(place: Place) -> None:
    (first,) = place.request(*HEALTH)
    (second,) = place.request(*HEALTH, "--as-of", AS_OF)
    assert place.opened(first) == place.opened(second)
    people = [(folder / "people.csv").read_bytes() for folder in (first, second)]
    assert people[0] == people[1]
    assert second.name == f"{first.name}-2"
    assert [one.request_id for one in request_log.read(place.data).requests] == [
        first.name,
        second.name,
    ]


# --------------------------------------------------------------------------------------------------
# What is kept of it
# --------------------------------------------------------------------------------------------------


def test_the_manifest_and_the_request_log_say_what_was_sent(place: Place) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    (folder,) = place.request(*HEALTH)
    manifest = json.loads((folder / "manifest.json").read_text())
    sent = (folder / manifest["file"]).read_bytes()
    written_at = datetime.fromisoformat(manifest.pop("written_at"))
    assert began <= written_at <= datetime.now(UTC)
    fingerprint = place.agency.extract_certificate().fingerprint
    assert manifest == {
        "request_id": f"{FIVE}-nhs_england-health-20241201T120000Z",
        "supplier": "nhs_england",
        "study": FIVE,
        "domain": "health",
        "as_of": AS_OF,
        "rows": len(ASKED_OF_NHS_ENGLAND),
        "columns": COLUMNS,
        "file": f"{folder.name}.csv.pgp",
        "bytes": len(sent),
        "sha256": sha256(sent).hexdigest(),
        "key_fingerprint": fingerprint,
    }
    header, line = (place.data / "requests" / "request_log.csv").read_text().splitlines()
    assert header == (
        "request_id,supplier,study,domain,as_of,written_at,people,file_sha256,key_fingerprint,"
        "key_mark"
    )
    assert line.split(",")[:-1] == [
        folder.name,
        "nhs_england",
        FIVE,
        "health",
        AS_OF,
        f"{written_at:%Y-%m-%dT%H:%M:%SZ}",
        str(len(ASKED_OF_NHS_ENGLAND)),
        sha256(sent).hexdigest(),
        fingerprint,
    ]
    assert line.split(",")[-1] == keyed(f"{FIVE}/request/{folder.name}")


def keyed(message: str) -> str:
    key = KEYS["DBT_ENV_SECRET_PSEUDONYM_KEY"].encode()
    return hmac.new(key, message.encode(), sha256).hexdigest()[:32]


def test_the_request_log_holds_a_keyed_token_for_each_person_in_nobodys_order(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    header, *tokens = (folder / "people.csv").read_text().splitlines()
    assert header == "person"
    assert tokens == sorted(keyed(f"{FIVE}/requested/{one}") for one in ids(ASKED_OF_NHS_ENGLAND))
    # nor is it a pseudonym that any table of the project holds
    published = project.vault_rows(place.data, "select columns(*)::varchar from vault.pseudonyms")
    assert not {value for row in published for value in row}.intersection(tokens)


def test_files_are_their_owners_alone(place: Place) -> None:
    place.request(*HEALTH)
    for file in [place.data / "requests", *(place.data / "requests").rglob("*")]:
        assert file.stat().st_mode & 0o777 == (0o700 if file.is_dir() else 0o600), file


def test_nothing_is_on_disk_in_the_clear_and_nothing_but_the_request_is_written(
    place: Place, tmp_path: Path
) -> None:
    """Of the whole process, threads and libraries too, the kernel counts every byte it writes."""
    counting = f"""
import sys
from studylink import cli
def written():
    with open("/proc/self/io") as counts:
        return int(dict(line.split(": ") for line in counts)["wchar"])
before = written()
status = cli.main(["request", *{HEALTH!r}])
sys.stdout.flush(), sys.stderr.flush()
after = written()
assert status == 0
print()
print(after - before)
"""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", counting],
        cwd=elsewhere,
        env={
            **os.environ,
            "PYTHONPATH": str(project.ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(elsewhere),
            "TMPDIR": str(elsewhere),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said, written = done.stdout.rsplit("\n\n", 1)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    made = [file for file in files if file.is_relative_to(place.data / "requests")]
    assert len(made) == 4
    printed = f"{said}\n{done.stderr}".encode()
    assert int(written) == sum(file.stat().st_size for file in made) + len(printed)
    outside = [file for file in files if not file.is_relative_to(place.extracts)]
    assert not [file for file in outside if SURNAME.encode() in file.read_bytes()]
    for text in (SURNAME, unique_id("plain", "mother"), "1988-02-03"):
        assert not [file for file in made if text.encode() in file.read_bytes()], text
        assert text not in done.stdout + done.stderr
    # what was looked for is what was sent
    (folder,) = place.folders()
    assert SURNAME.encode() in place.opened(folder)


@pytest.mark.parametrize("form", ["asc", "pgp"])
@pytest.mark.parametrize("armoured", [True, False])
def test_a_key_may_be_armoured_or_binary(place: Place, form: str, armoured: bool) -> None:
    key = place.agency.extract_certificate()
    (place.data / "keys" / "nhs_england.asc").unlink()
    (place.data / "keys" / f"nhs_england.{form}").write_bytes(
        str(key).encode() if armoured else bytes(key)
    )
    (folder,) = place.request(*HEALTH)
    assert len(place.rows(folder)) == len(ASKED_OF_NHS_ENGLAND)


def test_development_keys_are_reported_on_extracts_other_than_the_sample(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.request(*HEALTH)
    assert "development key" not in place.captured.readouterr().err
    for variable in KEYS:
        monkeypatch.delenv(variable)
    shown = databases.warnings_of_development_keys(place.extracts)
    assert [text.split()[0] for text in shown] == list(KEYS)
    assert databases.warnings_of_development_keys(project.ROOT / "extracts" / "sample") == []


# --------------------------------------------------------------------------------------------------
# Broken off
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["a file", "the line"])
def test_a_request_broken_off_is_in_the_log_whole_or_not_at_all(
    place: Place, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    (first,) = place.request(*HEALTH)
    before = (place.data / "requests" / "request_log.csv").read_bytes()
    append = request_log._append

    def failing(file: Path, content: bytes) -> None:
        if (file.name == "request_log.csv") == (at == "the line"):
            raise OSError("the disk is full")
        append(file, content)

    with monkeypatch.context() as patch:
        patch.setattr(request_log, "_append", failing)
        assert cli.main(["request", *HEALTH]) == 1
    assert "No request was made: the disk is full" in place.captured.readouterr().err
    assert (place.data / "requests" / "request_log.csv").read_bytes() == before
    left = [folder.name for folder in place.folders() if folder != first]
    assert left == ([f"{first.name}-2"] if at == "the line" else [])
    # what was left is reported, and neither counts nor gets in the way
    place.request(*HEALTH)
    shown = place.captured.readouterr().err
    assert shown.count("was broken off") == len(left) == sum(shown.count(name) for name in left)
    ids_logged = [one.request_id for one in request_log.read(place.data).requests]
    assert ids_logged == [first.name, f"{first.name}-{2 + len(left)}"]


def test_what_was_made_before_another_study_failed_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or its file would be taken for one that may not be sent, and be asked for again."""
    place.change(
        "study",
        "insert into intermediate.int_people_requestable "
        f"values ('{SEND}', 'nhs_england', 'health', '{unique_id('of another study', 'child')}')",
    )
    add = request_log.add

    def failing(log: request_log.RequestLog, one: request_log.Request, files: dict) -> Path:
        if one.study == SEND:
            raise OSError("the disk is full")
        return add(log, one, files)

    monkeypatch.setattr(request_log, "add", failing)
    assert cli.main(["request", *HEALTH]) == 1
    said = place.captured.readouterr().err
    (made,) = request_log.read(place.data).requests
    assert f"Made, and in the request log: {made.request_id}. Then it was broken off" in said
    assert "the disk is full" in said
    assert "No request was made" not in said


def test_what_the_request_log_could_not_read_again_is_not_written(place: Place) -> None:
    place.request(*HEALTH)
    log = request_log.read(place.data)
    (one,) = log.requests
    before = place.files()
    with pytest.raises(request_log.RequestLogError, match="cannot hold this study"):
        request_log.add(log, replace(one, request_id="another", study="early/years"), {})
    assert place.files() == before
    people = place.data / "requests" / one.request_id / request_log.PEOPLE
    other = replace(one, request_id="another", study="early-years")
    request_log.add(log, other, {request_log.PEOPLE: people.read_bytes()})
    assert request_log.read(place.data).requests == (one, other)


def test_published_files_that_are_damaged_refuse_in_a_line(place: Place) -> None:
    (place.data / "research.duckdb").write_bytes(b"no database" * 1000)
    assert place.refusal(*HEALTH).startswith("what is published cannot be read")


def test_a_request_by_an_older_build_warns_of_birthdays_since(place: Place) -> None:
    place.request(*HEALTH)
    assert "a child may have come of age since" in place.captured.readouterr().err


def test_a_line_is_added_whole_or_not_at_all(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.request(*HEALTH)
    before = (place.data / "requests" / "request_log.csv").read_bytes()
    write = os.write

    def half(descriptor: int, content: bytes) -> int:
        if b",nhs_england," not in content:
            return write(descriptor, content)
        write(descriptor, content[: len(content) // 2])
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "write", half)
    assert cli.main(["request", *HEALTH]) == 1
    assert (place.data / "requests" / "request_log.csv").read_bytes() == before


# --------------------------------------------------------------------------------------------------
# Refusals
# --------------------------------------------------------------------------------------------------


def test_nothing_published_is_refused(place: Place) -> None:
    (place.data / "study.duckdb").unlink()
    assert "study.duckdb is not there: run `dbt build` first, to the end" in place.refusal(*HEALTH)


def test_a_folder_that_is_not_there_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDY_DATA", str(place.data / "nowhere"))
    assert "nowhere is not there: run `dbt build` first" in place.refusal(*HEALTH)


def test_what_an_older_studylink_published_is_refused(place: Place) -> None:
    place.change("study", "drop table intermediate.int_domains_requestable")
    assert "of an older studylink: run `dbt build`" in place.refusal(*HEALTH)


@pytest.mark.parametrize(
    ("supplier", "domain"),
    [
        ("nhs", "health"),
        ("nhs_england", "illness"),
        ("hmrc", "health"),
        ("nhs_england", "benefits"),
    ],
)
def test_what_nobody_delivers_is_refused_with_what_there_is(
    place: Place, supplier: str, domain: str
) -> None:
    assert place.refusal("--supplier", supplier, "--domain", domain) == (
        "nobody delivers that; --supplier and --domain can be dfe education, dwp benefits, "
        "hmrc employment_tax, nhs_england health"
    )


def test_a_domain_for_which_no_request_is_needed_is_refused(place: Place) -> None:
    refusal = place.refusal("--supplier", "ons", "--domain", "area")
    assert "area data needs no request" in refusal


@pytest.mark.parametrize(("supplier", "domain"), [("hmrc", "employment_tax"), ("dwp", "benefits")])
def test_a_request_about_nobody_or_only_about_the_pilot_is_refused(
    place: Place, supplier: str, domain: str
) -> None:
    refusal = place.refusal("--supplier", supplier, "--domain", domain)
    assert refusal.startswith(f"there is nobody to ask {supplier} about: nobody outside the pilot")


def test_no_key_is_refused_and_says_where_it_was_looked_for(place: Place) -> None:
    keys = place.data / "keys"
    (keys / "nhs_england.asc").unlink()
    refusal = place.refusal(*HEALTH)
    assert f"looked for {keys}/nhs_england.asc and {keys}/nhs_england.pgp" in refusal


def without_encryption(key: Tsk) -> bytes:
    """The public key of a pair without the subkey that encrypts."""
    kept: list[bytes] = []
    for packet in PacketPile.from_bytes(bytes(key.extract_certificate())):
        if packet.tag == Tag.PublicSubkey:
            kept.append(b"")
        kept.append(bytes(packet))
    # a subkey and what binds it stand together, and that which encrypts is the last
    return b"".join(kept[: len(kept) - kept[::-1].index(b"") - 1])


def expired() -> object:
    key = Tsk.generate("expired", validity_seconds=1).extract_certificate()
    sleep(1.1)
    return key


def revoked(agency: Tsk) -> bytes:
    key = agency.extract_certificate()
    return bytes(key) + bytes(key.revoke(agency.certifier()))


SUBKEY_EXPIRED = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawfbsBYJKwYBBAHaRw8BAQdABYI4SN4KMBeowLiRER9bPRUgwgyAdWlxplt+
HfL75r20EHN1YmV4cCA8YkB4Lm9yZz6IkAQTFggAOBYhBDzHhgHoQGUh26mSSPfD
OnKMe99lBQJrB9uwAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEPfDOnKM
e99lHz0A/iPsaQKsLXjtWc8WV5FUuNfoeShHuLOiJLvbi0g0S9LWAQDawyUwnDTb
oqAzhJOxvoB7mIWGNxzrmYVWrRkz3EDCCrg4BGsH27ASCisGAQQBl1UBBQEBB0D4
r1OOJEa7+3a7m+2ef4+2I/k+/AvQpGAzZ2L+NCGLFAMBCAeIfgQYFggAJhYhBDzH
hgHoQGUh26mSSPfDOnKMe99lBQJrB9uwAhsMBQkAAAADAAoJEPfDOnKMe99lTDgA
/AoVk4Y292ziiipEdsv9OVGdmDW4+1m5yFVkWH2GAtonAQD3rFGKUGzToKrEXLLi
a0Hjk9daO4BKL84+lhrqsSttBQ==
=SpL0
-----END PGP PUBLIC KEY BLOCK-----
"""

BAD_KEYS: dict[str, tuple[Callable[[Tsk], object], str]] = {
    "nothing": (lambda _: b"", "is no OpenPGP key"),
    "text": (lambda _: b"The key comes by post.\n", "is no OpenPGP key"),
    "broken armour": (lambda key: str(key.extract_certificate()).encode()[:300], "is no OpenPGP"),
    "a message": (
        lambda key: pysequoia.encrypt(b"x", recipients=[key.extract_certificate()]),
        "is no OpenPGP key",
    ),
    "a secret key": (str, "holds a secret key, which nobody but the supplier may have"),
    "a binary secret key": (bytes, "holds a secret key"),
    "two keys": (
        lambda key: (
            bytes(key.extract_certificate()) + bytes(Tsk.generate("b").extract_certificate())
        ),
        "holds 2 keys",
    ),
    "an expired key": (lambda _: expired(), "expired at 20"),
    "a revoked key": (revoked, "was revoked"),
    "a key for signing alone": (without_encryption, "cannot encrypt"),
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_anything_but_a_good_public_key_is_refused(place: Place, kind: str) -> None:
    make, expected = BAD_KEYS[kind]
    content = make(place.agency)
    file = place.data / "keys" / "nhs_england.asc"
    file.write_bytes(content if isinstance(content, bytes) else str(content).encode())
    refusal = place.refusal(*HEALTH)
    assert expected in refusal
    assert str(file) in refusal


def test_a_key_whose_only_subkey_for_encrypting_has_expired_is_refused(tmp_path: Path) -> None:
    """The library itself would encrypt to it; made by GnuPG, its subkey good for three seconds."""
    key = pysequoia.Cert.from_bytes(SUBKEY_EXPIRED.encode())
    assert key.expiration is None
    assert pysequoia.encrypt(b"", recipients=[key])
    (tmp_path / "dwp.asc").write_text(SUBKEY_EXPIRED)
    with pytest.raises(openpgp.KeyRefused, match="cannot encrypt"):
        openpgp.public_key(tmp_path, "dwp")


def test_two_files_for_one_supplier_are_refused(place: Place) -> None:
    place.put_key(place.agency.extract_certificate(), form="pgp")
    assert "are both there: keep the one that is in use" in place.refusal(*HEALTH)


def test_another_moment_than_the_builds_is_refused_with_the_build_that_it_needs(
    place: Place,
) -> None:
    refusal = place.refusal(*HEALTH, "--as-of", "2024-12-02T00:00:00Z")
    assert f"the published build is as of {AS_OF}" in refusal
    assert "dbt build --vars '{as_of: \"2024-12-02T00:00:00Z\"}'" in refusal


def test_a_moment_in_the_future_is_refused(place: Place) -> None:
    """Until then somebody may say no."""
    refusal = place.refusal(*HEALTH, "--as-of", "2999-01-01T00:00:00Z")
    assert "2999-01-01T00:00:00Z is in the future" in refusal
    place.change("study", "update governance.published_build set as_of = timestamp '2999-01-01'")
    refusal = place.refusal(*HEALTH)
    assert "2999-01-01T00:00:00Z is in the future" in refusal
    assert "run `dbt build` as of now or earlier" in refusal


@pytest.mark.parametrize("text", ["yesterday", "2024-12-01T12:00:00+01:00"])
def test_anything_but_a_moment_is_refused(place: Place, text: str) -> None:
    assert "--as-of is not a UTC timestamp" in place.refusal(*HEALTH, "--as-of", text)


def test_a_build_for_a_moment_before_the_newest_statement_is_refused(place: Place) -> None:
    newest = "update governance.published_build set newest_statement_at = "
    place.change("study", f"{newest} as_of + interval 1 second")
    assert "up to 2024-12-01T12:00:01Z, and it may be a no" in place.refusal(*HEALTH)
    # what was said at the very moment is known to the build
    place.change("study", f"{newest} as_of")
    place.request(*HEALTH)


def test_a_build_knows_the_newest_statement_of_all(place: Place) -> None:
    landing = landing_of(list(WORLDS.values()))
    said = [
        row[column]
        for path, rows in landing.items()
        for table, column in (("permissions", "answered_at"), ("requests", "received_at"))
        if path.endswith(f"/{table}")
        for row in rows
        if row[column].endswith("Z")
    ]
    (row,) = project.study_rows(
        place.data,
        "select strftime(newest_statement_at, '%Y-%m-%dT%H:%M:%SZ') "
        "from governance.published_build",
    )
    assert row == (max(said),)


@pytest.mark.parametrize("table", ["participants", "permissions", "requests"])
@pytest.mark.parametrize("study", [FIVE, SEND])
def test_a_landing_that_has_moved_on_since_the_build_is_refused(
    place: Place, study: str, table: str
) -> None:
    """Or yesterday's permission would send today's refuser."""
    file = place.extracts / "surveys" / study / f"{table}.csv"
    content = file.read_bytes()
    for changed in (content + b"\n", content.replace(b",", b", ", 1)):
        file.write_bytes(changed)
        assert "no longer those of the published build: run `dbt build`" in place.refusal(*HEALTH)
    file.unlink()
    assert "no longer those of the published build" in place.refusal(*HEALTH)
    # the same bytes again are the same landing
    file.write_bytes(content)
    place.request(*HEALTH)


def test_what_permission_does_not_depend_on_may_be_landed_meanwhile(place: Place) -> None:
    file = place.extracts / "nhs_england" / "gp_events.csv"
    file.write_bytes(file.read_bytes() + b"D9,mother,2024-01-02,22298006,P81001\n")
    place.request(*HEALTH)


def test_another_vault_key_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_VAULT_KEY", "another key")
    assert "made with another vault key" in place.refusal(*HEALTH)


def test_another_pseudonym_key_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", "another key")
    assert "made with another pseudonym key" in place.refusal(*HEALTH)


def test_while_a_build_is_at_work_a_request_is_refused(place: Place) -> None:
    lock = databases.lock(place.data)
    try:
        assert "another build or request is at work" in place.refusal(*HEALTH)
    finally:
        os.close(lock)
    place.request(*HEALTH)


# --------------------------------------------------------------------------------------------------
# The request log, read by a build
# --------------------------------------------------------------------------------------------------


def laid(data: Path, table: str) -> list[tuple]:
    with duckdb.connect() as connection:
        request_log.create_tables(connection, request_log.read(data))
        return connection.execute(f"from landing.request_log.{table} order by all").fetchall()


def test_a_build_finds_every_request_and_who_was_in_it(place: Place) -> None:
    assert laid(place.data, "outbound_requests") == laid(place.data, "people_requested") == []
    (first,) = place.request(*HEALTH)
    (second,) = place.request("--supplier", "dfe", "--domain", "education")
    lines = (place.data / "requests" / "request_log.csv").read_text().splitlines()[1:]
    assert laid(place.data, "outbound_requests") == sorted(tuple(line.split(",")) for line in lines)
    assert laid(place.data, "people_requested") == sorted(
        (folder.name, token)
        for folder in (first, second)
        for token in (folder / "people.csv").read_text().splitlines()[1:]
    )


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


BROKEN: dict[str, tuple[str, Callable[[str], str], str]] = {
    "no header": ("request_log.csv", lambda text: text.split("\n", 1)[1], "line 1: it should be"),
    "empty": ("request_log.csv", lambda text: "", "line 1: it should be"),
    "another column": ("request_log.csv", replaced("people", "persons"), "line 1: it should be"),
    "a value more": ("request_log.csv", lambda text: f"{text[:-1]},x\n", "line 2: 11 values"),
    "cut short": ("request_log.csv", lambda text: text[:-1], "line 2: it was cut short"),
    "twice": (
        "request_log.csv",
        lambda text: text + text.split("\n", 1)[1],
        "line 3: its request_id is in an earlier line",
    ),
    "no instant": ("request_log.csv", replaced("T12:00:00Z", ""), "line 2: as_of cannot be read"),
    "a path": ("request_log.csv", replaced(f"\n{FIVE}-", "\n../"), "line 2: request_id cannot be"),
    "other people": ("request_log.csv", replaced(",5,", ",6,"), "does not hold 6 different tokens"),
    "no people": ("request_log.csv", replaced(",5,", ",0,"), "line 2: people cannot be read"),
    "a person less": ("people.csv", lambda text: text[:-33], "does not hold 5 different tokens"),
    "a person twice": (
        "people.csv",
        lambda text: text[:-33] + text[7:40],
        "does not hold 5 different tokens",
    ),
    "a name": (
        "people.csv",
        lambda text: f"{text[:-33]}{SURNAME}\n",
        "does not hold 5 different tokens",
    ),
    "columns": ("people.csv", lambda text: text.replace("\n", ",x\n"), "does not hold 5 different"),
    "not UTF-8": ("people.csv", lambda text: f"{text[:-2]}\udcff\n", "does not hold 5 different"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_request_log_that_was_changed_is_refused_with_the_place(place: Place, kind: str) -> None:
    (folder,) = place.request(*HEALTH)
    place.captured.readouterr()
    name, change, expected = BROKEN[kind]
    file = folder / name if name == "people.csv" else folder.parent / name
    file.write_bytes(change(file.read_text()).encode(errors="surrogateescape"))
    with pytest.raises(request_log.RequestLogError) as broken:
        request_log.read(place.data)
    message = str(broken.value)
    assert expected in message
    assert str(file if name == "people.csv" or "tokens" not in expected else folder) in message
    assert SURNAME not in message
    # nor is anything asked for on top of it
    assert expected in place.refusal(*HEALTH)


def test_a_missing_file_of_people_is_reported(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    (folder / "people.csv").unlink()
    with pytest.raises(request_log.RequestLogError, match=r"people\.csv, the file is missing"):
        request_log.read(place.data)


def test_a_build_stops_at_a_broken_request_log_and_reads_a_good_one(place: Place) -> None:
    (folder,) = place.request(*HEALTH)
    query = (
        "select count(*) as asked from {{ ref('stg_request_log__outbound_requests') }} as requests "
        "inner join {{ ref('stg_request_log__people_requested') }} using (request_id) "
        f"where as_of = {{{{ as_of() }}}} and people = {len(ASKED_OF_NHS_ENGLAND)}"
    )
    (folder.parent / "never finished").mkdir()
    done = project.dbt("show", place.extracts, place.data, AS_OF, "--inline", query)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "never finished has no line in request_log.csv" in done.stdout
    assert f"|     {len(ASKED_OF_NHS_ENGLAND)} |" in done.stdout
    (folder / "people.csv").unlink()
    before = place.files()
    done = project.dbt("build", place.extracts, place.data, AS_OF)
    assert done.returncode != 0
    assert "people.csv, the file is missing" in done.stdout
    assert databases.path(place.data, "study").stat().st_size == before[place.data / "study.duckdb"]
