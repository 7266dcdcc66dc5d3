"""An intruder who knows a thousand people, and looks for them in what researchers are given.

Of each they know the date of birth, the sex, the postcode district, the school, and who else of
their family takes part. They have the research database, the public tables of schools and areas,
and the documentation; nobody gave them a key. They do what the tables allow:

- an age in the year of an event gives the year of birth, an age band and a school year its months;
- what is blanked in one row of a person, a school or an area is read from another row;
- schools and areas are named by their public attributes: areas by the wider area that they are of
  too, schools by the region where most of their pupils live;
- a family is looked for as a whole: each of its rows must be one of the people known.

Whatever is blank is consistent with anybody. How many rows share a school is not used: how many of
its pupils take part is not public.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TypedDict, cast

import duckdb

from studylink.proofs.manifest import Manifest, Node

PEOPLE_KNOWN = 1000
SEED = "attack 2026"


class Found(TypedDict):
    """How the intruder fared in one place: numbers of people; guesses are an expectation."""

    people_looked_for: int
    people_found: int
    expected_right_guesses: float
    smallest_candidate_set: int


def attack(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, as_of: date
) -> dict[str, Found]:
    """How many of the people known are found, for each study and kind of id.

    The kinds are `people`, the ids of the table of participants, and `records`, those under which
    a study publishes records apart from answers. A person's candidates are the ids that fit all the
    intruder knows. Found is who is alone among theirs; of everybody who is among theirs, one in the
    number of candidates is the chance of a right guess.
    """
    _look(connection, manifest.research_tables(), as_of)
    _know(connection, manifest)
    _name_places(connection, manifest)
    for query in (CANDIDATES, FAMILIES):
        connection.execute(query)
    return {
        place: cast(Found, dict(zip(Found.__annotations__, figures, strict=True)))
        for place, *figures in connection.execute(FOUND).fetchall()
    }


def _look(connection: duckdb.DuckDBPyConnection, tables: list[Node], as_of: date) -> None:
    """Read off the research tables what they tell of each id, whatever table it is in."""
    dated = _rows(tables, "age_in_year", select=_birth_year)
    school_years = _rows(tables, "national_curriculum_year", "academic_year")
    connection.execute(
        f"""
        create or replace temp table seen_births as
        with

        year_of_birth as (
            select study, id, make_date(year, 1, 1) as born_from, make_date(year, 12, 31) as born_to
            from ({dated})
        ),

        age_bands as (
            select
                study,
                research_id as id,
                try_cast(regexp_extract(age_band, '^(\\d+)', 1) as integer) as years_from,
                try_cast(regexp_extract(age_band, 'under (\\d+)', 1) as integer) as years_to
            from ({_rows(tables, "age_band")})
        ),

        months_of_birth as (
            select
                study,
                id,
                date_trunc('month', $as_of) - to_months(12 * years_to - 1) as born_from,
                last_day($as_of - to_months(12 * years_from)) as born_to
            from age_bands
        ),

        years_at_school as (
            select
                study,
                research_id as id,
                left(academic_year, 4)::integer - 5 - national_curriculum_year as september
            from ({school_years})
        ),

        school_cohorts as (
            select
                study,
                id,
                make_date(september, 9, 1) as born_from,
                make_date(september + 1, 8, 31) as born_to
            from years_at_school
        ),

        clues as (
            select * from year_of_birth
            union all
            select * from months_of_birth
            union all
            select * from school_cohorts
        )

        select study, id, max(born_from)::date as born_from, min(born_to)::date as born_to
        from clues
        group by study, id
        """,
        {"as_of": as_of},
    )
    connection.execute(
        f"""
        create or replace temp table seen_families as
        select study, family_research_id as family, research_id as id
        from ({_rows(tables, "family_research_id")})
        union
        select study, family_research_id, linked_child_research_id
        from ({_rows(tables, "family_research_id", "linked_child_research_id")})
        where linked_child_research_id is not null;

        create or replace temp table ids as
        select study, research_id as id, 'people' as kind, role
        from ({_rows(tables, "role", "age_band")})
        union
        select study, research_id, 'records', null
        from ({_rows(tables, "research_id")})
        where
            (study, research_id)
            not in (select (study, research_id) from ({_rows(tables, "role", "age_band")}));

        create or replace temp table seen_sexes as
        with

        children as (
            select seen_families.study, seen_families.family, any_value(ids.id) as id
            from seen_families
            inner join ids using (study, id)
            where ids.role = 'child'
            group by all
            having count(*) = 1
        ),

        genders as (
            select study, family_research_id as family, any_value(child_gender) as gender
            from ({_rows(tables, "child_gender")})
            where child_gender is not null
            group by all
            having count(distinct child_gender) = 1
        )

        select study, id, case gender when 'Girl' then 'F' when 'Boy' then 'M' end as sex
        from children
        inner join genders using (study, family)
        union all
        select study, id, case role when 'mother' then 'F' when 'father' then 'M' end
        from ids
        where role in ('mother', 'father');

        create or replace temp table seen_schools as
        select distinct
            study, research_id as id, left(academic_year, 4)::integer as school_year, school_id
        from ({_rows(tables, "school_id", "academic_year")})
        where school_id is not null;

        create or replace temp table seen_areas as
        select
            study,
            research_id as id,
            area_id,
            wider_area_id,
            max(region) over (partition by study, wider_area_id) as region
        from ({_rows(tables, "area_id", "wider_area_id")});
        """
    )


def _know(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Draw the people known, by whole families of those who are in the tables."""
    connection.execute(
        f"""
        create or replace temp table targets as
        with

        schools as (
            select
                matches.study,
                matches.participant_id,
                max({{
                    'school_year': left(census.academic_year, 4)::integer,
                    'urn': census.school_urn
                }}) as latest
            from {_relation(manifest, "pupil_matches")} as matches
            inner join {_relation(manifest, "stg_dfe__pupil_census")} as census
                on matches.pupil_matching_ref = census.pupil_matching_ref
            where census.row_fault is null and census.academic_year is not null
            group by all
        ),

        drawn as (
            select
                identities.study,
                identities.participant_id as target,
                identities.family_id as family,
                identities.role = 'child' as is_child,
                identities.date_of_birth,
                identities.sex,
                {_district("identities.postcode")} as district,
                schools.latest.school_year,
                schools.latest.urn as school_urn,
                pseudonyms.research_id,
                pseudonyms.record_research_id as record_id,
                row_number() over (
                    order by
                        md5($seed || identities.study || identities.family_id),
                        identities.participant_id
                ) as number
            from {_relation(manifest, "identities")} as identities
            inner join {_relation(manifest, "pseudonyms")} as pseudonyms
                using (study, participant_id)
            semi join ids
                on identities.study = ids.study and pseudonyms.research_id = ids.id
            left join schools using (study, participant_id)
        )

        select *, number <= {PEOPLE_KNOWN} as is_looked_for
        from drawn
        qualify min(number) over (partition by study, family) <= {PEOPLE_KNOWN}
        """,
        {"seed": SEED},
    )


