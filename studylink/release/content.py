"""What a release holds: the tables of its plan, re-keyed, and what describes them.

It is written into one empty database from what is published, so that everything else of a release
is made from that database alone. Every pseudonym is keyed again with a key of this release, so
that no two releases can be joined; rows stand in the order of the new ids, which says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import duckdb

from studylink import databases
from studylink.files import quoted
from studylink.pages import figures
from studylink.release.plan import JOIN_FAMILIES, PERSON, Plan, Tables, columns_of_people

RELEASE = "release"
"""The name under which the database of a release is attached while it is made."""
REKEYED = """
left(
    sha256(getvariable('hmac_opad') || unhex(sha256(
        getvariable('hmac_ipad') || encode({study} || '/' || {column})
    ))),
    32
)
"""
"""The pseudonym in a release of a pseudonym of the build: HMAC-SHA256 of study and pseudonym."""
NEVER_MISSING = "Never missing"
"""What `about.columns.missing` says of a column in which every value is there."""
PUBLIC_FIGURES = {"linkage_quality": "domain"}
"""Tables of counts that a study's schema holds beside its people, and their column of domains."""
DESCRIBED = {
    "release": (
        "What was released, to whom, on which terms and as of when. Grain: one row.",
        {
            "release_id": "The release.",
            "project_id": "The project that receives it.",
            "title": "Title of the project.",
            "organisation": "Organisation that carries out the project.",
            "access": "`secure` for a secure place, `safeguarded` for use under a licence.",
            "studies": "Studies in it, separated by semicolons.",
            "domains": "Domains of records in it, separated by semicolons.",
            "as_of": "The moment at which permissions are frozen, in UTC. What was said later is "
            "not in it.",
            "has_family_ids": "Whether it has ids by which members of a family group.",
            "is_invented": "Whether every row is invented, to write code on.",
            "purpose": "Purpose of the project.",
            "citation": "How to cite it.",
        },
    ),
    "denominators": (
        "Of how many people the records in it are. Grain: one row per study, domain and role. Fit "
        "for the public. {counts_in_words}.",
        {
            "study": "The study.",
            "domain": "Domain of records.",
            "role": "Whose records: a `child`, or an `adult` of the family.",
            "people": "People who could have been in: who take part, and whose linkage the study "
            "provides for.",
            "permitted": "Of these, people whose linkage is permitted.",
            "linked": "People whose records may be used; a linkage may have been stopped since.",
        },
    ),
    "left_out": (
        "What the tables of people of its studies have and the release does not. Grain: one row "
        "per column, and one per table of which it has only some years.",
        {
            "table_schema": "Schema of the table, a study.",
            "table_name": "Name of the table.",
            "column_name": "The column that is left out, or that shows the year of a row.",
            "reason": "Why it is left out, or which rows are.",
        },
    ),
}
"""What describes the tables that no build has: each table, and its columns. What becomes of counts
depends on the policy, and is put in where `{counts_in_words}` stands."""


@dataclass(frozen=True)
class Released:
    """The row of `about.release`."""

    release_id: str
    project_id: str
    title: str
    organisation: str
    access: str
    studies: str
    domains: str
    as_of: str
    has_family_ids: bool
    is_invented: bool
    purpose: str
    citation: str


def pseudonym_key(release_id: str, is_invented: bool = False) -> str:
    """The key of a release's pseudonyms, derived from the pseudonym key.

    A twin's is derived from the development key: anybody may have a twin, and make its families
    again, so that a real key could be tried against it.
    """
    key = databases.DEVELOPMENT_KEY if is_invented else databases.pseudonym_key()
    return databases.derived_key(key, f"release/{release_id}/pseudonyms")


def write(connection: duckdb.DuckDBPyConnection, plan: Plan, released: Released) -> None:
    """Fill the empty database that is attached as `release`.

    `study` and `research` of one build must be attached. Beside it the temporary table
    `release_ids` has the new id of every person, `study, research_id, release_id`.
    """
    key = pseudonym_key(released.release_id, released.is_invented)
    databases.set_pseudonym_key(connection, key)
    try:
        for study, tables in plan.tables.items():
            connection.execute(f"create schema {RELEASE}.{study}")
            for table, columns in tables.items():
                _write_table(connection, study, table, columns, plan)
        _write_ids(connection, plan.tables)
    finally:
        databases.set_pseudonym_key(connection)
    _write_about(connection, plan, released)


