"""Twenty-one ways to let an identifier out, each a change that somebody might make.

A leak is a patch to a copy of the project: it builds, and would be published, if nothing saw it.
Most of them give `five_to_twelve.participants` one more column, `remark`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PARTICIPANTS = "models/intermediate/answers/int_participants_deidentified"
PARENTS = "models/intermediate/answers/int_parent_survey_deidentified"
PUPILS = "models/intermediate/records/int_pupil_census_deidentified"
IDENTITIES = """\
    inner join {{ ref('identities') }} as identities
        on
            participants_aged.study = identities.study
            and participants_aged.participant_id = identities.participant_id
"""
KEYS = """\
    inner join {{{{ ref('pseudonyms') }}}} as keys
        on {rows}.study = keys.study and {rows}.research_id = keys.{of}
"""
HOUSEHOLD = (
    """cast('0x' || left({{ pseudonym('keys.study', "'household'", 'keys.family_id') }}, 5)"""
    " as integer)"
)
PSEUDONYM = "{class: pseudonym, shape: pseudonym}"
HOOKS = "on-run-end: ["


@dataclass(frozen=True)
class Patch:
    """In one file of the project, `old` becomes `new`; a file without `old` is a new one."""

    file: str
    old: str
    new: str

    def apply(self, project: Path) -> None:
        """Patch a copy of the project; it is an error if what is to be replaced is not there."""
        file = project / self.file
        if self.old:
            text = file.read_text(encoding="utf-8")
            assert text.count(self.old) == 1, f"{self.file} has not one {self.old!r}"
            file.write_text(text.replace(self.old, self.new), encoding="utf-8")
        else:
            assert not file.exists()
            file.write_text(self.new, encoding="utf-8")


OPENED = Patch(
    "models/vault/identity/identities.yml",
    "  - name: identities\n",
    "  - name: identities\n    config: {access: protected}\n",
)


@dataclass(frozen=True)
class Leak:
    """One kind of leak, and the patches that plant it."""

    name: str
    patches: tuple[Patch, ...]

    def plant(self, project: Path) -> None:
        for patch in self.patches:
            patch.apply(project)


def one_more(
    model: str,
    name: str,
    expression: str,
    declared: str,
    after: str,
    joins: str,
    joined_before: str,
    declared_before: str,
) -> tuple[Patch, ...]:
    """One more column, in a view that describes a table for researchers, and so in its marts."""
    after, joined_before = f"        {after},\n", f"    {joined_before}\n"
    declared_before = f"      - {declared_before}"
    return (
        Patch(f"{model}.sql", after, f"{after}        {expression} as {name},\n"),
        Patch(f"{model}.sql", joined_before, joins + joined_before),
        Patch(
            f"{model}.yml",
            declared_before,
            f"      - name: {name}\n        {declared}\n{declared_before}",
        ),
    )


def declared(data_type: str = "varchar", meta: str = "{class: plain}") -> str:
    return (
        f"data_type: {data_type}\n        description: One more.\n        config: {{meta: {meta}}}"
    )


def remark(name: str, expression: str, joins: str = IDENTITIES, data_type: str = "varchar") -> Leak:
    """One more column of `participants`, of this value; dbt itself refuses what is not opened."""
    column = one_more(
        PARTICIPANTS,
        "remark",
        expression,
        declared(data_type),
        after="pseudonyms.family_research_id",
        joins=joins,
        joined_before="left join waves_taken_part",
        declared_before="&age_band\n",
    )
    return Leak(name, (OPENED, *column))


def of_parents(name: str, expression: str, declared: str) -> tuple[Patch, ...]:
    """One more column of the answers of parents in SEND Futures; `keys` are their pseudonyms."""
    return one_more(
        PARENTS,
        name,
        expression,
        declared,
        after="answers_dated.linked_child_research_id,\n        answers_dated.wave",
        joins=KEYS.format(rows="answers_dated", of="research_id"),
        joined_before="{{ label_join('child_send_need', 'answers_dated.child_send_need') }}",
        declared_before="{name: wave,",
    )


def of_pupils(name: str, expression: str, declared: str) -> tuple[Patch, ...]:
    """One more column of the school census of both studies; `keys` are a child's pseudonyms."""
    return one_more(
        PUPILS,
        name,
        expression,
        declared,
        after="publishable.research_id",
        joins=KEYS.format(rows="publishable", of="record_research_id"),
        joined_before="{{ label_join('sen_provision', 'pupil_census.sen_provision') }}",
        declared_before="{name: national_curriculum_year,",
    )


def every_run_ends_with(macro: str) -> Patch:
    return Patch("dbt_project.yml", HOOKS, f'{HOOKS}"{{{{ {macro}() }}}}", ')


def hook(name: str, sql: str) -> Leak:
    """What is done in the research database before it is published, by the end of every run."""
    file = "macros/project/one_more_thing.sql"
    macro = f"{{% macro one_more_thing() %}}\n{sql}\n{{% endmacro %}}\n"
    return Leak(name, (every_run_ends_with("one_more_thing"), Patch(file, "", macro)))


COMMENTS = """\
    inner join {{ ref('stg_surveys__parent_interviews') }} as comments
        on
            participants_aged.study = comments.study
            and participants_aged.participant_id = comments.participant_id
            and comments.row_fault is null
"""
LETTERS = (
    IDENTITIES
    + """\
    inner join (
        select chr(cast(65 + letters.range as integer)) as letter
        from range(26) as letters
    ) as letters
        on letters.letter = upper(left(identities.last_name, 1))
"""
)
UNGATED = """
    union all
    select
        participants.study,
        pseudonyms.record_research_id as research_id,
        {{ year_of('gp_events.event_on') }} as event_year,
        {{ month_of('gp_events.event_on') }} as event_month,
        cast(null as integer) as age_in_year,
        cast(null as varchar) as practice_id,
        gp_events.snomed_code,
        cast(null as varchar) as snomed_code_label
    from gp_events
    inner join {{ ref('int_deliveries') }} as deliveries
        on gp_events.delivery_id = deliveries.delivery_id
    inner join {{ ref('int_participants') }} as participants
        on
            deliveries.study = participants.study
            and gp_events.participant_id = participants.participant_id
    inner join {{ ref('pseudonyms') }} as pseudonyms
        on
            participants.study = pseudonyms.study
            and participants.participant_id = pseudonyms.participant_id
)

select * from gp_events_deidentified
"""

LEAKS = (
    remark("a renamed column", "identities.last_name"),
    remark("an initial", "left(identities.first_name, 1)"),
    # the only NHS numbers that are landed are those that people write into free text
    remark(
        "rank by NHS number",
        "cast(rank() over (order by regexp_extract(comments.other_comments, '[0-9 ]{10,12}'))"
        " as varchar)",
        COMMENTS,
    ),
    remark(
        "age in days",
        "cast(date_diff('day', identities.date_of_birth, cast({{ as_of() }} as date)) as varchar)",
    ),
    remark("a postcode sector", "left(identities.postcode, length(identities.postcode) - 2)"),
    remark("a hash without a key", "sha256(participants_aged.participant_id)", ""),
    remark("a name in free text", "comments.other_comments", COMMENTS),
    remark("a value through a join key", "letters.letter", LETTERS),
    remark(
        "an aggregate of one",
        "cast(max(identities.date_of_birth) over (partition by participants_aged.participant_id)"
        " as varchar)",
    ),
    Leak(
        "a log line",
        (
            every_run_ends_with("tell_a_name"),
            Patch(
                "macros/project/tell_a_name.sql",
                "",
                "{% macro tell_a_name() %}\n"
                "{% if execute and flags.WHICH == 'build' %}\n"
                "{% set names = run_query('select max(last_name) from vault.main.identities') %}\n"
                "{% do log('last of the names: ' ~ names.columns[0].values()[0], info=true) %}\n"
                "{% endif %}\n{% endmacro %}\n",
            ),
        ),
    ),
    Leak(
        "a test's error text",
        (
            Patch(
                "tests/rules/names_are_short.sql",
                "",
                "{{ config(group='identities') }}\n"
                "select 1 as too_long\nfrom {{ ref('identities') }}\nwhere\n"
                "    case when length(last_name) > 3 then error('too long: ' || last_name) end\n",
            ),
        ),
    ),
    Leak(
        "a Parquet footer",
        (
            every_run_ends_with("export_participants"),
            Patch(
                "macros/project/export_participants.sql",
                "",
                "{% macro export_participants() %}\n"
                "set variable owner = (select max(last_name) from vault.main.identities);\n"
                "copy (select * from research.five_to_twelve.participants)\n"
                "to '{{ env_var('STUDY_DATA') }}/participants.parquet'\n"
                "(format parquet, kv_metadata {owner: getvariable('owner')})\n"
                "{% endmacro %}\n",
            ),
        ),
    ),
    Leak(
        "an unfiltered union arm",
        (
            Patch(
                "models/intermediate/records/int_gp_events_deidentified.sql",
                "\n)\n\nselect * from gp_events_deidentified\n",
                UNGATED,
            ),
        ),
    ),
    Leak(
        "a school attribute unique to one school",
        (
            Patch(
                "models/intermediate/places/int_schools_described.sql",
                "{{ banded('schools.pupils', 'school_size') }} as school_size_band",
                "cast(schools.pupils as varchar) as school_size_band",
            ),
        ),
    ),
    remark(
        "a name in a map",
        "map(['said'], [identities.last_name])",
        data_type="map(varchar, varchar)",
    ),
    hook(
        "a view over the vault",
        "create view research.five_to_twelve.names as\n"
        "select first_name, last_name from vault.main.identities",
    ),
    hook(
        "a table of pseudonyms and months of birth",
        "create table research.five_to_twelve.births as\n"
        "select keys.research_id, members.month_of_birth\n"
        "from vault.main.pseudonyms as keys\n"
        "inner join transient.main.family_members as members using (study, participant_id)",
    ),
    hook(
        "a column's comment",
        "{% if execute and flags.WHICH == 'build' %}\n"
        "{% set names = run_query('select max(last_name) from vault.main.identities') %}\n"
        "comment on column research.five_to_twelve.participants.role\n"
        "is '{{ names.columns[0].values()[0] | replace(\"'\", \"''\") }}'\n"
        "{% endif %}",
    ),
    Leak(
        "the id of records among answers",
        of_parents("household_id", "keys.record_research_id", declared(meta=PSEUDONYM)),
    ),
    Leak(
        "a household's number in answers and records",
        of_parents("household_number", HOUSEHOLD, declared("integer"))
        + of_pupils("household_number", HOUSEHOLD, declared("integer")),
    ),
    Leak(
        "one pseudonym of a pupil in both studies",
        of_pupils(
            "pupil_id",
            """{{ pseudonym("'both'", "'pupil'", 'pupil_census.pupil_matching_ref') }}""",
            declared(meta=PSEUDONYM),
        ),
    ),
)
