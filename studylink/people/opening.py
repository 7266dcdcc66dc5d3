"""The published build and the landed files that it was made from, opened to look somebody up.

What was said lies in the landed files, and the views of `study` and `vault` read it there; what was
decided lies in their tables. Nothing is decided here, and nothing is shown that is of two builds.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import duckdb

from studylink import databases, landing, progress, published
from studylink.register import RegisterError
from studylink.requests import openpgp, request_log

STATEMENTS_OF = ("surveys", "governance")
"""The source schemas whose tables hold what people said and what was delivered."""
ROLES = {
    "child": "the child",
    "mother": "the mother",
    "father": "the father",
    "parental_carer": "the parental carer",
}
"""A family member as one who may not be named is called."""
NAMES_PEOPLE = ("participant_id", "given_by", "records_of", "made_by", "about", "said_by")


class Refused(Exception):
    """A question is not answered; the message says why and what would remedy it."""


@dataclass(frozen=True)
class Member:
    """One of a family, as the build knows them; `decides_from` is null only for nobody known."""

    participant_id: str
    role: str
    number: int
    has_parental_responsibility: bool
    decides_from: datetime


@dataclass(frozen=True)
class Person:
    """A participant, with everybody in their family, themself included."""

    study: str
    participant_id: str
    family_id: str
    is_erased: bool
    family: tuple[Member, ...]

    @cached_property
    def themself(self) -> Member:
        """The person as one of their family."""
        return next(one for one in self.family if one.participant_id == self.participant_id)

    def called(self, participant_id: str | None) -> str:
        """What to call somebody who may not be named, as the person's own papers call them."""
        for member in self.family:
            if member.participant_id == participant_id:
                if participant_id == self.participant_id:
                    return "you"
                if member.role == self.themself.role:
                    return ROLES[member.role].replace("the ", "another ")
                return ROLES[member.role]
        return "somebody outside the family" if participant_id else "a family member who was erased"


@dataclass(frozen=True)
class Opened:
    """A connection with `vault`, `study`, `research` and `landing`, and what it is of."""

    connection: duckdb.DuckDBPyConnection
    data: Path
    extracts: Path
    as_of: datetime

    def rows(self, sql: str, **values: object) -> list[dict]:
        """What a query with named parameters finds, each row by the names of its columns.

        A view over landed files that is named as `laid.<view>` is read once, whatever asks for it.
        """
        views = sorted(set(re.findall(r"\blaid\.(\w+)", sql)))
        if views:
            landing.create_transient_views(self.connection)
        for view in progress.shown(views, "reading what was landed"):
            ((place,),) = self.connection.execute(
                "select database_name || '.' || schema_name from duckdb_views() "
                "where view_name = ? and schema_name != 'transient'",
                [view],
            ).fetchall()
            self.connection.execute(
                f"create table if not exists laid.{view} as from {place}.{view}"
            )
        cursor = self.connection.execute(sql, values)
        names = [name for name, *_ in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def person(self, study: str, participant_id: str) -> Person:
        """The participant of a study; raises `Refused` where it has none with that id."""
        studies = [row["study"] for row in self.rows("select study from study.policy.studies")]
        if study not in studies:
            raise Refused(f"there is no such study; --study can be {', '.join(sorted(studies))}")
        family = self.rows(
            """
            select member.*
            from laid.family_members as member
            inner join laid.participants_known as person
                on member.study = person.study and member.family_id = person.family_id
            where person.study = $study and person.participant_id = $person
            order by member.member_number
            """,
            study=study,
            person=participant_id,
        )
        if not family:
            raise Refused(
                f"{study} has no participant with that id, or their landed row is quarantined: "
                "look at the id, and at governance.quarantined_records in study.duckdb"
            )
        kept = self.rows(
            "select 1 from study.intermediate.int_participants "
            "where study = $study and participant_id = $person",
            study=study,
            person=participant_id,
        )
        return Person(
            study=study,
            participant_id=participant_id,
            family_id=family[0]["family_id"],
            is_erased=not kept,
            family=tuple(
                Member(
                    participant_id=one["participant_id"],
                    role=one["role"],
                    number=one["member_number"],
                    has_parental_responsibility=one["has_parental_responsibility"],
                    decides_from=one["decides_from"],
                )
                for one in family
            ),
        )


@contextmanager
def opened(schemas: Sequence[str] = STATEMENTS_OF) -> Iterator[Opened]:
    """What is published under `STUDY_DATA`, with the landed tables of these schemas.

    With those of all where none is named.

    Raises `Refused` where what was said has been landed anew since, and what `databases.connect`
    and `landing.read_landing` raise.
    """
    data, extracts = databases.data_folder(), databases.extracts_folder()
    with databases.connect(data) as connection:
        # nothing that is landed is spilled anywhere
        connection.execute("set temp_directory = ''")
        as_of, checksum = connection.execute(
            "select as_of, permissions_checksum from study.governance.published_build"
        ).fetchall()[0]
        landed = landing.read_landing(extracts, *schemas)
        if landing.permissions_checksum(landed) != checksum:
            raise Refused(
                f"participants, permissions or requests under {extracts}, or the policy seeds, are "
                "no longer those of the published build: run `dbt build`, then ask again"
            )
        landing.create_views(connection, landed)
        landing.create_transient_views(connection)
        connection.execute("create schema laid")
        yield Opened(connection, data, extracts, as_of)


def answered(question: Callable[[], int | None]) -> int:
    """Run a command; its exit code, which is 1 where it cannot answer and says in one line why."""
    try:
        return question() or 0
    except (
        Refused,
        published.NotCurrent,
        RegisterError,
        landing.LandingError,
        openpgp.KeyRefused,
        request_log.RequestLogError,
        OSError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    except duckdb.Error:
        # its own message might quote what a table holds
        print("what is published cannot be read: run `dbt build`", file=sys.stderr)
        return 1
