-- The Department for Education: what it holds about the pupils of its register, and adults' learning.

-- Who was in school in which year: most in every year, the strangers that go with a family in their
-- latest alone
create table enrolments as
with
censuses as (
    select delivery_id, academic_start, max(academic_start) over () as latest_start
    from deliveries
    where delivery_id like 'DFE-NPD-%'
),
years as (
    select
        pupil_number,
        pupil_matching_ref,
        kind,
        study,
        pupil_origin,
        authority,
        cohort,
        usual_sen,
        is_in_special_school,
        family_number,
        is_of_five_to_twelve,
        delivery_id,
        academic_start,
        academic_start - cohort - 5 as nc_year,
        pupil_number || ':' || academic_start as enrolment
    from register
    join censuses on academic_start - cohort - 5 between 0 and 11
    where kind <> 'stranger' or academic_start = least(cohort + 16, latest_start)
),
kinds as (
    select
        *,
        case
            when usual_sen = 'E' and is_in_special_school then 'special'
            when nc_year <= 6 then 'primary'
            else 'secondary'
        end as kind_of_school,
        -- every third authority sends its children to the special school of the next
        if(kind_of_school = 'special' and authority % 3 = 0, (authority + 1) % 27, authority)
            as school_authority,
        -- children stay at a school, and some move
        if(chance('changes school', enrolment, 0.05), enrolment, pupil_number::varchar) as chosen_for
    from years
),
choices as (
    select
        kinds.* exclude (kind_of_school, school_authority, chosen_for),
        school_counts.first_slot + below('school', chosen_for, slots) as slot
    from kinds
    join school_counts
        on school_counts.kind = kind_of_school and school_counts.authority = school_authority
)
select
    choices.* exclude (slot, authority, cohort, is_in_special_school),
    academic_start || '/' || lpad(((academic_start + 1) % 100)::varchar, 2, '0') as academic_year,
    if(
        chance('unknown school', enrolment, 0.004),
        '999' || whole('unknown school', enrolment, 100, 999),
        school_urn
    ) as school_urn
from choices
join school_slots using (slot);

create view landed."dfe/pupil_census" as
select
    delivery_id,
    pupil_matching_ref,
    academic_year,
    school_urn,
    nc_year,
    chance(
        'fsm',
        if(chance('fsm changes', enrolment, 0.1), enrolment, pupil_number::varchar),
        if(study = 'send_futures', 0.38, 0.24)
    ) as fsm_eligible,
    if(chance('sen changes', enrolment, 0.05), 'K', usual_sen) as sen_provision,
    if(
        usual_sen = 'N' and not chance('sen changes', enrolment, 0.05),
        null, pick(getvariable('sen_types'), 'sen type', pupil_number)
    ) as primary_sen_type,
    if(
        chance('other group', pupil_number, 0.09),
        pick(getvariable('other_ethnic_groups_major'), 'other group', pupil_number), ethnic_group_major
    ) as ethnic_group_major,
    if(
        chance('language', pupil_number, 0.08),
        pick(['ENG', 'OTH', 'UNC'], 'language', pupil_number),
        language_group_major
    ) as language_group_major
from enrolments
join origins on origins.origin = pupil_origin
where not chance('missed census', enrolment, 0.01);

-- Tests at eleven: none in 2020 and 2021. What was taken before the first delivery came with it.
create view landed."dfe/key_stage_2" as
select
    delivery_id,
    pupil_matching_ref,
    sat_in || '/' || lpad(((sat_in + 1) % 100)::varchar, 2, '0') as academic_year,
    if(chance('absent', pupil_number, 0.05), null, bounded(round(104 + ability), 80, 120)::integer)
        as read_score,
    if(
        chance('absent', pupil_number, 0.06),
        null,
        bounded(round(104 + ability + 4 * bell('maths', pupil_number)), 80, 120)::integer
    ) as mat_score,
    if(
        chance('absent', pupil_number, 0.06),
        null,
        bounded(round(104.5 + ability + 3 * bell('grammar', pupil_number)), 80, 120)::integer
    ) as gps_score
from (
    select
        *,
        cohort + 11 as sat_in,
        7.5 * bell('ability', pupil_number)
        - case usual_sen when 'E' then 8 when 'K' then 5 else 0 end
        - if(is_of_five_to_twelve, 2.5 * hardship(family_number), 0) as ability
    from register
)
join deliveries
    on deliveries.delivery_id like 'DFE-NPD-%'
    and (deliveries.academic_start = sat_in or (deliveries.academic_start = 2022 and sat_in < 2022))
where
    sat_in between 2017 and 2024
    and sat_in not in (2019, 2020)
    and not (usual_sen = 'E' and chance('not entered', pupil_number, 0.4));

create view landed."dfe/absence" as
select
    delivery_id,
    pupil_matching_ref,
    academic_year,
    sessions_possible,
    least(
        sessions_possible // 2,
        whole('authorised', enrolment, 0, 12)
        + if(chance('ill', enrolment, ill), whole('ill', enrolment, 5, 90), 0)
    ) as sessions_authorised,
    least(
        sessions_possible // 2,
        if(chance('away', enrolment, 0.4), whole('away', enrolment, 1, 14), 0)
        + if(chance('truant', enrolment, 0.04), whole('truant', enrolment, 10, 140), 0)
    ) as sessions_unauthorised
from (
    select
        *,
        if(
            academic_start = 2025,
            whole('possible', enrolment, 222, 236),
            whole('possible', enrolment, 368, 380)
        ) as sessions_possible,
        if(
            is_of_five_to_twelve,
            bounded(0.18 + 0.05 * hardship(family_number) + 0.015 * difficulties(family_number), 0.03, 0.6),
            0.15
        ) as ill
    from enrolments
    where
        nc_year >= 1
        and (kind not in ('stranger', 'of no family') or chance('absence', pupil_number, 0.3))
);

create view landed."dfe/alternative_provision" as
select
    delivery_id,
    pupil_matching_ref,
    academic_year,
    pick(getvariable('provisions'), 'provision', enrolment) as provision_type,
    make_date(academic_start, 9, 4) + starts_after as started_on,
    if(
        chance('still there', enrolment, 0.3),
        null,
        least(
            make_date(academic_start, 9, 4) + starts_after + whole('stays', enrolment, 14, 120),
            make_date(academic_start + 1, 3, 27)
        )
    ) as ended_on
from (select *, whole('starts', enrolment, 0, 150) as starts_after from enrolments)
where chance('provision', enrolment, if(study = 'send_futures' and kind <> 'stranger', 0.06, 0.008));

create view landed."dfe/adult_learning" as
select
    delivery_id,
    participant_id,
    academic_start || '/' || lpad(((academic_start + 1) % 100)::varchar, 2, '0') as academic_year,
    (19990000 + whole('provider', person_number, 0, 60))::varchar as provider_ukprn,
    pick(getvariable('aim_levels'), 'level', aim) as aim_level,
    pick(getvariable('aim_subjects'), 'subject', aim) as aim_subject,
    if(chance('outcome', aim, 0.04), null, pick(getvariable('aim_outcomes'), 'outcome', aim)) as outcome
from (
    select
        sent_people.* replace (year_started as academic_start),
        number,
        person_number || ':' || year_started || ':' || number as aim
    from
        sent_people,
        range(if(is_first, 2022, academic_start), academic_start + 1) as years(year_started),
        range(2) as aims(number)
    where domain = 'education'
)
where chance('learns', aim, if(number = 0, if(case_name is null, 0.16, 1), 0.04));