def records_shared(connection: duckdb.DuckDBPyConnection, tables: Tables) -> str:
    """A query of whom a release holds: `study, participant_id, domain`.

    The domain of those whose answers, or mere row among the participants, it holds is `answers`. A
    child's school years sum up the records of the child or, in domains in which no child is linked,
    of the adults of the family; what they sum up counts as held. `vault` and `study` must be
    attached, `release_ids` must be there.
    """
    domains = {
        (one.study, one.table, one.name): one.domain for one in columns_of_people(connection)
    }
    queries = []
    for study, of_study in tables.items():
        for table, columns in of_study.items():
            of_table = {domains[study, table, column] for column in columns} - {None}
            side = "record_research_id" if of_table else PERSON
            of_row = f"""
                select pseudonyms.study, pseudonyms.participant_id, pseudonyms.family_id
                from vault.main.pseudonyms
                inner join release_ids
                    on
                        pseudonyms.study = release_ids.study
                        and pseudonyms.{side} = release_ids.research_id
                where pseudonyms.study = {quoted(study)} and release_ids.release_id in (
                    select {PERSON} from {RELEASE}.{study}.{table}
                )"""
            if not of_table or table == "participants":
                queries.append(f"select study, participant_id, 'answers' as domain from ({of_row})")
            elif len(of_table) == 1 and table != "child_years":
                (domain,) = of_table
                queries.append(
                    f"select study, participant_id, {quoted(domain)} as domain from ({of_row})"
                )
            else:
                named = ", ".join(quoted(domain) for domain in sorted(map(str, of_table)))
                queries.append(
                    f"""
                    select linked.study, linked.participant_id, linked.domain
                    from study.intermediate.int_domains_linked as linked
                    inner join vault.main.pseudonyms
                        on
                            linked.study = pseudonyms.study
                            and linked.participant_id = pseudonyms.participant_id
                    inner join study.intermediate.int_participants as participants
                        on
                            linked.study = participants.study
                            and linked.participant_id = participants.participant_id
                    where
                        linked.domain in ({named})
                        and pseudonyms.family_id in (select family_id from ({of_row}))
                        and linked.study = {quoted(study)}
                        and participants.is_adult != exists (
                            select 1 from study.policy.linkage_policies as policies
                            where
                                policies.study = linked.study
                                and policies.domain = linked.domain
                                and policies.records_of_role = 'child'
                        )
                    """
                )
    return " union ".join(queries)


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    study: str,
    table: str,
    columns: Sequence[str],
    plan: Plan,
) -> None:
    """One table of people: its columns, its years, under new pseudonyms and in their order."""
    pseudonyms = _columns(connection, study, table, "class = 'pseudonym'")
    selected = ", ".join(
        f"{REKEYED.format(study=quoted(study), column=column)} as {column}"
        if column in pseudonyms
        else column
        for column in columns
    )
    order = ", ".join(sorted(columns, key=lambda column: column not in pseudonyms))
    first = _year_of(connection, study, table)
    cut = ""
    if plan.years and first:
        cut = "where left({}::varchar, 4)::integer between {} and {}".format(first, *plan.years)
    connection.execute(
        f"""
        create table {RELEASE}.{study}.{table} as
        from (select {selected} from research.{study}.{table} {cut}) order by {order}
        """
    )
    _comment(connection, f"research.{study}.{table}", f"{RELEASE}.{study}.{table}")


def _columns(
    connection: duckdb.DuckDBPyConnection, study: str, table: str, condition: str
) -> list[str]:
    """The columns of a research table whose description fulfils a condition, in their order."""
    return [
        column
        for (column,) in connection.execute(
            f"""
            select column_name from research.about.columns
            where table_schema = ? and table_name = ? and {condition} order by position
            """,
            [study, table],
        ).fetchall()
    ]


def _year_of(connection: duckdb.DuckDBPyConnection, study: str, table: str) -> str | None:
    """The column that shows the year in which a row begins; none where no row has one."""
    of_years = "(column_name in ('academic_year', 'tax_year') or unit = 'calendar year')"
    return next(iter(_columns(connection, study, table, of_years)), None)


