"""A place with a landing of two families, today's or tomorrow's, and a data folder to build in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.python.lib import project
from tests.python.lib.cases import AS_OF
from tests.python.lib.worlds import FIVE, SEND, World, write_landing

LONG = "1 High Street, " * 333_333 + "Leeds"
"""A value of 5 MB, in a name's place and in free text."""
SURNAMES = {FIVE: "Zzyzxovic", SEND: "Qwghlmian"}
KEYS = {
    "DBT_ENV_SECRET_VAULT_KEY": "a vault key made for this test alone",
    "DBT_ENV_SECRET_PSEUDONYM_KEY": "a pseudonym key made for this test alone",
}
FILES = [f"{name}.duckdb" for name in ("research", "study", "vault")]
TEST_THAT_MAY_FAIL = """
{{ config(group='identities', meta={'remedy': 'Say no more of names.'}) }}
select 'five_to_twelve.participants.remark' as research_column, count(*) as names_published
from {{ ref('identities') }}
where '{{ env_var('TURN_RED', 'no') }}' = 'yes' having count(*) > 0
"""
ERASED = "W00000-mother"
"""The participant id of whom tomorrow's landing erases."""
SCHOOL = "W00001-school"
"""The school that only the record shows which tomorrow's landing has deleted, in SEND Futures."""


def family(study: str, is_tomorrow: bool = False) -> World:
    """A mother and child who permit something, with an answer and a record.

    Tomorrow the mother is to be erased, in Five to Twelve, or to have the record deleted.
    """
    world, surname = World(), SURNAMES[study]
    world.add_participant(study, "mother", last_name=surname, address_line_1=LONG)
    child = world.add_participant(
        study,
        "child",
        last_name=surname,
        date_of_birth="2015-04-05",
        upn="UPN1" if study == FIVE else None,
    )
    world.add_pupil(child)
    world.add_permission(
        study,
        given_by="mother",
        records_of="child",
        domain="education",
        answers_of="family" if study == FIVE else "parent",
        answer="yes",
        answered_at="2023-11-01T12:00:00Z",
    )
    answers = world.add_answers(study, "mother", 1, "2023-11-01")
    answers["other_comments" if study == FIVE else "what_would_help"] = LONG
    world.add(
        "governance/deliveries",
        delivery_id="held",
        supplier="dfe",
        domain="education",
        received_at="2023-12-01T09:00:00Z",
    )
    world.add(
        "dfe/key_stage_2",
        delivery_id="held",
        pupil_matching_ref="pupil",
        academic_year="2022/23",
        read_score="104",
    )
    world.add(
        "dfe/pupil_census",
        delivery_id="held",
        pupil_matching_ref="pupil",
        academic_year="2022/23",
        school_urn="school",
    )
    if is_tomorrow:
        world.add_request(
            study,
            made_by="mother",
            about="mother" if study == FIVE else "child",
            scope="person",
            domain="all",
            request_type="erase" if study == FIVE else "delete_linked",
            received_at="2024-12-01T09:00:00Z",
        )
    return world


class Place:
    """The landing, the project and the data folder of these tests, and how to run dbt there."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.data = folder / "data"
        self.extracts = folder / "extracts"
        self.copy = project.copied(folder / "project")
        self.rows_from_nothing: dict[tuple[str, str, str], list[str]] = {}
        self.land()
        (self.copy / "tests" / "rules" / "fails_when_told_to.sql").write_text(TEST_THAT_MAY_FAIL)

    def land(self, is_tomorrow: bool = False) -> None:
        """Put the landing of today or tomorrow in the place of what is there."""
        write_landing([family(study, is_tomorrow) for study in SURNAMES], self.extracts)

    def dbt(
        self, command: str, *arguments: str, turn_red: bool = False
    ) -> subprocess.CompletedProcess[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TURN_RED", "yes" if turn_red else "no")
            return project.dbt(command, self.extracts, self.data, AS_OF, *arguments, root=self.copy)

    def build(self, turn_red: bool = False) -> subprocess.CompletedProcess[str]:
        return self.dbt("build", *project.WITHOUT_UNIT_TESTS, turn_red=turn_red)

    def published(self) -> dict[str, bytes]:
        """The bytes of the three files, as anybody would find them."""
        return {name: (self.data / name).read_bytes() for name in FILES}
