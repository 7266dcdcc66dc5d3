-- The register of all pupils: nearly every study child, and four others to each. A few of the others
-- are a twin, a brother or sister, a namesake, or the same child entered twice. And what the register
-- has otherwise than the study: the truth, which those who link the two do not know.

-- Errors of writing

-- the keys beside each key
set variable keys_beside = map {
    'q': 'wa', 'w': 'qes', 'e': 'wrd', 'r': 'etf', 't': 'ryg', 'y': 'tuh', 'u': 'yij', 'i': 'uok',
    'o': 'ipl', 'p': 'ol', 'a': 'qsz', 's': 'adwx', 'd': 'sfec', 'f': 'dgrv', 'g': 'fhtb',
    'h': 'gjyn', 'j': 'hkum', 'k': 'jlim', 'l': 'kop', 'z': 'asx', 'x': 'zsc', 'c': 'xdv',
    'v': 'cfb', 'b': 'vgn', 'n': 'bhm', 'm': 'njk', '1': '2', '2': '13', '3': '24', '4': '35',
    '5': '46', '6': '57', '7': '68', '8': '79', '9': '80', '0': '9'
};

create macro key_beside(letter, salt, id) as
    pick(string_split(coalesce(getvariable('keys_beside')[lower(letter)], 'e'), ''), salt, id);

-- at a place of the text: another key, none, one too many, or two in the wrong order
create macro mistyped_at(written, place, salt, id) as case whole(salt || ' kind', id, 0, 3)
    when 0
        then left(written, place - 1)
            || key_beside(substr(written, place, 1), salt || ' key', id)
            || substr(written, place + 1)
    when 1
        then left(written, place)
            || key_beside(substr(written, place, 1), salt || ' key', id)
            || substr(written, place + 1)
    when 2
        then if(
            lower(substr(written, place, 1)) = lower(substr(written, place + 1, 1)),
            left(written, place - 1) || substr(written, place + 1),
            left(written, place - 1)
            || substr(written, place + 1, 1)
            || substr(written, place, 1)
            || substr(written, place + 2)
        )
    else left(written, place - 1) || substr(written, place + 1)
end;

-- seldom in the first letter
create macro mistyped(written, salt, id) as mistyped_at(
    written, if(chance(salt || ' first', id, 0.08), 1, whole(salt, id, 2, len(written) - 1)), salt, id
);

-- another of the same form, so that it was never issued either: the sector, the unit's last letter,
-- its two letters in the wrong order, or the district's last digit
create macro mistyped_postcode(written, salt, id) as case
    when chance(salt || ' order', id, 0.25) and substr(written, -1) <> substr(written, -2, 1)
        then left(written, len(written) - 2) || substr(written, -1) || substr(written, -2, 1)
    when chance(salt || ' sector', id, 0.35)
        then left(written, len(written) - 3)
            || ((substr(written, -3, 1)::integer + whole(salt, id, 1, 9)) % 10)::varchar
            || right(written, 2)
    when chance(salt || ' district', id, 0.3)
        then left(written, len(written) - 5)
            || (1 + (substr(written, -5, 1)::integer + whole(salt, id, 0, 7)) % 9)::varchar
            || right(written, 4)
    else left(written, len(written) - 1)
        || pick(
            list_filter(
                string_split('ABDEFGHJLNPQRSTUWXYZ', ''), lambda letter: letter <> substr(written, -1)
            ),
            salt, id
        )
end;

-- the months and years that there are have 28 days at least
create macro mistyped_date(day_of, salt, id) as case whole(salt, id, 0, 4)
    when 0 then day_of + 1
    when 1 then day_of + if(day(day_of) > 14, -10, 10)
    when 2 then day_of + if(month(day_of) = 12, interval (-1) month, interval 1 month)
    when 3 then day_of + interval 1 year
    else day_of - interval 1 year
end::date;

