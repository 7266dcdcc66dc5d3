-- Families and the people in them.

-- What goes with a family's income, and with much else: standard normal, high where money is short
create macro hardship(family_number) as bell('hardship', family_number);

create macro starts_school(born_on) as
    make_date((year(born_on) + if(month(born_on) >= 9, 5, 4))::integer, 9, 1);

create table families as
with
chosen as (
    select
        numbers.family_number,
        cases.case_name,
        cases.child_born as case_born,
        cases.approached_on as case_approached_on,
        coalesce(
            cases.study, if(chance('study', family_number, 0.7), 'five_to_twelve', 'send_futures')
        ) as study,
        coalesce(
            cases.structure, pick(getvariable('structures'), 'structure', family_number)
        ) as structure,
        pick(getvariable('origins'), 'origin', family_number) as origin
    from range(getvariable('first_family'), getvariable('end_of_families')) as numbers(family_number)
    left join cases using (family_number)
)
select
    family_number,
    case_name,
    study,
    structure,
    origin,
    -- when the contractor wrote to them, whether or not the day was recorded
    case
        when case_name is not null then coalesce(case_approached_on, date '2023-10-02')
        when chance('pilot', family_number, 0.04)
            then date '2023-06-01' + whole('pilot day', family_number, 0, 91)
        else date '2023-10-02' + whole('approach', family_number, 0, 480)
    end as approached_on,
    case
        when case_name is null then not chance('day lost', family_number, 0.01)
        else case_approached_on is not null
    end as is_day_known,
    case
        when case_name is not null then case_born
        when study = 'five_to_twelve' and chance('older', family_number, 0.006)
            then date '2007-09-01' + whole('born', family_number, 0, 500)
        -- two school years: they started school in 2023, or sat the tests at eleven in 2024
        when study = 'five_to_twelve' and chance('last year of primary', family_number, 0.3)
            then date '2012-09-01' + whole('born', family_number, 0, 364)
        when study = 'five_to_twelve' then date '2018-09-01' + whole('born', family_number, 0, 364)
        when chance('leap day', family_number, 0.006) then date '2008-02-29'
        when chance('leap day', family_number, 0.012) then date '2012-02-29'
        else date '2007-01-01' + whole('born', family_number, 0, 2921)
    end as child_born
from chosen;

create table members as
with
listed as (
    select
        family_number,
        unnest(['child'] || string_split(structure, ' ')) as known_as,
        generate_subscripts(['child'] || string_split(structure, ' '), 1) - 1 as place
    from families
)
select
    -- room for eight to a family, so that a person's number is never another's
    family_number * 8 + place as person_number,
    *,
    case
        when known_as = 'carer' then 'parental_carer'
        when known_as in ('child', 'child_2') then 'child'
        when known_as = 'mother_2' then 'mother'
        else known_as
    end as role,
    case
        when role = 'mother' then 'F'
        when role = 'father' then 'M'
        when role = 'parental_carer' then pick(['F', 'F', 'M'], 'carer sex', person_number)
        else pick(['F', 'M'], 'child sex', person_number)
    end as true_sex
from listed;

-- Who lives where: a home is the family's, or a parent's own after a separation
create table people as
with
placed as (
    select
        members.*,
        families.study,
        families.origin,
        families.case_name,
        families.approached_on,
        families.is_day_known,
        if(
            known_as = 'father' and chance('separated', family_number, 0.12),
            'own ' || family_number, family_number::varchar
        ) as home,
        -- a parent may be of another origin than the family is named for
        if(
            role <> 'child' and chance('mixed', person_number, 0.12),
            pick(getvariable('origins'), 'own origin', person_number), origin
        ) as own_origin,
        case
            when place = 0 then child_born
            -- an older child of the same family, no twin
            when role = 'child' then child_born - whole('sibling', person_number, 320, 700)
            when role = 'parental_carer' then child_born - whole('carer age', person_number, 15000, 24000)
            else child_born - whole('parent age', person_number, 6800, 16000)
        end as born_on
    from members
    join families using (family_number)
),
named as (
    select
        placed.*,
        given.value as first_name,
        case
            -- the family's name, a partner's own one, or the two joined
            when
                role = 'child'
                and place = 0
                and chance('joined', family_number, 0.05)
                and own_name.value <> family_name.value
                then family_name.value || '-' || own_name.value
            when role = 'child' then family_name.value
            when chance('own name', person_number, if(role = 'father', 0.08, 0.3)) then own_name.value
            else family_name.value
        end as last_name
    from placed
    join names as given
        on given.list = own_origin || '_' || case
            when role = 'child' then if(true_sex = 'F', 'girl', 'boy')
            else if(true_sex = 'F', 'woman', 'man')
        end
        and given.slot = below('first name', person_number, getvariable('name_slots'))
    join names as family_name
        on family_name.list = origin || '_surname'
        and family_name.slot = below('family name', family_number, getvariable('name_slots'))
    join names as own_name
        on own_name.list = own_origin || '_surname'
        and own_name.slot = below('own name', person_number, getvariable('name_slots'))
),
-- the unique id is the contractor's own: opaque, made for the study alone
identified as (
    select
        named.*,
        -- two contractors may by accident give out the same ids: one family in each study has them
        coalesce(shared.family_number, named.family_number) as id_family,
        if(named.study = 'five_to_twelve' or shared.family_number is not null, 'FT', 'SF') as id_prefix
    from named
    left join cases as shared
        on named.case_name = 'ids used in both studies'
        and shared.case_name = 'ids used by both studies'
)
select
    identified.* exclude (id_family, id_prefix),
    id_prefix || lpad(scattered(id_family * 8 + place, 6180339, 10000000)::varchar, 7, '0')
    || letter_of(
        'ABCDEFGHJKLMNPQRTUVWXYZ', scattered(id_family * 8 + place, 6180339, 10000000) % 23
    ) as participant_id,
    'H' || lpad(scattered(id_family, 6180339, 10000000)::varchar, 7, '0') as family_id,
    postcode_number,
    postcodes.town,
    postcodes.postcode,
    case
        when role = 'child' then null
        when known_as = 'mother' and chance('no responsibility', person_number, 0.005) then false
        when
            known_as = 'father' and case_name is null and chance('no responsibility', person_number, 0.07)
            then false
        when role = 'parental_carer'
            then coalesce(case_name = 'two adults, one yes', chance('responsibility', person_number, 0.3))
        else true
    end as has_responsibility
