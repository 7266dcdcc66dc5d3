-- The Department for Education: schools, what it holds about the pupils of its register, and adults'
-- learning.

-- Schools: four to an authority and one more to every hundred families
create table schools as
with
numbered as (
    select number as school, number % 27 as authority, number // 27 as place
    from range(108 + getvariable('families') // 100) as numbers(number)
)
select
    school,
    authority,
    -- every fourth school is secondary; special and alternative ones are rarer
    case
        when place = 3 and authority % 3 = 0 then 'alternative'
        when place = 3 then 'special'
        when place % 4 = 1 then 'secondary'
        else 'primary'
    end as kind,
    (900000 + school)::varchar as school_urn
from numbered;

create table school_slots as
select
    authority,
    kind,
    school_urn,
    row_number() over (partition by authority, kind order by school) - 1 as slot
from schools;

create table school_counts as
select authority, kind, count(*) as slots
from schools
group by all;

create view landed."dfe/schools" as
select
    school_urn,
    pick(
        [
            'St Aidan''s',
            'St Mary''s',
            'Oakfield',
            'Riverside',
            'Hill Top',
            'Greenway',
            'The Willows',
            'Kingfisher',
            'Northgate',
            'Holy Trinity'
        ],
        'school name', school
    ) || ' ' || case kind
        when 'primary' then 'Primary School'
        when 'secondary' then 'Academy'
        when 'special' then 'School'
        else 'Pupil Referral Unit'
    end || ', ' || town as school_name,
    case
        when kind = 'primary' then '2'
        when kind = 'secondary' then if(chance('all through', school, 0.08), '7', '4')
        else '0'
    end as phase,
    case kind
        when 'primary' then pick(['01', '01', '02', '03', '05', '28', '34', '34', '35'], 'type', school)
        when 'secondary' then pick(['01', '02', '05', '28', '34', '34', '35', '11'], 'type', school)
        when 'special' then pick(['07', '33', '44', '36', '10'], 'type', school)
        else pick(['14', '14', '42', '38'], 'type', school)
    end as school_type,
    postcode,
    case kind
        when 'primary' then whole('size', school, 90, 640)
        when 'secondary' then whole('size', school, 480, 1900)
        when 'special' then whole('size', school, 40, 220)
        else whole('size', school, 15, 90)
    end as pupils,
    round(
        bounded(23 + 13 * bell('fsm', school) + if(kind in ('special', 'alternative'), 20, 0), 1, 90), 1
    )::decimal(4, 1) as percent_fsm,
    round(bounded(16 + 17 * bell('eal', school), 0, 96), 1)::decimal(4, 1) as percent_eal,
    if(chance('not inspected', school, 0.06), null, pick(getvariable('ofsted_ratings'), 'rating', school))
        as ofsted_rating
from schools
join postcodes on postcodes.postcode_number = schools.school % 27 + 27 * below('site', school, 30);

-- Who was in school in which year: study children in every year, strangers in their latest alone
create table enrolments as
with
years as (
    select
        pupils.*,
        deliveries.delivery_id,
        deliveries.academic_start,
        deliveries.academic_start - cohort - 5 as nc_year,
        pupil_number || ':' || deliveries.academic_start as enrolment,
        max(deliveries.academic_start) over (partition by pupil_number) as latest_start
    from pupils
    join deliveries on deliveries.delivery_id like 'DFE-NPD-%'
    where deliveries.academic_start - cohort - 5 between 0 and 11
),
kinds as (
    select
        *,
        case
            when usual_sen = 'E' and is_in_special_school then 'special'
            when nc_year <= 6 then 'primary'
            else 'secondary'
        end as kind_of_school,
        academic_start || '/' || lpad(((academic_start + 1) % 100)::varchar, 2, '0') as academic_year,
        -- every third authority sends its children to the special school of the next
        if(kind_of_school = 'special' and authority % 3 = 0, (authority + 1) % 27, authority)
            as school_authority,
        -- children stay at a school, and some move
        if(chance('changes school', enrolment, 0.05), enrolment, pupil_number::varchar) as chosen_for
    from years
    where kind <> 'stranger' or academic_start = latest_start
)
select
    kinds.*,
    if(
        chance('unknown school', enrolment, 0.004),
        '999' || whole('unknown school', enrolment, 100, 999),
        school_urn
    ) as school_urn
from kinds
join school_counts
    on school_counts.kind = kind_of_school and school_counts.authority = school_authority
join school_slots
    on school_slots.kind = kind_of_school
    and school_slots.authority = school_authority
    and school_slots.slot = below('school', chosen_for, slots);

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
    from pupils
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
    where nc_year >= 1 and (kind <> 'stranger' or chance('absence', pupil_number, 0.3))
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
