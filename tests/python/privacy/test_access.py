"""Packs, receipts and letters hold all that they should, and nothing about anybody else."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pysequoia
import pytest
import pyzipper
from pysequoia import Tsk

from studylink import cli, databases
from studylink.people import access, access_register, opening, pack, receipt
from studylink.people.opening import Opened, Refused
from studylink.people.pack import Pack
from studylink.register import Register, RegisterError
from tests.python.lib.project import ROOT

SAMPLE = ROOT / "extracts" / "sample"
# of each kind, those of whom and of whose family most is held
PEOPLE = """
with

people as (
    select
        people.study,
        people.participant_id,
        people.role,
        (select count(*) from laid.int_permissions_checked as said
        where
            said.study = people.study
            and people.participant_id in (said.given_by, said.records_of)
        ) + 9 * (select count(*) from laid.int_requests_received as asked
        where asked.study = people.study and people.participant_id in (asked.made_by, asked.about)
        ) as rows
    from laid.family_members as people
    inner join vault.main.identities using (study, participant_id)
    where people.role != 'parental_carer'
)

select study, participant_id
from people
qualify row_number() over (partition by study, role order by rows desc, participant_id) = 1
union all
(
    select study, participant_id
    from vault.main.clerical_review
    order by study, participant_id
    limit 1
)
union all
(
    select study, participant_id
    from laid.int_requests_covering
    where request_type = 'erase'
    order by study desc, participant_id
    limit 1
)
"""
# what a person was landed with, or corrected since
OWN = """
select unnest([address_line_1, postcode, email, phone, upn, first_name, last_name]) as value
from landing.surveys.participants
where study = $study and participant_id = $person
union all
select new_value
from landing.surveys.requests
inner join laid.int_requests_covering as covering using (study, request_id)
where study = $study and covering.participant_id = $person
"""
# what names one person alone, and pupils with whom a child was compared
IDENTIFIERS = """
select study, participant_id, unnest([
    participant_id, email, phone, unique_pupil_number, address_line_1, postcode,
    research_id, record_research_id, pupil_matching_ref
]) as identifier
from vault.main.identities
left join vault.main.pseudonyms using (study, participant_id)
left join vault.main.pupil_matches using (study, participant_id)
union all
select study, null, pupil_matching_ref
from vault.main.clerical_review
"""


@pytest.fixture(scope="module")
def opened(built_sample: Path) -> Iterator[Opened]:
    """The sample, open as the command opens it, in a data folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDY_DATA", str(built_sample))
        patch.setenv("STUDY_EXTRACTS", str(SAMPLE))
        with opening.opened(schemas=()) as found:
            yield found


@pytest.fixture(scope="module")
def packs(opened: Opened) -> list[Pack]:
    """The packs of a child and of adults of each study, of a doubtful match, of somebody erased."""
    people = opened.rows(PEOPLE)
    assert len(people) == 8
    made = [
        access.made(opened, opened.person(one["study"], one["participant_id"])) for one in people
    ]
    assert any(one.is_erased for one in made)
    return made