from identified
join postcodes
    on postcodes.postcode_number = below('home', home, getvariable('postcodes'));

-- A participant's own number is drawn for the register first.
create table study_children as
select
    *,
    registered_upn_digits(person_number * 5, born_on) as register_digits
from people
where role = 'child';

create macro is_postcode_known(home) as
    not chance('no postcode', home, 0.006) and not chance('unknown postcode', home, 0.006);

-- the digits of the numbers that people of five_to_twelve are landed with
create table upns_written as
select
    person_number,
    case
        -- one sibling's number written for both
        when people.known_as = 'child_2'
            and (people.case_name is not null or chance('sibling number', person_number, 0.2))
            then eldest.register_digits
        when people.case_name is null and chance('no number', person_number, 0.02) then null
        when people.case_name is null and chance('wrong number', person_number, 0.025)
            then upn_digits(
                scattered(person_number * 5, 61803399, 100000000),
                year(people.born_on) + if(month(people.born_on) >= 9, 6, 5)
            )
        else study_children.register_digits
    end as digits
from people
left join study_children using (person_number)
left join study_children as eldest
    on eldest.family_number = people.family_number and eldest.place = 0
where people.study = 'five_to_twelve';

create macro participant_row(study_wanted) as table
select
    people.study,
    people.participant_id,
    people.family_id,
    people.role,
    case
        when people.role = 'child' then null
        when not people.has_responsibility and chance('left empty', people.person_number, 0.3) then null
        else people.has_responsibility
    end as parental_responsibility,
    case
        when
            people.case_name = 'one member of the pilot' and people.known_as = 'father'
            then date '2023-08-21'
        when not people.is_day_known then null
        when people.case_name is null
            and people.known_as = 'father'
            and chance('not recorded', people.person_number, 0.004)
            then null
        else people.approached_on
    end as invited_on,
    case
        when
            people.role = 'child'
            then if(
                chance('title', people.person_number, 0.9), null, if(people.true_sex = 'F', 'Miss', 'Master')
            )
        when chance('no title', people.person_number, 0.05) then null
        when chance('doctor', people.person_number, 0.03) then 'Dr'
        when people.true_sex = 'M' then 'Mr'
        else pick(['Mrs', 'Mrs', 'Mrs', 'Ms', 'Miss'], 'title', people.person_number)
    end as title,
    people.first_name,
    people.last_name,
    if(
        people.role <> 'child' and chance('birthday unknown', people.person_number, 0.03),
        null,
        people.born_on
    ) as date_of_birth,
    if(chance('sex unknown', people.person_number, 0.01), null, people.true_sex) as sex,
    first_line(people.home) as address_line_1,
    second_line(people.home) as address_line_2,
    people.town,
    -- a few unknown to ONS, a few as people type them
    case
        when chance('no postcode', people.home, 0.006) then null
        when
            chance('unknown postcode', people.home, 0.006)
            then 'QW' || whole('unknown postcode', people.home, 1, 99)::varchar || ' 9ZZ'
        when chance('typed', people.home, 0.02) then lower(replace(people.postcode, ' ', ''))
        else people.postcode
    end as postcode,
    if(
        people.role = 'child' or chance('no email', people.person_number, 0.15),
        null, email(people.first_name, people.last_name, people.person_number)
    ) as email,
    if(
        people.role = 'child' or chance('no phone', people.person_number, 0.1),
        null,
        phone(people.person_number)
    ) as phone,
    upn_of(upns_written.digits) as upn
from people
left join upns_written using (person_number)
where people.study = study_wanted;

create view landed."surveys/five_to_twelve/participants" as
from participant_row('five_to_twelve');

create view landed."surveys/send_futures/participants" as
from participant_row('send_futures');