def _write_ids(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """The new id of everyone of whom a published table of the plan has a row."""
    of_tables = " union ".join(
        f"select {quoted(study)} as study, {PERSON} from research.{study}.{table}"
        for study, of_study in tables.items()
        for table in of_study
    )
    connection.execute(
        f"""
        create or replace temp table release_ids as
        select study, {PERSON}, {REKEYED.format(study="study", column=PERSON)} as release_id
        from ({of_tables})
        """
    )


def _write_about(connection: duckdb.DuckDBPyConnection, plan: Plan, released: Released) -> None:
    connection.execute(f"create schema {RELEASE}.about")
    domains = [quoted(domain) for domain in released.domains.split(";")]
    studies = [quoted(study) for study in plan.tables]
    of_release = f"study in ({', '.join(studies)}) and domain in ({', '.join(domains)})"
    for study in plan.tables:
        for table, column in PUBLIC_FIGURES.items():
            _copy(
                connection,
                f"research.{study}.{table}",
                f"{study}.{table}",
                f"{column} in ({', '.join(domains)})",
            )
    _copy(connection, "study.governance.consent_flow", "about.consent_flow", of_release)
    _create(connection, "release", _row(asdict(released)))
    _create(connection, "denominators", _denominators(of_release))
    _create(connection, "left_out", _left_out(connection, plan, released))
    _copy(connection, "research.about.build", "about.build", "true")
    _create_like(connection, "coverage", _coverage(connection, plan.tables))
    _create_like(
        connection,
        "value_labels",
        f"""
        select labels.* from research.about.value_labels as labels
        semi join (from duckdb_columns() where database_name = '{RELEASE}') as held
            on
                labels.table_schema = held.schema_name
                and labels.table_name = held.table_name
                and labels.column_name = held.column_name
        order by all
        """,
    )
    # last, for it describes all of them, and itself
    _create_like(connection, "columns", "from research.about.columns where false")
    connection.execute(
        f"""
        insert into {RELEASE}.about.columns by name
        select
            held.schema_name as table_schema,
            held.table_name,
            held.column_name,
            held.column_index as position,
            coalesce(of_build.label, regexp_replace(split_part(held.comment, '. ', 1), '[.]$', ''))
                as label,
            coalesce(of_build.description, held.comment) as description,
            lower(held.data_type) as data_type,
            coalesce(of_build.class, 'plain') as class,
            coalesce(
                of_build.missing,
                if(held.data_type = 'BIGINT', 'Withheld, as a small count', '{NEVER_MISSING}')
            ) as missing,
            of_build.* exclude (
                table_schema, table_name, column_name, position, label, description, data_type,
                class, missing
            )
        from duckdb_columns() as held
        left join research.about.columns as of_build
            on
                held.schema_name = of_build.table_schema
                and held.table_name = of_build.table_name
                and held.column_name = of_build.column_name
        where held.database_name = '{RELEASE}'
        order by held.schema_name, held.table_name, held.column_index
        """
    )


def _copy(connection: duckdb.DuckDBPyConnection, source: str, name: str, kept: str) -> None:
    """Some rows of a published table, in their order, with its comments."""
    connection.execute(f"create table {RELEASE}.{name} as from {source} where {kept}")
    _comment(connection, source, f"{RELEASE}.{name}")


def _create_like(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """A table of the schema `about` that is made anew for what the release holds."""
    connection.execute(f"create table {RELEASE}.about.{table} as {query}")
    _comment(connection, f"research.about.{table}", f"{RELEASE}.about.{table}")


def _create(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """A table of the schema `about` that no build has."""
    description, columns = DESCRIBED[table]
    description = description.format(counts_in_words=figures.in_words())
    whole = f"{RELEASE}.about.{table}"
    connection.execute(f"create table {whole} as select {', '.join(columns)} from ({query})")
    comment(connection, whole, description, columns)


def comment(
    connection: duckdb.DuckDBPyConnection, table: str, description: str, columns: Mapping[str, str]
) -> None:
    """Give a table its description as a comment, and each of these columns its own."""
    connection.execute(f"comment on table {table} is {quoted(description)}")
    for column, of_column in columns.items():
        connection.execute(f"comment on column {table}.{column} is {quoted(of_column)}")


def _comment(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """Give a table, and those of its columns that it kept, the comments of another."""
    place = source.split(".")
    ((description,),) = connection.execute(
        "select comment from duckdb_tables() "
        "where (database_name, schema_name, table_name) = (?, ?, ?)",
        place,
    ).fetchall()
    columns = connection.execute(
        """
        select of_source.column_name, of_source.comment
        from duckdb_columns() as of_source
        semi join duckdb_columns() as of_target
            on
                of_source.column_name = of_target.column_name
                and (of_target.database_name, of_target.schema_name, of_target.table_name)
                = (?, ?, ?)
        where
            (of_source.database_name, of_source.schema_name, of_source.table_name) = (?, ?, ?)
        """,
        [*target.split("."), *place],
    ).fetchall()
    comment(connection, target, description, dict(columns))


def _row(row: Mapping[str, object]) -> str:
    """A row of text and truth values as a query."""
    return "select " + ", ".join(
        f"{str(value).lower() if isinstance(value, bool) else quoted(value)} as {column}"
        for column, value in row.items()
    )


def _denominators(of_release: str) -> str:
    """Counts of people by study, domain and role, rounded as all public figures are."""
    return f"""
        with

        people as (
            select
                linkages.study,
                linkages.domain,
                if(participants.is_adult, 'adult', 'child') as role,
                linkages.participant_id,
                bool_or(decisions.is_permitted) as is_permitted,
                bool_or(linked.participant_id is not null) as is_linked
            from study.intermediate.int_linkages as linkages
            inner join study.intermediate.int_participants as participants
                using (study, participant_id)
            left join study.intermediate.int_linkages_decided as decisions
                using (study, participant_id, domain)
            left join study.intermediate.int_domains_linked as linked
                using (study, participant_id, domain)
            where participants.is_active
            group by all
        ),

        counted as (
            select
                study,
                domain,
                role,
                count(*) as people,
                count(*) filter (is_permitted) as permitted,
                count(*) filter (is_linked) as linked
            from people
            group by all
        )

        select
            policies.study,
            policies.domain,
            policies.role,
            {figures.public_in_sql("people")} as people,
            {figures.public_in_sql("permitted")} as permitted,
            {figures.public_in_sql("linked")} as linked
        from (
            select distinct study, domain, records_of_role as role
            from study.policy.linkage_policies
            where {of_release}
        ) as policies
        left join counted using (study, domain, role)
        order by all
    """


def _left_out(connection: duckdb.DuckDBPyConnection, plan: Plan, released: Released) -> str:
    """What the release lacks of the tables of people of its studies, each with the reason."""
    out = []
    for column in columns_of_people(connection):
        tables = plan.tables.get(column.study)
        if tables is None or column.name in tables.get(column.table, ()):
            continue
        if column.name in JOIN_FAMILIES and not released.has_family_ids:
            reason = "Family ids are not needed for the project"
        elif column.domain and column.domain not in released.domains.split(";"):
            reason = f"Nothing of {column.domain} is released"
        else:
            reason = "Not in the plan"
        out.append((column.study, column.table, column.name, reason))
    for study, tables in plan.tables.items():
        for table in tables:
            first = _year_of(connection, study, table)
            if plan.years and first:
                reason = "Rows that begin before {} or after {}".format(*plan.years)
                out.append((study, table, first, reason))
    none = ", ".join(f"null::varchar as {name}" for name in DESCRIBED["left_out"][1])
    return " union all ".join(
        [f"select {none} where false", *(f"select {', '.join(map(quoted, row))}" for row in out)]
    )


def _coverage(connection: duckdb.DuckDBPyConnection, tables: Tables) -> str:
    """What each table of people holds, counted in the release itself."""
    queries = []
    for study, of_study in tables.items():
        for table, columns in of_study.items():
            periods = _columns(
                connection,
                study,
                table,
                f"""
                data_type = 'varchar'
                and (
                    column_name in ('academic_year', 'tax_year')
                    or column_name like '%\\_month' escape '\\'
                )
                and column_name in ({", ".join(map(quoted, columns))})
                """,
            )
            shown = periods[0] if periods else "null"
            queries.append(
                f"""
                select
                    {quoted(study)} as table_schema,
                    {quoted(table)} as table_name,
                    count(*) as rows_held,
                    min({shown})::varchar as first_period,
                    max({shown})::varchar as last_period
                from {RELEASE}.{study}.{table}
                """
            )
    return f"""
        select counted.*, coverage.deliveries
        from ({" union all ".join(queries)}) as counted
        left join research.about.coverage using (table_schema, table_name)
        order by all
    """
