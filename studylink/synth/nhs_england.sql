-- NHS England: hospital episodes, GP events, prescriptions, mental health contacts, births and deaths.

create table patients as
select
    * replace (if(is_first, date '2021-01-01', covers_from) as covers_from),
    (covers_until - if(is_first, date '2021-01-01', covers_from))::integer as days,
    person_number || ':' || delivery_id as patient,
    -- the more deprived the area, the more often in hospital
    1.55 - 0.1 * imd_decile(lsoa_of(postcode_number)) as hospital_need,
    'Z9' || lpad((postcode_number % 997)::varchar, 4, '0') as practice_code,
    'QZ' || letter_of('0123456789ABCDEFGHJKLMNPQRTUVWXYZ', postcode_number % 27) as provider_code
from sent_people
where domain = 'health';

-- how many of something a patient has in the days of a delivery, at so many a year
create macro events_of(salt, patient, days, a_year) as
    floor(days / 365.25 * a_year * 2 * share(salt, patient) + share(salt || ' more', patient))::bigint;

create macro event_numbers(salt, a_year_child, a_year_adult) as table
select *, patient || ':' || number as event
from (
    select
        patients.*,
        unnest(range(events_of(salt, patient, days, if(role = 'child', a_year_child, a_year_adult))))
            as number
    from patients
);

create view landed."nhs_england/gp_events" as
select
    delivery_id,
    participant_id,
    covers_from + whole('gp day', event, 0, days) as event_date,
    if(
        role = 'child',
        pick(getvariable('child_concepts'), 'gp', event),
        pick(getvariable('adult_concepts'), 'gp', event)
    ) as snomed_code,
    practice_code
from event_numbers('gp events', 3.4, 4.6);

create view landed."nhs_england/prescriptions" as
select
    delivery_id,
    participant_id,
    covers_from + whole('prescribed', event, 0, days) as prescribed_on,
    if(
        role = 'child',
        pick(getvariable('child_medicines'), 'medicine', event),
        pick(getvariable('adult_medicines'), 'medicine', event)
    ) as bnf_code,
    pick([7, 14, 21, 28, 28, 28, 30, 50, 56, 56, 100, 200, 0.5], 'quantity', event)::decimal(6, 1)
        as quantity,
    practice_code
from event_numbers('prescriptions', 2.2, 4.4);

create view landed."nhs_england/hospital_episodes" as
with
episodes as (
    select
        delivery_id, participant_id, event, provider_code, role,
        covers_from + whole('admitted', event, 0, days) as admission_date,
        chance('planned', event, 0.35) as is_planned,
        if(
            role = 'child',
            pick(getvariable('child_diagnoses'), 'diagnosis', event),
            pick(getvariable('adult_diagnoses'), 'diagnosis', event)
        ) as primary_diagnosis
    from event_numbers('hospital episodes', 0.25 * hospital_need, 0.25 * hospital_need)
),
-- the study child's birth, as the mother's episode and as the child's own, long before: with the first delivery
births as (
    select patients.*, child.born_on as birth_on
    from patients
    join people as child
        on child.family_number = patients.family_number and child.place = 0
    where patients.is_first and (patients.known_as = 'mother' or patients.place = 0)
)
select
    delivery_id,
    participant_id,
    (100000000000 + below('epikey', event, 900000000000))::varchar as epikey,
    admission_date,
    admission_date + if(chance('day case', event, 0.55), 0, whole('stay', event, 1, 6)) as discharge_date,
    if(
        is_planned,
        pick(getvariable('planned_methods'), 'method', event),
        pick(getvariable('emergency_methods'), 'method', event)
    ) as admission_method,
    primary_diagnosis,
    if(
        chance('procedure', event, if(is_planned, 0.85, 0.2)),
        if(
            role = 'child',
            pick(getvariable('child_procedures'), 'procedure', event),
            pick(getvariable('adult_procedures'), 'procedure', event)
        ),
        null
    ) as main_procedure,
    provider_code
from episodes
union all
select
    delivery_id,
    participant_id,
    (100000000000 + below('epikey birth', person_number, 900000000000))::varchar as epikey,
    birth_on as admission_date,
    birth_on + whole('birth stay', family_number, 1, 3) as discharge_date,
    if(role = 'child', '82', '31') as admission_method,
    if(
        role = 'child',
        pick(['Z380', 'Z380', 'Z380', 'Z380', 'P071', 'P599', 'P220'], 'birth', person_number),
        pick(getvariable('delivery_diagnoses'), 'birth', person_number)
    )
        as primary_diagnosis,
    if(
        role = 'child',
        null,
        pick(['R249', 'R249', 'R249', 'R179', 'R182', 'R219'], 'birth procedure', person_number)
    ) as main_procedure,
    provider_code
from births
where chance('born in hospital', family_number, 0.96);

create view landed."nhs_england/mental_health_contacts" as
select
    delivery_id,
    participant_id,
    covers_from + whole('contact', event, 0, days) as contact_date,
    if(
        role = 'child',
        pick(getvariable('child_teams'), 'team', patient),
        pick(getvariable('adult_teams'), 'team', patient)
    ) as team_type,
    if(chance('attendance unknown', event, 0.02), null, chance('attended', event, 0.83)) as attended
-- none of most people, so that nothing is made only to be left out
from event_numbers(
    'contacts',
    5 * chance('in contact', person_number, 0.06)::integer,
    6 * chance('in contact', person_number, 0.06)::integer
);

create view landed."nhs_england/register_events" as
select
    delivery_id,
    participant_id,
    'birth' as event_type,
    born_on as event_date,
    null as cause_icd10
from patients
where role = 'child' and is_first and chance('birth registered', person_number, 0.97)
union all
select
    delivery_id,
    participant_id,
    'death' as event_type,
    covers_from + whole('died', person_number, 0, days) as event_date,
    pick(getvariable('causes_of_death'), 'cause', person_number) as cause_icd10
from patients
where
    role <> 'child' and case_name is null and delivery_id = 'NHSE-FT-3' and chance('died', person_number, 0.02);
