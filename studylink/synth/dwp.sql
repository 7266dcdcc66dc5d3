-- DWP: spells on benefits, employment programmes, workplace pensions.

create table claimants as
select
    * replace (if(is_first, date '2018-01-01', covers_from) as covers_from),
    (covers_until - if(is_first, date '2018-01-01', covers_from))::integer as days,
    person_number || ':' || delivery_id as claimant
from sent_people
where domain = 'benefits';

-- an agency knows no end that is still to come
create macro ends_before(ends_on, covers_until) as if(ends_on > covers_until, null, ends_on);

create view landed."dwp/benefit_spells" as
select
    delivery_id,
    participant_id,
    pick(getvariable('benefit_types'), 'benefit type', spell) as benefit_type,
    starts_on as started_on,
    ends_before(starts_on + whole('spell days', spell, 14, greatest(15, days)), covers_until) as ended_on,
    whole('weekly', spell, 2400, 26500) / 100::decimal(12, 2) as weekly_amount
from (
    select
        claimants.*,
        claimant || ':' || number as spell,
        covers_from + whole('spell', claimant || ':' || number, 0, days) as starts_on
    from claimants, range(2) as spells(number)
    where chance(
        'claims',
        claimants.person_number || ':' || number,
        if(case_name is null, bounded(0.3 + 0.12 * hardship(family_number), 0.05, 0.7), 1) - 0.18 * number
    )
);

create view landed."dwp/employment_programmes" as
select
    delivery_id,
    participant_id,
    pick(getvariable('programmes'), 'programme', claimant) as programme,
    starts_on as started_on,
    ends_before(ends_on, covers_until) as ended_on,
    if(ends_on > covers_until, null, pick(getvariable('programme_outcomes'), 'programme outcome', claimant))
        as outcome
from (
    select
        *,
        covers_from + whole('programme', claimant, 0, days) as starts_on,
        starts_on + whole('programme days', claimant, 20, 365) as ends_on
    from claimants
    where chance('on programme', claimant, 0.05)
);

-- one scheme comes with the first delivery, a later one with each change of job
create view landed."dwp/pension_schemes" as
select
    delivery_id,
    participant_id,
    pick(getvariable('pension_types'), 'scheme', claimant) as scheme_type,
    covers_from + whole('joined', claimant, 0, days - 60) as joined_on,
    if(chance('left scheme', claimant, 0.2), covers_until - whole('left scheme', claimant, 0, 50), null)
        as left_on
from claimants
where chance('pension', claimant, if(is_first, 0.7, 0.1));
