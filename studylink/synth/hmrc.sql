-- HMRC: employments, National Insurance, tax credits, child benefit. A tax year to a
-- delivery, and those before it with the first.

create table taxpayers as
select
    sent_people.* replace (
        year_started || '-' || lpad(((year_started + 1) % 100)::varchar, 2, '0') as tax_year
    ),
    make_date(year_started::integer, 4, 6) as year_begins,
    sent_people.person_number || ':' || year_started as taxpayer,
    child.born_on as child_born_on,
    -- mothers of children who have not started school work less
    sent_people.role = 'mother' and make_date(year_started::integer + 1, 4, 5) < starts_school(child.born_on)
        as has_young_child,
    chance('employed', sent_people.person_number, if(has_young_child, 0.58, 0.78))
    and not chance('year out', taxpayer, 0.06) as is_employed
from sent_people
join people as child
    on child.family_number = sent_people.family_number and child.place = 0,
    range(
        if(is_first, 2021, left(sent_people.tax_year, 4)::integer), left(sent_people.tax_year, 4)::integer + 1
    ) as years(year_started)
where domain = 'employment_tax';

create view landed."hmrc/employments" as
with
jobs as (
    select
        taxpayers.*,
        job,
        -- most stay with an employer for years
        job > 0 or chance('new employer', taxpayer, 0.12) as is_new,
        if(is_new, taxpayer, person_number::varchar) || ':' || job as employment
    from taxpayers, range(2) as jobs(job)
    where is_employed and (job = 0 or chance('second job', taxpayer, 0.18))
)
select
    delivery_id,
    participant_id,
    tax_year,
    '000/'
    || letter_of('ABCDEFGHJKLMNPRSTWXYZ', below('payer letter', employer, 21))
    || lpad(below('payer', employer, 10000)::varchar, 4, '0')
        as employer_paye_reference,
    if(
        is_new,
        year_begins + whole('started', employment, 0, 200),
        date '2012-01-01' + whole('started', employment, 0, 3700)
    ) as started_on,
    if(
        chance('left', employment || tax_year, 0.12), year_begins + whole('left', employment, 210, 360), null
    ) as ended_on,
    (
        exp(9.95 + 0.62 * bell('pay', person_number) + 0.1 * bell('pay', taxpayer))
        * if(job = 0, 1, 0.3)
        * if(has_young_child, 0.8, 1)
    )::decimal(12, 2) as pay_in_year
from
    (select *, 'employer ' || below('employer', employment, 120 + getvariable('families') // 4) as employer from jobs);

create view landed."hmrc/national_insurance" as
select
    delivery_id,
    participant_id,
    tax_year,
    if(is_employed, '1', pick(getvariable('contribution_classes'), 'class', person_number))
        as contribution_class,
    if(chance('full year', taxpayer, 0.75), 52, whole('weeks', taxpayer, 0, 51)) as qualifying_weeks
from taxpayers
where is_employed or chance('contributes', person_number, 0.6);

-- tax credits ended in April 2025
create view landed."hmrc/tax_credits" as
select
    delivery_id,
    participant_id,
    tax_year,
    pick(getvariable('tax_credit_awards'), 'award', person_number) as award_type,
    whole('award amount', taxpayer, 30000, 980000) / 100::decimal(12, 2) as amount
from taxpayers
where tax_year < '2025' and chance('tax credits', person_number, 0.16) and chance('award', taxpayer, 0.8);

create view landed."hmrc/child_benefit" as
select
    delivery_id,
    participant_id,
    child_born_on + whole('claimed', person_number, 5, 90) as started_on,
    if(
        chance('opted out', person_number, 0.08),
        date '2022-09-05' + whole('opted out', person_number, 0, 300),
        null
    ) as ended_on,
    pick([21.80, 24.00, 25.60], 'benefit', person_number)::decimal(6, 2) as weekly_amount
from taxpayers
where
    year_begins = '2022-04-06' and (known_as = 'mother' or place = 1) and chance('child benefit', person_number, 0.86);