def _name_places(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Which school, and which area, each pseudonym of one may be."""
    tables = manifest.research_tables()
    areas, schools = (
        manifest.named(name) for name in ("int_areas_described", "int_schools_described")
    )
    postcodes = _relation(manifest, "postcode_areas")
    connection.execute(
        f"""
        create or replace temp table area_names as
        with

        fitting as ({_fitting(tables, "area_id", areas)}),

        fitting_wider as (
            select distinct fitting.*, seen_areas.wider_area_id, postcodes.msoa_code
            from fitting
            inner join seen_areas
                on fitting.study = seen_areas.study and fitting.place_id = seen_areas.area_id
            inner join {postcodes} as postcodes
                on fitting.code = postcodes.lsoa_code
        ),

        wider_areas as (
            select study, wider_area_id, count(distinct area_id) as areas
            from seen_areas
            group by all
        ),

        wider_names as (
            select study, wider_area_id, msoa_code
            from fitting_wider
            inner join wider_areas using (study, wider_area_id)
            group by study, wider_area_id, msoa_code, areas
            having count(distinct place_id) = areas
        )

        select distinct fitting_wider.study, place_id, code
        from fitting_wider
        semi join wider_names using (study, wider_area_id, msoa_code);

        create or replace temp table school_names as
        with

        fitting as ({_fitting(tables, "school_id", schools)}),

        school_regions as (
            select schools.school_urn, any_value(areas.region) as region
            from {_relation(manifest, "stg_dfe__schools")} as schools
            inner join {postcodes} as postcodes using (postcode)
            inner join {areas.relation} as areas using (lsoa_code)
            where schools.row_fault is null
            group by all
        ),

        pupils_regions as (
            select study, school_id, region
            from seen_schools
            inner join seen_areas using (study, id)
            where region is not null
            group by study, school_id, region
            qualify rank() over (partition by study, school_id order by count(distinct id) desc) = 1
        )

        select distinct fitting.study, fitting.place_id, fitting.code
        from fitting
        left join school_regions on fitting.code = school_regions.school_urn
        left join pupils_regions
            on fitting.study = pupils_regions.study and fitting.place_id = pupils_regions.school_id
        where
            school_regions.region is null
            or pupils_regions.region is null
            or school_regions.region = pupils_regions.region;

        create or replace temp table district_areas as
        select distinct area_names.study, {_district("postcodes.postcode")} as district, place_id
        from area_names
        inner join {postcodes} as postcodes on area_names.code = postcodes.lsoa_code;
        """
    )


CANDIDATES = """
create or replace temp table candidates as
with

schools_possible as (
    select distinct
        seen_schools.study,
        seen_schools.id,
        seen_schools.school_year,
        school_names.code
    from seen_schools
    inner join school_names
        on
            seen_schools.study = school_names.study
            and seen_schools.school_id = school_names.place_id
),

school_years_seen as (
    select distinct study, id, school_year
    from seen_schools
)

select targets.study, targets.family, targets.target, ids.id
from targets
inner join ids on targets.study = ids.study
left join seen_births on ids.study = seen_births.study and ids.id = seen_births.id
left join seen_sexes on ids.study = seen_sexes.study and ids.id = seen_sexes.id
left join seen_areas on ids.study = seen_areas.study and ids.id = seen_areas.id
left join district_areas
    on
        targets.study = district_areas.study
        and targets.district = district_areas.district
        and seen_areas.area_id = district_areas.place_id
left join school_years_seen
    on
        ids.study = school_years_seen.study
        and ids.id = school_years_seen.id
        and targets.school_year = school_years_seen.school_year
left join schools_possible
    on
        ids.study = schools_possible.study
        and ids.id = schools_possible.id
        and targets.school_year = schools_possible.school_year
        and targets.school_urn = schools_possible.code
where
    coalesce((ids.role = 'child') = targets.is_child, true)
    and coalesce(targets.date_of_birth >= seen_births.born_from, true)
    and coalesce(targets.date_of_birth <= seen_births.born_to, true)
    and coalesce(targets.sex = seen_sexes.sex, true)
    and (
        targets.district is null
        or seen_areas.area_id is null
        or district_areas.place_id is not null
    )
    and (school_years_seen.id is null or schools_possible.id is not null)
"""

FAMILIES = """
create or replace temp table candidates_in_families as
with

members as (
    select study, family as family_seen, count(*) as people
    from seen_families
    group by all
),

known as (
    select study, family, count(*) as people
    from targets
    group by all
),

-- where a study publishes records apart, a family may be split over two ids
families_split as (
    select distinct study
    from ids
    where kind = 'records'
),

families_explained as (
    select candidates.study, candidates.family, seen_families.family as family_seen
    from candidates
    inner join seen_families
        on candidates.study = seen_families.study and candidates.id = seen_families.id
    inner join members
        on
            seen_families.study = members.study
            and seen_families.family = members.family_seen
    inner join known
        on candidates.study = known.study and candidates.family = known.family
    group by
        candidates.study, candidates.family, seen_families.family, members.people, known.people
    having
        count(distinct candidates.id) = members.people
        and (
            count(distinct candidates.target) = known.people
            or candidates.study in (from families_split)
        )
)

select candidates.study, candidates.target, candidates.id
from candidates
left join seen_families
    on candidates.study = seen_families.study and candidates.id = seen_families.id
left join families_explained
    on
        candidates.study = families_explained.study
        and candidates.family = families_explained.family
        and seen_families.family = families_explained.family_seen
group by all
having bool_and(seen_families.family is null or families_explained.family_seen is not null)
"""

FOUND = """
with

truth as (
    select targets.study, targets.target, ids.kind, ids.id
    from targets
    inner join ids
        on
            targets.study = ids.study
            and ids.id in (targets.research_id, targets.record_id)
    where targets.is_looked_for
),

guesses as (
    select
        truth.study,
        truth.kind,
        truth.target,
        count(ids.id) as candidates,
        coalesce(bool_or(ids.id = truth.id), false) as is_among_them
    from truth
    left join candidates_in_families as candidates using (study, target)
    left join ids
        on
            truth.study = ids.study
            and truth.kind = ids.kind
            and candidates.id = ids.id
    group by all
)

select
    study || ', ' || kind,
    count(*),
    count(*) filter (is_among_them and candidates = 1),
    coalesce(sum(1 / candidates) filter (is_among_them), 0),
    coalesce(min(candidates) filter (is_among_them), count(*))
from guesses
group by study, kind
order by all
"""


def _whole(node: Node) -> str:
    """Every column of a research table, with its study."""
    return f"select '{node.schema}' as study, * from {node.relation}"


def _rows(tables: list[Node], *columns: str, select: Callable[[Node], str] = _whole) -> str:
    """The rows of every research table that has these columns.

    Raises `LookupError` where none has: an intruder who overlooks what took their place is no
    threat, and shows nothing.
    """
    found = [node for node in tables if set(columns) <= node.columns.keys()]
    if not found:
        raise LookupError(f"no research table has {' and '.join(columns)}")
    return " union all by name ".join(map(select, found))


def _birth_year(node: Node) -> str:
    """The year of birth that each row tells, by an age in the year of an event."""
    years = ", ".join(
        f"left({column}::varchar, 4)::integer"
        for column in node.columns
        if re.search(r"(?<!age_in)_(year|month)$", column)
    )
    newborn = "event_type = 'Birth'" if "event_type" in node.columns else "false"
    return (
        f"select '{node.schema}' as study, research_id as id, "
        f"coalesce({years}) - if({newborn}, 0, age_in_year) as year from {node.relation}"
    )


def _fitting(tables: list[Node], pseudonym: str, places: Node) -> str:
    """Each pseudonym of a place with every place whose public attributes it may have.

    An attribute has the same name in the research tables, or with the kind of place before it.
    """
    kind = pseudonym.removesuffix("_id")
    code, *attributes = places.columns
    shown = {column for node in tables if pseudonym in node.columns for column in node.columns}
    seen_as = {
        attribute: attribute if attribute in shown else f"{kind}_{attribute}"
        for attribute in attributes
    }
    seen = ", ".join(f"max({column}) as {name}" for name, column in seen_as.items())
    fits = " and ".join(
        f"coalesce(seen.{name} = places.{name}, seen.{name} is null)" for name in seen_as
    )
    return f"""
        select seen.study, seen.place_id, places.{code} as code
        from (
            select study, {pseudonym} as place_id, {seen}
            from ({_rows(tables, pseudonym)})
            where {pseudonym} is not null
            group by all
        ) as seen
        inner join {places.relation} as places on {fits}
    """


def _district(postcode: str) -> str:
    """The outward code of a postcode: what stands before its last three characters."""
    return f"left(replace({postcode}, ' ', ''), -3)"


def _relation(manifest: Manifest, model: str) -> str:
    return str(manifest.named(model).relation)