@pytest.fixture
def data(built_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that has the sample's databases, and in which more may be written."""
    for name in databases.NAMES:
        databases.path(tmp_path, name).symlink_to(databases.path(built_sample, name))
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    monkeypatch.setenv("STUDY_EXTRACTS", str(SAMPLE))
    return tmp_path


def texts(value: object) -> Iterator[str]:
    """Every text in a pack's data."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif value is not None:
        yield str(value)


def values_of(opened: Opened, one: Pack) -> set[str]:
    """What names the person of a pack, among what was landed."""
    rows = opened.rows(OWN, study=one.study, person=one.participant_id)
    return {row["value"] for row in rows}


def test_no_pack_holds_an_identifier_of_anybody_else(opened: Opened, packs: list[Pack]) -> None:
    identifiers = opened.rows(IDENTIFIERS)
    assert len(identifiers) > 10_000
    for one in packs:
        own = {
            row["identifier"]
            for row in identifiers
            if (row["study"], row["participant_id"]) == (one.study, one.participant_id)
        }
        own |= values_of(opened, one)
        others = {row["identifier"] for row in identifiers} - own - {None, one.participant_id}
        for content in (one.data(), one.page()):
            words = {word.strip(".,;:") for word in re.split(r"[\s<>\"\[\](),]+", content)}
            assert len(words & others) == 0, (one.study, one.role)
        found = len(others & set(texts(json.loads(one.data()))))
        assert found == 0, (one.study, one.role)


def test_no_pack_holds_a_name_or_birthday_of_the_family(opened: Opened, packs: list[Pack]) -> None:
    for one in packs:
        family = opened.rows(
            """
            select participant_id, first_name, last_name, date_of_birth
            from vault.main.identities
            inner join laid.family_members as members using (study, participant_id)
            where study = $study and members.family_id in (
                select family_id from laid.family_members
                where study = $study and participant_id = $person
            )
            """,
            study=one.study,
            person=one.participant_id,
        )
        own = {
            str(value)
            for row in family
            if row["participant_id"] == one.participant_id
            for value in row.values()
        }
        own |= values_of(opened, one)
        others = {str(v) for row in family for k, v in row.items() if k != "date_of_birth"} - own
        held = json.loads(one.data())["held"]
        words = {word for text in texts(held) for word in text.split()}
        assert len(words & others) == 0, (one.study, one.role)
        birthdays = {str(row["date_of_birth"]) for row in family} - own
        shown = {row.get("date_of_birth") for section in held for row in section["rows"]}
        assert len(shown & birthdays) == 0, (one.study, one.role)


def test_a_pack_holds_every_landed_row_about_the_person(opened: Opened, packs: list[Pack]) -> None:
    """Counted in the files themselves, by the id alone."""
    rows = 0
    for one in packs:
        landed = json.loads(one.data())["held"]
        of_id = sum(
            one.participant_id in line
            for file in SAMPLE.rglob("*.csv")
            for line in file.read_text(encoding="utf-8").splitlines()
        )
        shown = sum(
            len(section["rows"])
            for section in landed
            if (SAMPLE / f"{section['held_in']}.csv").exists()
            and "pupil_matching_ref" not in section["rows"][0]
            and section["held_in"].rpartition("/")[2] != "requests"
        )
        asked = sum(
            one.participant_id in line
            for file in SAMPLE.rglob("requests.csv")
            for line in file.read_text(encoding="utf-8").splitlines()
        )
        assert shown == of_id - asked, (one.study, one.role)
        rows += shown
    assert rows > 150


def test_nothing_about_an_erased_person_is_in_a_database(packs: list[Pack]) -> None:
    (erased,) = (one for one in packs if one.is_erased)
    assert erased.sections and not erased.stories
    assert not any(section.held_in.startswith(databases.NAMES) for section in erased.sections)
    # by whom is not said: it may have been a parent
    assert "Erasure was asked for" in erased.page()


def test_a_page_names_agencies_as_people_do(packs: list[Pack]) -> None:
    """But for landed rows, which are shown as they were landed."""
    suppliers = {
        delivery.supplier for one in packs for story in one.stories for delivery in story.deliveries
    }
    assert len(suppliers) > 1
    for one in packs:
        decisions, _, _ = one.page().partition("<h2>Who you are")
        assert not [code for code in suppliers if f"<td>{code}</td>" in decisions]


def test_a_pack_opens_with_its_password_alone_and_is_on_record(
    data: Path, packs: list[Pack], capsys: pytest.CaptureFixture[str]
) -> None:
    one = packs[0]
    asked = ("access", "--study", one.study, "--participant", one.participant_id)
    assert cli.main(asked) == 0
    said = capsys.readouterr().out
    password = re.search(r"Password: (\S+)", said)[1]
    (file,) = (data / "access").glob("access-*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pyzipper.AESZipFile(file) as archive:
        assert {info.filename for info in archive.infolist()} == {pack.PAGE, pack.DATA}
        assert all(info.flag_bits & 1 for info in archive.infolist())
        archive.setpassword(b"another password")
        with pytest.raises(RuntimeError):
            archive.read(pack.DATA)
        archive.setpassword(password.encode())
        assert json.loads(archive.read(pack.DATA))["participant_id"] == one.participant_id
    (line,) = access_register.register(data).read()
    assert line["person"] == databases.pseudonym(one.study, "access", one.participant_id)
    assert one.participant_id not in (data / "access" / "register.csv").read_text()
    assert password not in "".join(map(str, data.rglob("*")))


def test_a_pack_on_record_answers_the_requests_of_its_person(
    data: Path, built_sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the model has it, at a moment after the pack: the sample's build is of one before."""
    model = next((built_sample / "target" / "compiled").rglob("requests/int_accesses_given.sql"))
    sql = re.sub(r"(?<=given_at <= timestamp ')[^']+", "2999-01-01 00:00:00", model.read_text())
    assert "2999" in sql
    with opening.opened(schemas=()) as opened:
        waiting = opened.rows(
            "select study, request_id, participant_id from laid.int_requests_covering "
            "where request_type = 'access' order by all limit 1"
        )
    (one,) = waiting
    asked = ("access", "--study", one["study"], "--participant", one["participant_id"])
    assert cli.main(asked) == 0
    assert one["request_id"] in capsys.readouterr().out
    with opening.opened(schemas=()) as opened:
        databases.set_pseudonym_key(opened.connection)
        access_register.register(data).create_table(opened.connection, "access_register", "packs")
        answered = [
            {name: row[name] for name in ("study", "request_id", "participant_id")}
            for row in opened.rows(sql)
        ]
    assert one in answered
    assert {row["participant_id"] for row in answered} == {one["participant_id"]}


def test_a_pack_for_a_key_opens_with_that_key(
    data: Path, packs: list[Pack], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the one in the file that is named, whatever lies beside it under a like name."""
    secret = Tsk.generate("a participant")
    (data / "theirs.key").write_text(str(secret.extract_certificate()))
    (data / "theirs.pgp").write_text(str(Tsk.generate("somebody else").extract_certificate()))
    one = packs[-1]
    asked = ("access", "--study", one.study, "--participant", one.participant_id)
    assert cli.main([*asked, "--to-key", str(data / "theirs.key")]) == 0
    assert secret.extract_certificate().fingerprint in capsys.readouterr().out
    (file,) = (data / "access").glob("*.pgp")
    opened = pysequoia.decrypt(file.read_bytes(), decryptor=secret.decryptor()).bytes
    assert pack.DATA.encode() in opened


def test_nothing_is_written_where_nothing_is_given(
    data: Path,
    packs: list[Pack],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = packs[0]
    for study, who, *more in (
        (one.study, "nobody"),
        (one.study, one.participant_id, "--to-key", str(data / "no.asc")),
    ):
        assert cli.main(["access", "--study", study, "--participant", who, *more]) == 1
        said = capsys.readouterr()
        assert len(said.err.splitlines()) == 1 and said.out == ""
    assert not (data / "access").exists()

    def broken(*_: object) -> None:
        raise RegisterError("the register is broken")

    monkeypatch.setattr(Register, "append", broken)
    asked = ("access", "--study", one.study, "--participant", one.participant_id)
    assert cli.main(asked) == 1
    assert "Password" not in capsys.readouterr().out
    assert not list((data / "access").iterdir())


def test_an_unknown_person_is_refused(opened: Opened) -> None:
    with pytest.raises(Refused, match="no participant"):
        opened.person("five_to_twelve", "")


def test_a_receipt_of_each_kind_says_what_was_done_and_names_nobody(opened: Opened) -> None:
    databases.set_pseudonym_key(opened.connection)
    kinds = opened.rows(
        """
        select *
        from study.governance.request_outcomes
        qualify row_number() over (
            partition by request_type, outcome order by study, request_id
        ) = 1
        """
    )
    assert len(kinds) > 10
    identifiers = {row["identifier"] for row in opened.rows(IDENTIFIERS)}
    for one in kinds:
        text = receipt.letter(opened, one["study"], one["request_id"])
        assert one["request_id"] in text
        assert len(set(re.split(r"[\s,.;()]+", text)) & identifiers) == 0
        undone = one["outcome"] in ("void", "open")
        assert ("What was done" in text) is not undone
        assert ("What remains" in text) is (not undone and one["request_type"] in receipt.REMAINS)
        assert ("cannot be recalled" in " ".join(text.split())) is (
            one["outcome"] == "honoured_already_shared"
        )


def test_a_request_without_an_outcome_has_no_receipt(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["receipt", "--study", "five_to_twelve", "--request", "nothing"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1


def test_letters_go_to_those_who_decide_now_and_to_those_who_soon_will(
    data: Path, opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the vault's address, which is the corrected one, and to nobody who is out altogether."""
    study = databases.path(data, "study")
    shutil.copyfile(study.resolve(), beside := study.with_suffix(".copy"))
    beside.replace(study)
    with duckdb.connect(str(study)) as connection:
        # the sample's last statements are later than the build of the tests
        connection.execute("update governance.published_build set newest_statement_at = as_of")
    secret = Tsk.generate("the printer")
    (data / "printer.key").write_text(str(secret.extract_certificate()))
    (data / "printer.asc").write_text(str(Tsk.generate("another").extract_certificate()))
    months = ("--months", "12")
    assert cli.main(["letters", "--due", *months, "--to-key", str(data / "printer.key")]) == 0
    (file,) = (data / "letters").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = pysequoia.decrypt(file.read_bytes(), decryptor=secret.decryptor()).bytes.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = opened.rows(
        """
        select identities.study, participant_id, address_line_1, postcode, decides_from,
            participant_id in (
                select participant_id from vault.main.due_to_be_asked as due
                where due.study = identities.study
            ) as is_due
        from vault.main.identities
        inner join study.intermediate.int_participants as people using (study, participant_id)
        where people.is_active and (
            is_due
            or (decides_from > $as_of and decides_from <= $as_of + to_months(12)
                and not people.is_pilot)
        )
        """,
        as_of=opened.as_of,
    )
    addressed = {
        (row["study"], row["participant_id"], row["letter"] == "due", row["postcode"])
        for row in rows
    }
    there_are = {
        (one["study"], one["participant_id"], one["is_due"], one["postcode"] or "")
        for one in expected
    }
    assert len(addressed ^ there_are) == 0
    assert {row["letter"] for row in rows} == {"due", "next"}
    said = capsys.readouterr().out
    assert len({row["participant_id"] for row in rows if row["participant_id"] in said}) == 0


def test_no_letters_go_to_those_who_may_have_said_no_since_the_build(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample's newest statement is later than the moment of this build."""
    (data / "printer.asc").write_text(str(Tsk.generate("the printer").extract_certificate()))
    assert cli.main(["letters", "--due", "--to-key", str(data / "printer.asc")]) == 1
    assert "it may be a no" in capsys.readouterr().err
    assert not (data / "letters").exists()


def test_no_letters_are_written_without_a_key(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["letters", "--due", "--to-key", str(data / "no.asc")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (data / "letters").exists()
