-- Randomness that depends on nothing but the seed and what is drawn for: every draw is a hash of
-- seed, purpose and subject, so that neither the order of rows nor the number of threads matters.
-- `salt` names the purpose; `id` says for whom or what.

create macro draw(salt, id) as hash(getvariable('seed') || ':' || salt || ':' || id);

create macro share(salt, id) as (draw(salt, id) >> 11)::double / 9007199254740992.0;

create macro chance(salt, id, odds) as share(salt, id) < odds;

create macro whole(salt, id, lowest, highest) as
    (lowest + (draw(salt, id) % (highest - lowest + 1))::integer)::integer;

create macro pick(members, salt, id) as members[1 + (draw(salt, id) % len(members))::integer];

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

-- A permutation of 0 .. size - 1, so that numbers given out in it are unique and tell no order.
-- `stride` must share no factor with `size`.
create macro scattered(number, stride, size) as
    (number::bigint * stride + (draw('scatter', size) % size)::bigint) % size;

create macro letter_of(alphabet, number) as substr(alphabet, 1 + (number)::integer, 1);


-- Identifiers, well formed but in ranges that were never issued

-- 13 characters: the check letter, a local authority number from 990 up, the establishment, the
-- year of entry and a serial
create macro upn_digits(number, entry_year) as
    '99' || substr(lpad(number::varchar, 8, '0'), 1, 5)
    || lpad((entry_year % 100)::varchar, 2, '0')
    || substr(lpad(number::varchar, 8, '0'), 6, 3);

create macro upn_of(digits) as letter_of(
    'ABCDEFGHJKLMNPQRTUVWXYZ',
    list_sum(list_transform(range(12), lambda place: substr(digits, place + 1, 1)::int * (place + 2)))
    % 23
) || digits;

-- the check digit of 999xxxxxx: 243 is 9 * 10 + 9 * 9 + 9 * 8
create macro nhs_check_sum(serial) as (
    243 + list_sum(list_transform(
        range(6), lambda place: substr(lpad((serial)::varchar, 6, '0'), place + 1, 1)::int * (7 - place)
    ))
) % 11;

create macro nhs_number_of(serial) as
    '999 ' || substr(lpad((serial)::varchar, 6, '0'), 1, 3)
    || ' ' || substr(lpad((serial)::varchar, 6, '0'), 4, 3)
    || ((11 - nhs_check_sum(serial)) % 11)::varchar;

-- a remainder of 1 has no check digit; one more in the last place then does, and nine to nought too
create macro nhs_number(id) as nhs_number_of(
    case
        when nhs_check_sum(whole('nhs', id, 0, 999999)) <> 1 then whole('nhs', id, 0, 999999)
        when whole('nhs', id, 0, 999999) % 10 = 9 then whole('nhs', id, 0, 999999) - 9
        else whole('nhs', id, 0, 999999) + 1
    end
);

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