create macro abbreviated(address) as replace(
    replace(
        replace(
            replace(
                replace(replace(replace(address, ' Road', ' Rd'), ' Street', ' St'), ' Avenue', ' Ave'),
                ' Close', ' Cl'
            ),
            ' Drive', ' Dr'
        ),
        ' Lane', ' Ln'
    ),
    ' Gardens', ' Gdns'
);

create macro without_marks(name) as replace(replace(strip_accents(name), 'ł', 'l'), 'Ł', 'L');

create macro has_two_barrels(name) as regexp_matches(name, '[^ -]{2}[ -][^ -]');

-- one barrel, or both without what joins them
create macro barrels(name, salt, id) as case whole(salt, id, 0, 3)
    when 0 then regexp_extract(name, '^(.*)[ -]', 1)
    when 1 then regexp_extract(name, '[ -]([^ -]*)$', 1)
    when 2 then regexp_replace(name, '[ -]', '', 'g')
    else if(contains(name, '-'), replace(name, '-', ' '), replace(name, ' ', '-'))
end;


-- Whom the register holds beside strangers

create table entries as
with
listed as (
    select
        person_number,
        study,
        case_name,
        first_name,
        last_name,
        true_sex,
        born_on,
        own_origin,
        home,
        register_digits,
        entry,
        person_number * 5 + entry as pupil_number,
        case
            when entry = 0 then 'child'
            when case_name = 'found twice in the register' and entry = 3 then 'twice'
            when case_name is not null then 'stranger'
            when entry = 1 and chance('twin', person_number, 0.03) then 'twin'
            when entry = 2 and chance('namesake', person_number, 0.03) then 'namesake'
            when entry = 3 and chance('twice', person_number, 0.006) then 'twice'
            when entry = 4 and chance('sibling', person_number, 0.05) then 'sibling'
            else 'stranger'
        end as kind
    from study_children, range(5) as entries(entry)
)
select
    listed.*,
    near_names.others as near_names,
    -- twins and siblings that are easily taken for one another
    kind in ('twin', 'sibling')
    and near_names.name is not null
    and chance('near name', pupil_number, 0.6) as has_near_name
from listed
left join near_names on near_names.name = listed.first_name
where not (
    kind = 'child'
    and case_name is null
    and chance(
        'not in register',
        person_number,
        case
            -- found by the number and nothing else, so that a twin makes no difference
            when study = 'five_to_twelve' then 0.07
            when chance('twin', person_number, 0.03) then 0.2
            else 0.16
        end
    )
);

-- What may differ between the study and the register, and how often beside the others of which the
-- same is true. In one part of what is written only one thing differs.
create table ways_to_differ as
from (
    values
    ('nickname', 'first name', 40),
    ('other spelling', 'first name', 30),
    ('first name mistyped', 'first name', 9),
    ('first name without marks', 'first name', 30),
    ('first name''s barrels', 'first name', 30),
    ('middle name', 'first name', 5),
    ('first name missing', 'first name', 0.5),
    ('last name mistyped', 'last name', 9),
    ('last name without marks', 'last name', 30),
    ('last name''s barrels', 'last name', 40),
    ('second barrel', 'last name', 4),
    ('another last name', 'last name', 2),
    ('names swapped', 'order', 5),
    ('day and month swapped', 'birth', 12),
    ('date mistyped', 'birth', 6),
    ('date missing', 'birth', 1),
    ('moved', 'home', 22),
    ('address mistyped', 'home', 9),
    ('address abbreviated', 'home', 12),
    ('address missing', 'home', 2),
    ('town missing', 'home', 1),
    ('postcode mistyped', 'home', 8),
    ('postcode missing', 'home', 4)
) as ways_to_differ(way, part, weight);

create macro is_of_day_and_month(day_of) as day(day_of) <= 12 and day(day_of) <> month(day_of);

