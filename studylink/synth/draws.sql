-- Randomness that depends on nothing but the seed and what is drawn for: every draw is a hash of
-- seed, purpose and subject, so that neither the order of rows nor the number of threads matters.
-- `salt` names the purpose; `id` says for whom or what.

create macro draw(salt, id) as hash(getvariable('seed') || ':' || salt || ':' || id);

create macro share(salt, id) as (draw(salt, id) >> 11)::double / 9007199254740992.0;

create macro chance(salt, id, odds) as share(salt, id) < odds;

-- A whole number from 0, and less than `count`. Both sides of % have one type: mixed ones are slow.
create macro below(salt, id, count) as (draw(salt, id) % (count)::ubigint)::bigint;

create macro whole(salt, id, lowest, highest) as
    (lowest + below(salt, id, highest - lowest + 1))::integer;

create macro pick(members, salt, id) as members[1 + below(salt, id, len(members))];

-- {member: weight} as a list that `pick` draws from in those proportions
create macro weighted(weights) as flatten(
    list_transform(
        map_entries(weights),
        lambda entry: list_transform(range(entry.value), lambda turn: entry.key)
    )
);

-- near enough standard normal: four uniform draws out of one hash, summed
create macro bell(salt, id) as (
    (draw(salt, id) & 65535)::double
    + ((draw(salt, id) >> 16) & 65535)::double
    + ((draw(salt, id) >> 32) & 65535)::double
    + (draw(salt, id) >> 48)::double
    - 131070.0
) / 37837.0;

create macro bounded(value, lowest, highest) as greatest(lowest, least(highest, value));

-- a moment of a day at which people answer, in UTC
create macro in_office_hours(day, salt, id) as
    day::timestamp + to_seconds(whole(salt, id, 28800, 72000));

create macro stamp(moment) as strftime(moment::timestamp, '%Y-%m-%dT%H:%M:%SZ');

-- A permutation of 0 .. size - 1, so that numbers given out in it are unique and show no order.
-- `stride` must share no factor with `size`.
create macro scattered(number, stride, size) as
    (number::bigint * stride + below('scatter', size, size)) % size;

create macro letter_of(alphabet, number) as substr(alphabet, 1 + (number)::integer, 1);


-- Identifiers, well formed but in ranges that were never issued

-- The digits of a UPN as a number: a local authority from 990 up, the establishment, the year of
-- entry and a serial. `number` has eight digits, of which five come before the year.
create macro upn_digits(number, entry_year) as
    990000000000 + (number // 1000) * 100000 + (entry_year % 100) * 1000 + number % 1000;

create macro digit(number, place) as (number // place) % 10;

create macro upn_check_sum(digits) as (
    2 * digit(digits, 100000000000) + 3 * digit(digits, 10000000000)
    + 4 * digit(digits, 1000000000) + 5 * digit(digits, 100000000)
    + 6 * digit(digits, 10000000) + 7 * digit(digits, 1000000)
    + 8 * digit(digits, 100000) + 9 * digit(digits, 10000)
    + 10 * digit(digits, 1000) + 11 * digit(digits, 100)
    + 12 * digit(digits, 10) + 13 * digit(digits, 1)
) % 23;

-- 13 characters: the check letter and the digits, which are best a column, for they are named often
create macro upn_of(digits) as
    letter_of('ABCDEFGHJKLMNPQRTUVWXYZ', upn_check_sum(digits)) || digits::varchar;

-- the digits of those who are in the register as this number and began school at four
create macro registered_upn_digits(pupil_number, born_on) as upn_digits(
    scattered(pupil_number, 61803399, 100000000),
    year(born_on) + if(month(born_on) >= 9, 5, 4)
);

-- 999 and six digits, its check sum and its check digit: 243 is 9 * 10 + 9 * 9 + 9 * 8
create macro nhs_check_sum(serial) as (
    243
    + 7 * digit(serial, 100000) + 6 * digit(serial, 10000) + 5 * digit(serial, 1000)
    + 4 * digit(serial, 100) + 3 * digit(serial, 10) + 2 * digit(serial, 1)
) % 11;

create macro nhs_number_of(serial) as
    '999 ' || lpad((serial // 1000)::varchar, 3, '0')
    || ' ' || lpad((serial % 1000)::varchar, 3, '0')
    || ((11 - nhs_check_sum(serial)) % 11)::varchar;

-- A remainder of 1 has no check digit. One more in the last place then has, and nine to nought too.
create macro nhs_serial(serial) as case
    when nhs_check_sum(serial) <> 1 then serial
    when serial % 10 = 9 then serial - 9
    else serial + 1
end;

-- in steps, so that no step is written out as often as the next one names it
create macro nhs_number(id) as list_transform(
    list_transform([whole('nhs', id, 0, 999999)], lambda drawn: nhs_serial(drawn)),
    lambda serial: nhs_number_of(serial)
)[1];

create macro national_insurance_number(id) as
    'QQ ' || lpad(whole('nino1', id, 0, 99)::varchar, 2, '0')
    || ' ' || lpad(whole('nino2', id, 0, 99)::varchar, 2, '0')
    || ' ' || lpad(whole('nino3', id, 0, 99)::varchar, 2, '0')
    || ' ' || pick(['A', 'B', 'C', 'D'], 'nino4', id);

-- the numbers that Ofcom keeps for drama
create macro phone(id) as case
    when chance('phone kind', id, 0.8) then '07700 900' || lpad(whole('phone', id, 0, 999)::varchar, 3, '0')
    when chance('phone town', id, 0.6) then '01632 960' || lpad(whole('phone', id, 0, 999)::varchar, 3, '0')
    else '020 7946 0' || lpad(whole('phone', id, 0, 999)::varchar, 3, '0')
end;

create macro email(first_name, last_name, id) as
    regexp_replace(lower(strip_accents(first_name || '.' || last_name)), '[^a-z.-]', '', 'g')
    || whole('email number', id, 1, 99)
    || '@example.' || pick(['org', 'com', 'net'], 'email domain', id);

create macro house(id) as
    whole('house', id, 1, 180)::varchar || ' ' || pick(getvariable('streets'), 'street', id);

create macro flat(id) as 'Flat ' || whole('flat', id, 1, 40)::varchar;

create macro first_line(home) as if(chance('is flat', home, 0.15), flat(home), house(home));

create macro second_line(home) as if(chance('is flat', home, 0.15), house(home), null);
