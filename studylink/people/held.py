"""Everything held on a person, wherever it lies, with what is about other people taken out.

Rows are found by the person's id in every landed table and every table of `vault` and `study`, by
their research ids in `research`, and by their tokens in the log and registers under `STUDY_DATA`. A
table that is added is found in the same way, and needs nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from studylink import contract, databases, progress
from studylink.contract import LandedTable
from studylink.people import access_register
from studylink.people.opening import NAMES_PEOPLE, Opened, Person
from studylink.release import shared
from studylink.requests import request_log

WITHHELD = "[withheld]"
STAFF = "[a member of staff]"
ABOUT_OTHERS = ("is_family_withheld",)
"""Columns that show what somebody else in the family asked for."""
OF_PUPILS = ("pupil_", "differences")
"""How columns begin that describe a pupil who may be somebody else."""
PSEUDONYM = "pseudonym"
"""The class of a research column that is left out; elsewhere its name ends in `research_id`."""

REASONS_TO_WITHHOLD = (
    "Other people go by their place in the family. Their ids, and everything that identifies them, "
    "are left out.",
    "What somebody else in the family answered in a survey is theirs, even where a question was "
    "about you. So are columns that were computed from it, or from other people's records.",
    "What somebody else said about whether your records may be linked is about you too: it is "
    "shown, with their place in the family.",
    "What you said about others is shown, with their place in the family. The new value of a "
    "correction is shown only where it is yours.",
    "The national register of pupils holds everybody's children. Only the entry that was found to "
    "be yours is shown, and no entry that you were compared with.",
    "Names of staff are left out.",
    "The codes under which researchers see you, your family, your school or your area are left "
    "out: with them, somebody could find you, and others, among what researchers have.",
    "Working copies of the tables for researchers, row by row the same, are not repeated, nor are "
    "backups.",
)


StoredTable = tuple[str, str, str]
"""Database, schema and name."""


@dataclass(frozen=True)
class Section:
    """Rows that are held in one place.

    `group` is a key of `GROUPS`, `held_in` the table or file, `description` what its rows are, and
    `meanings` what columns mean, where that is known.
    """

    group: str
    held_in: str
    description: str
    rows: list[dict]
    meanings: dict[str, str] = field(default_factory=dict)


WORKING = "working"
GROUPS = {
    "identity": "Who you are, as we have it",
    "handed in": "What you and your family told the study",
    "records": "Records about you that other bodies sent",
    "given": "To whom something about you was given",
    "researchers": "What researchers can open, under a code instead of your name",
    WORKING: "The study's own working tables",
}
"""The parts of what is held, in the order in which they are shown, and their headings."""
GROUP_OF_KIND = {
    **dict.fromkeys(contract.KINDS, "handed in"),
    **dict.fromkeys(
        (contract.AGENCY_RECORDS, contract.PUPIL_RECORDS, contract.REGISTER), "records"
    ),
    contract.GOVERNANCE: "given",
}
"""Where the rows of a landed table are shown; what a clerk decided is shown with who they are."""


class Held:
    """What is held on one person; `sections` finds it."""

    def __init__(self, opened: Opened, person: Person):
        self.opened, self.person = opened, person
        self.named = {"study": person.study, "person": person.participant_id}

    def sections(self) -> Iterator[Section]:
        """Every place that holds something, with its rows, in the order of `GROUPS`."""
        tables: list[LandedTable | StoredTable] = [*contract.landed_tables(), *self._tables()]
        found: list[Section] = []
        for table in progress.shown(tables, "looking"):
            section = (
                self._landed(table) if isinstance(table, LandedTable) else self._stored(*table)
            )
            if section and section.rows:
                found.append(section)
        found += [section for section in self._given() if section.rows]
        order = list(GROUPS)
        yield from sorted(found, key=lambda one: order.index(one.group))

    @cached_property
    def _pupils(self) -> list[str]:
        """The pupil matching references that were found to be theirs."""
        rows = self.opened.rows(
            "select pupil_matching_ref from vault.main.pupil_matches "
            "where study = $study and participant_id = $person",
            **self.named,
        )
        return [row["pupil_matching_ref"] for row in rows]

    @cached_property
    def _research_ids(self) -> list[str]:
        rows = self.opened.rows(
            "select unnest([research_id, record_research_id]) as id from vault.main.pseudonyms "
            "where study = $study and participant_id = $person",
            **self.named,
        )
        return [row["id"] for row in rows]

    @cached_property
    def _requests(self) -> set[str]:
        """The requests that cover them."""
        rows = self.opened.rows(
            "select request_id from laid.int_requests_covering "
            "where study = $study and participant_id = $person",
            **self.named,
        )
        return {row["request_id"] for row in rows}

    @cached_property
    def _is_alone(self) -> bool:
        """Whether nobody in another study has their id, so that a row without study is theirs."""
        rows = self.opened.rows(
            "select 1 from laid.participants_known "
            "where study != $study and participant_id = $person",
            **self.named,
        )
        return not rows

    def _landed(self, table: LandedTable) -> Section | None:
        """Their rows of a landed table, as they were landed, whatever is wrong with them."""
        people = [column for column in table.columns if column in NAMES_PEOPLE]
        known: dict[str, object] = {}
        if people:
            whose = [f"{column} = $person" for column in people]
            known["person"] = self.person.participant_id
            if table.kind == contract.STATEMENTS and "request_id" in table.columns:
                whose.append("list_contains($requests, request_id)")
                known["requests"] = sorted(self._requests)
            where = f"({' or '.join(whose)}) and {self._of_study(table)}"
            known["study"] = self.person.study
        elif "pupil_matching_ref" in table.columns:
            where = "list_contains($pupils, pupil_matching_ref)"
            known["pupils"] = self._pupils
        else:
            return None
        rows = self.opened.rows(
            f"select {', '.join(table.columns)} from landing.{table.schema}.{table.name} "
            f"where {where} order by all",
            **known,
        )
        group = GROUP_OF_KIND[table.kind]
        if table.schema == "surveys" and table.kind == contract.GOVERNANCE:
            group = "identity"
        return Section(
            group=group,
            held_in=table.landed_as.replace("*", self.person.study),
            description=table.description,
            rows=[self._without_others(row) for row in rows],
            meanings={column.name: column.description for column in table.declared},
        )

    def _of_study(self, table: LandedTable) -> str:
        """Whether a row is of their study; one that does not say so is, where nobody else's is."""
        if "study" in table.columns:
            known = "study in (select study from study.policy.studies)"
            return f"(study = $study or ({self._is_alone} and {known} is not true))"
        deliveries = "select delivery_id from study.intermediate.int_deliveries"
        return (
            f"(delivery_id in ({deliveries} where study = $study) or "
            f"({self._is_alone} and (delivery_id in ({deliveries} where study is not null)) "
            "is not true))"
        )

    def _tables(self) -> list[StoredTable]:
        """The stored tables with rows about single people."""
        rows = self.opened.rows(
            """
            select database_name, schema_name, table_name,
                list(column_name order by column_index) as columns
            from duckdb_columns()
            inner join duckdb_tables() using (database_name, schema_name, table_name)
            where
                database_name in ('vault', 'study')
                or (database_name = 'research' and schema_name = $study)
            group by all
            having
                list_contains(columns, 'study') and list_contains(columns, 'participant_id')
                or (database_name = 'research' and list_contains(columns, 'research_id'))
            order by database_name, schema_name, table_name
            """,
            study=self.person.study,
        )
        return [(row["database_name"], row["schema_name"], row["table_name"]) for row in rows]

    def _stored(self, database: str, schema: str, table: str) -> Section:
        """Their rows of a table in one of the three databases."""
        place = f"{database}.{schema}.{table}"
        if database == "research":
            rows = self.opened.rows(
                f"select * from {place} where list_contains($ids, research_id) order by all",
                ids=self._research_ids,
            )
            described = self.opened.rows(
                """
                select column_name, description, source, class
                from research.about.columns
                where table_schema = $schema and table_name = $table
                """,
                schema=schema,
                table=table,
            )
            theirs = [
                row["column_name"]
                for row in described
                if self._is_of_another(row["column_name"], row["source"])
            ]
            codes = {row["column_name"] for row in described if row["class"] == PSEUDONYM}
            return Section(
                group="researchers",
                held_in=place,
                description="",
                rows=[
                    {
                        name: value
                        for name, value in self._without_others(row).items()
                        if name not in codes
                    }
                    | dict.fromkeys(theirs, WITHHELD)
                    for row in rows
                ],
                meanings={row["column_name"]: row["description"] for row in described},
            )
        rows = self.opened.rows(
            f"select * from {place} where study = $study and participant_id = $person order by all",
            **self.named,
        )
        group = "identity" if (database, table) == ("vault", "identities") else WORKING
        return Section(group, place, "", [self._without_others(row) for row in rows])

    def _is_of_another(self, column: str, source: str | None) -> bool:
        """Whether a research column was computed from what others answered, or from their records.

        Children's tables hold what parents answered and earned; in adults' all is their own.
        """
        if self.person.themself.role != "child" or not source:
            return False
        answers = {
            f"{table.schema}.{table.name}"
            for table in contract.of_kind(contract.ANSWERS)
            if table.answers_of != "child"
        }
        return column.startswith("parents_") or source.rpartition(".")[0] in answers

    def _without_others(self, row: dict) -> dict:
        """A row without what is about somebody else."""
        person = self.person
        kept = {name: value for name, value in row.items() if not name.endswith("research_id")}
        is_another_pupil = row.get("pupil_matching_ref") not in (None, *self._pupils)
        for column, value in kept.items():
            if value is None:
                continue
            if column in (*NAMES_PEOPLE, "child_participant_id"):
                if value != person.participant_id:
                    kept[column] = f"[{person.called(value)}]"
            elif column == "decided_by":
                kept[column] = STAFF
            elif (
                column in ABOUT_OTHERS
                or (column == "new_value" and row["request_id"] not in self._requests)
                or (is_another_pupil and column.startswith(OF_PUPILS))
            ):
                kept[column] = WITHHELD
        return kept

    def _given(self) -> Iterator[Section]:
        """What was sent to agencies to find their records, and what they were given before."""
        log = request_log.read(self.opened.data)
        request_log.create_tables(self.opened.connection, log)
        yield Section(
            group="given",
            held_in="requests",
            description=(
                "Files of names, addresses, dates of birth and sex that an agency was sent, to "
                "find the records of those in them. You were in each of these."
            ),
            rows=self.opened.rows(
                """
                select requests.supplier, requests.domain, requests.as_of, requests.written_at
                from landing.request_log.outbound_requests as requests
                inner join landing.request_log.people_requested as people
                    on requests.request_id = people.request_id
                where requests.study = $study and people.person = $token
                order by all
                """,
                study=self.person.study,
                token=self._token(request_log.PERSON_KIND),
            ),
        )
        yield Section(
            group="given",
            held_in="releases/register.csv",
            description=(
                "What research projects were given about you, under codes of their own: the "
                "project, the day, and the kind of record."
            ),
            rows=[
                {column: row[column] for column in ("project_id", "shared_at", "domain")}
                for row in shared.register(self.opened.data).read()
                if row["study"] == self.person.study
                and row["person"] == self._token(shared.PERSON_KIND)
            ],
        )
        yield Section(
            group="given",
            held_in="access/register.csv",
            description="Packs like this one that were made before.",
            rows=[
                {column: row[column] for column in ("pack_id", "as_of", "given_at")}
                for row in access_register.register(self.opened.data).read()
                if row["study"] == self.person.study
                and row["person"] == self._token(access_register.PERSON_KIND)
            ],
        )

    def _token(self, kind: str) -> str:
        """What stands for the person in the log or register that has pseudonyms of this kind."""
        return databases.pseudonym(self.person.study, kind, self.person.participant_id)