create table differences as
with
differing as (
    select
        *,
        -- several at a time for some
        case
            when chance('three differ', pupil_number, 0.08) then 3
            when chance('two differ', pupil_number, 0.25) then 2
            else 1
        end as how_many
    from entries
    where
        kind in ('child', 'twice')
        and case_name is null
        and chance(
            'differs',
            pupil_number,
            case when kind = 'twice' then 0.5 when study = 'send_futures' then 0.27 else 0.06 end
        )
),
possible as (
    select
        differing.pupil_number,
        differing.how_many,
        ways_to_differ.way,
        ways_to_differ.part,
        -- the first of several, with odds as their weights
        -ln(1 - share(ways_to_differ.way, differing.pupil_number)) / ways_to_differ.weight as turn
    from differing
    cross join ways_to_differ
    left join called on called.name = differing.first_name and called.how = ways_to_differ.way
    where case ways_to_differ.way
        when 'nickname' then called.name is not null
        when 'other spelling' then called.name is not null
        when 'first name mistyped' then len(differing.first_name) > 3
        when 'first name without marks'
            then without_marks(differing.first_name) <> differing.first_name
        when 'first name''s barrels' then has_two_barrels(differing.first_name)
        when 'last name mistyped' then len(differing.last_name) > 3
        when 'last name without marks'
            then replace(without_marks(differing.last_name), '''', '') <> differing.last_name
        when 'last name''s barrels' then has_two_barrels(differing.last_name)
        when 'second barrel' then not has_two_barrels(differing.last_name)
        when 'day and month swapped' then is_of_day_and_month(differing.born_on)
        when 'address abbreviated'
            then abbreviated(first_line(differing.home)) <> first_line(differing.home)
        else true
    end
),
first_of_part as (
    select *
    from possible
    qualify row_number() over (partition by pupil_number, part order by turn) = 1
),
chosen as (
    select *
    from first_of_part
    qualify row_number() over (partition by pupil_number order by turn) <= how_many
)
select pupil_number, list(way order by way) as ways
from chosen
group by pupil_number;

create table pupils as
with
drawn as (
    select
        entries.* exclude (near_names),
        coalesce(own.ways, []) as ways,
        if(has_near_name, pick(near_names, 'which near name', entries.pupil_number), null) as near_name,
        if(kind = 'stranger', pick(getvariable('origins'), 'pupil origin', entries.pupil_number), own_origin)
            as pupil_origin,
        if(
            kind = 'stranger' or (kind in ('twin', 'sibling') and not has_near_name),
            pick(['F', 'M'], 'pupil sex', entries.pupil_number), true_sex
        ) as sex,
        -- moved since one of the two wrote the address down: people who live together move together
        case
            when kind in ('stranger', 'namesake') then 'pupil ' || entries.pupil_number
            when kind = 'twice' then if(list_contains(own.ways, 'moved'), 'former ', '') || home
            when list_contains(childs.ways, 'moved') then 'old ' || home
            else home
        end as register_home
    from entries
    left join differences as own using (pupil_number)
    left join differences as childs on childs.pupil_number = entries.person_number * 5
),
named as (
    select
        drawn.*,
        case
            when kind not in ('stranger', 'twin', 'sibling') then drawn.first_name
            when near_name is not null then near_name
            when kind <> 'stranger' and given.value = drawn.first_name then given.another
            else given.value
        end as given_name,
        if(kind = 'stranger', family.value, drawn.last_name) as family_name,
        case
            when kind = 'stranger' then date '2006-09-01' + whole('pupil born', pupil_number, 0, 4740)
            -- the same name elsewhere, and some of the days are near
            when kind = 'namesake' and chance('near day', pupil_number, 0.4)
                then born_on + pick([-10, -2, -1, 0, 1, 10, 30, 365], 'near day', pupil_number)
            when kind = 'namesake' then born_on + whole('pupil born', pupil_number, -600, 600)
            when kind = 'sibling'
                then born_on
                    + pick([-1, 1], 'which sibling', pupil_number) * whole('sibling', pupil_number, 300, 760)
            else born_on
        end as pupil_born_on
    from drawn
    join names as given
        on given.list = pupil_origin || if(sex = 'F', '_girl', '_boy')
        and given.slot = below('pupil name', pupil_number, getvariable('name_slots'))
    join names as family
        on family.list = pupil_origin || '_surname'
        and family.slot = below('pupil surname', pupil_number, getvariable('name_slots'))
),
written as (
    select
        named.*,
        case
            when list_contains(ways, 'nickname') or list_contains(ways, 'other spelling')
                then pick(called.others, 'called', pupil_number)
            when list_contains(ways, 'first name mistyped')
                then mistyped(given_name, 'first name mistyped', pupil_number)
            when list_contains(ways, 'first name without marks') then without_marks(given_name)
            when list_contains(ways, 'first name''s barrels')
                then barrels(given_name, 'first barrels', pupil_number)
            when list_contains(ways, 'middle name') then given_name || ' ' || middle.value
            when list_contains(ways, 'first name missing') then null
            else given_name
        end as first_written,
        case
            when list_contains(ways, 'last name mistyped')
                then mistyped(family_name, 'last name mistyped', pupil_number)
            when list_contains(ways, 'last name without marks')
                then replace(without_marks(family_name), '''', pick(['', '', ' '], 'mark', pupil_number))
            when list_contains(ways, 'last name''s barrels')
                then barrels(family_name, 'last barrels', pupil_number)
            when list_contains(ways, 'second barrel') then family_name || '-' || other_name.value
            when list_contains(ways, 'another last name') then other_name.value
            else family_name
        end as last_written,
        first_line(register_home) as address_written,
        postcodes.town as town_written,
        postcodes.postcode as postcode_written,
        postcodes.authority
    from named
    left join called
        on called.name = given_name
        and called.how = if(list_contains(ways, 'nickname'), 'nickname', 'other spelling')
    left join names as middle
        on middle.list = if(len(ways) > 0, pupil_origin || if(sex = 'F', '_girl', '_boy'), null)
        and middle.slot = below('middle name', pupil_number, getvariable('name_slots'))
    left join names as other_name
        on other_name.list = if(len(ways) > 0, pupil_origin || '_surname', null)
        and other_name.slot = below('other surname', pupil_number, getvariable('name_slots'))
    join postcodes
        on postcodes.postcode_number = below('home', register_home, getvariable('postcodes'))
)
select
    pupil_number,
    person_number,
    kind,
    study,
    pupil_origin,
    ways,
    has_near_name,
    upper(left(md5(getvariable('seed') || ':pupil:' || pupil_number), 18)) as pupil_matching_ref,
    upn_of(upn_digits) as upn,
    -- some schools write in capitals
    if(chance('capitals', pupil_number, 0.03), upper(forename_written), forename_written) as forename,
    if(chance('capitals', pupil_number, 0.03), upper(surname_written), surname_written) as surname,
    case
        when list_contains(ways, 'day and month swapped')
            then make_date(year(pupil_born_on), day(pupil_born_on), month(pupil_born_on))
        when list_contains(ways, 'date mistyped')
            then mistyped_date(pupil_born_on, 'date mistyped', pupil_number)
        when list_contains(ways, 'date missing') then null
        else pupil_born_on
    end as date_of_birth,
    if(chance('gender', pupil_number, 0.002), null, sex) as gender,
    case
        when list_contains(ways, 'address mistyped')
            then mistyped(address_written, 'address mistyped', pupil_number)
        when list_contains(ways, 'address abbreviated') then abbreviated(address_written)
        when list_contains(ways, 'address missing') then null
        else address_written
    end as address_line_1,
    if(list_contains(ways, 'town missing'), null, town_written) as town,
    case
        when list_contains(ways, 'postcode mistyped')
            then mistyped_postcode(postcode_written, 'postcode mistyped', pupil_number)
        when
            list_contains(ways, 'postcode missing')
            or (kind = 'stranger' and chance('register postcode', pupil_number, 0.01))
            then null
        else postcode_written
    end as postcode,
    authority,
    pupil_born_on,
    person_number // 8 as family_number,
    kind = 'child' and study = 'five_to_twelve' as is_of_five_to_twelve
from (
    select
        *,
        if(list_contains(ways, 'names swapped'), last_written, first_written) as forename_written,
        if(list_contains(ways, 'names swapped'), first_written, last_written) as surname_written,
        if(
            kind in ('child', 'twice'), register_digits, registered_upn_digits(pupil_number, pupil_born_on)
        ) as upn_digits
    from written
) as written;

-- all pupils: a stranger of no family is in the register as anybody
create view register as
with
pupils_of_all_kinds as (
    select
        pupil_number,
        person_number,
        kind,
        study,
        pupil_origin,
        pupil_matching_ref,
        if(kind = 'stranger' and chance('no upn', pupil_number, 0.005), null, upn) as upn,
        forename,
        surname,
        date_of_birth,
        gender,
        address_line_1,
        town,
        postcode,
        authority,
        pupil_born_on,
        family_number,
        is_of_five_to_twelve
    from pupils
    union all
    select
        pupil_number,
        null as person_number,
        'of no family' as kind,
        null as study,
        origin as pupil_origin,
        pupil_matching_ref,
        upn_of(upn_digits) as upn,
        forename,
        surname,
        born_on as date_of_birth,
        gender,
        address_line_1,
        town,
        postcode,
        authority,
        born_on as pupil_born_on,
        null as family_number,
        false as is_of_five_to_twelve
    from strangers
)
select
    *,
    -- 1 September to 31 August is one school year
    year(pupil_born_on) + if(month(pupil_born_on) >= 9, 0, -1) as cohort,
    case
        when
            study = 'send_futures' and kind <> 'stranger'
            then pick(getvariable('sen_provisions_of_the_study'), 'sen', pupil_number)
        else pick(getvariable('sen_provisions'), 'sen', pupil_number)
    end as usual_sen,
    chance('special school', pupil_number, 0.4) as is_in_special_school
from pupils_of_all_kinds;

create view landed."dfe/pupils" as
select
    pupil_matching_ref,
    upn,
    forename,
    surname,
    date_of_birth,
    gender,
    address_line_1,
    town,
    postcode
from register;

-- A reviewer's decisions about doubtful pairs of participant and pupil: so unlike that it may be
-- another, so like another that it may be them, or entered twice
create view landed."surveys/send_futures/clerical_decisions" as
select
    people.study,
    people.participant_id,
    pupils.pupil_matching_ref,
    if(pupils.kind in ('child', 'twice'), 'match', 'no_match') as decision,
    pick(['reviewer 1', 'reviewer 2', 'reviewer 3'], 'reviewer', pupils.pupil_number) as decided_by,
    stamp(
        in_office_hours(
            date '2025-01-06' + whole('reviewed', pupils.pupil_number, 0, 60), 'reviewed', pupils.pupil_number
        )
    ) as decided_at
from pupils
join people using (person_number)
where
    people.study = 'send_futures'
    and chance('review', pupils.pupil_number, if(pupils.kind = 'child', 0.4, 0.7))
    and case pupils.kind
        when 'twin' then pupils.has_near_name
        when 'sibling' then pupils.has_near_name
        when 'namesake' then abs(pupils.pupil_born_on - people.born_on) <= 30
        when 'twice' then true
        else list_has_any(
            pupils.ways,
            [
                'another last name', 'date mistyped', 'date missing', 'day and month swapped', 'names swapped'
            ]
        )
    end;


-- The truth, which no landing folder holds: which pupil is which child of a study, and what differs.
-- A child who was entered twice has two pupils.
create view true_pupils as
select
    people.study,
    people.participant_id,
    pupils.pupil_matching_ref,
    array_to_string(
        list_sort(list_distinct(pupils.ways || if(is_postcode_known(people.home), [], ['postcode missing']))),
        ', '
    ) as differences
from pupils
join people using (person_number)
where pupils.kind in ('child', 'twice');

-- those who are easily taken for a child
create view near_pupils as
select
    people.study,
    people.participant_id,
    pupils.pupil_matching_ref,
    pupils.kind
from pupils
join people using (person_number)
where pupils.kind in ('twin', 'sibling', 'namesake');
