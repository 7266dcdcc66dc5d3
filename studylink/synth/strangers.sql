-- Pupils whom no study knows, as many as make the register a nation's: two to a household, the
-- households of a postcode on one street. Names have a long tail, as in life, and first names their
-- fashions; twins are one pair of children in sixty. A small world has none.

create table ranked_names as
select
    list,
    value,
    row_number() over (partition by list order by min(slot)) - 1 as place,
    count(*) over (partition by list) as length
from names
group by list, value;

create table list_lengths as
select distinct list, length
from ranked_names;

create table strangers as
with
-- joined by name below: a join on an expression of a range is made pair by pair
numbers as (
    select number, number // 2 as household
    from range(getvariable('first_stranger'), getvariable('end_of_strangers')) as numbers(number)
),
households as (
    select
        household,
        pick(getvariable('origins'), 'household origin', household) as origin,
        household % getvariable('postcodes') as postcode_number,
        date '2006-09-01' + whole('eldest born', household, 0, 4740) as eldest_born_on,
        share('household name', household) as share_of_surnames,
        (
            whole('first house', household % getvariable('postcodes'), 1, 60)
            + 2 * (household // getvariable('postcodes'))
        )::varchar || ' ' || pick(getvariable('streets'), 'road', household % getvariable('postcodes'))
            as address_line_1
    from
        range(getvariable('first_stranger') // 2, getvariable('end_of_strangers') // 2 + 1)
            as households(household)
),
children as (
    select
        households.*,
        number,
        -- beyond those who go with the families
        getvariable('families') * 8 * 5 + number as pupil_number,
        pick(['girl', 'boy'], 'stranger sex', number) as kind,
        case
            when number % 2 = 0 or chance('household twins', household, 0.016) then eldest_born_on
            when eldest_born_on < date '2014-01-01' then eldest_born_on + whole('younger', household, 330, 2000)
            else eldest_born_on - whole('older', household, 330, 2000)
        end as conceived_for,
        -- fewer are born at weekends
        conceived_for
        + if(dayofweek(conceived_for) in (0, 6) and chance('weekday', number, 0.25), 2, 0) as born_on
    from households
    join numbers using (household)
),
named as (
    select
        children.*,
        given_lengths.list as given_list,
        family_lengths.list as family_list,
        floor(family_lengths.length * pow(share_of_surnames, getvariable('steepness')['surname']))::bigint
            as family_place,
        (
            floor(given_lengths.length * pow(share('stranger name', number), getvariable('steepness')[kind]))
            -- what is common in one year is less so in another
            + if(chance('fashion', number, 0.4), 5 * (year(born_on) - 2006), 0)
        )::bigint % given_lengths.length as given_place
    from children
    join list_lengths as given_lengths on given_lengths.list = origin || '_' || kind
    join list_lengths as family_lengths on family_lengths.list = origin || '_surname'
)
select
    pupil_number,
    registered_upn_digits(pupil_number, named.born_on) as upn_digits,
    upper(left(md5(getvariable('seed') || ':stranger:' || number), 18)) as pupil_matching_ref,
    given.value as forename,
    family.value as surname,
    named.born_on,
    if(kind = 'girl', 'F', 'M') as gender,
    named.address_line_1,
    postcodes.town,
    postcodes.postcode,
    postcodes.authority,
    named.origin
from named
join ranked_names as given on given.list = given_list and given.place = given_place
join ranked_names as family on family.list = family_list and family.place = family_place
join postcodes using (postcode_number);
