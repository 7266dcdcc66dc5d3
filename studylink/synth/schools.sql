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

-- the schools of an authority and kind stand together, so that one is found by an equality join
create table school_slots as
select
    authority,
    kind,
    school_urn,
    row_number() over (order by authority, kind, school) - 1 as slot
from schools;

create table school_counts as
select authority, kind, min(slot) as first_slot, count(*) as slots
from school_slots
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
