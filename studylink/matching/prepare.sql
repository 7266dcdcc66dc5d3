-- What is compared, made from names, dates and addresses as they were landed.

-- Capitals, digits and single spaces: accents off, apostrophes out, other signs to spaces.
-- Most values are so already but for their case, which is far cheaper to see than to make.
create macro plain(value) as case
    when regexp_full_match(upper(value), '[A-Z0-9]+( [A-Z0-9]+)*') then upper(value)
    else nullif(trim(regexp_replace(
        upper(strip_accents(translate(value, 'ŁłØøĐđÐðıÞþ', 'LlOoDdDdiTt'))).regexp_replace('[''`’ʼ‘.]', '', 'g'),
        '[^\p{L}\p{N}]+', ' ', 'g'
    )), '')
end;

create macro joined(words) as replace(words, ' ', '');

-- Whether words stand where there is no first name, an initial among them
create macro is_no_name(words) as length(words) = 1 or words in (select upper(name) from no_names);

create macro digits(words) as translate(words, ' ABCDEFGHIJKLMNOPQRSTUVWXYZ', '');

-- The parts of a name that has several
create macro several(words) as if(contains(words, ' '), string_split(words, ' '), null);

-- Without the words of a last name, which are the whole family's: in `Omar Ali` Ali, nothing is a part
-- of it that makes an Ali of the same family more like him
create macro but_for(parts, last_words) as nullif(
    list_filter(
        parts,
        lambda word: not coalesce(list_contains(string_split(last_words, ' '), word), false)
    ),
    []
);

-- Whether two first names, or two last names, may be one, however written; null where one is missing
create macro alike(name_l, name_r, parts_l, parts_r) as
    damerau_levenshtein(name_l, name_r) <= 1
    or jaro_winkler_similarity(name_l, name_r) >= 0.85
    or list_has_any(coalesce(parts_l, [name_l]), coalesce(parts_r, [name_r]));

-- Whether somebody's first name is like somebody's last name
create macro crosses(
    first, first_stands_for, first_parts, first_digits, last, last_stands_for, last_parts, last_digits
) as
    first = last
    or list_contains(first_stands_for, last)
    or list_contains(last_stands_for, first)
    or list_contains(first_parts, last)
    or list_contains(last_parts, first)
    or (damerau_levenshtein(first, last) = 1 and length(first) > 3 and first_digits = last_digits);

-- Whether two letters changed places, and nothing else
create macro transposed(name_l, name_r) as
    damerau_levenshtein(name_l, name_r) = 1
    and list_sort(string_split(name_l, '')) = list_sort(string_split(name_r, ''));

-- A name with no letter doubled, and F for PH: nobody gives twins names
-- that differ so
create macro written(name) as array_to_string(
    list_filter(
        string_split(replace(name, 'PH', 'F'), ''),
        lambda letter, place: place = 1 or letter <> replace(name, 'PH', 'F')[place - 1]
    ),
    ''
);

-- A name where one sound is always spelt in one way: K for hard C, KS for X, F for V, U for OO and OU,
-- I for Y, and E for A and U where they are hardly heard, after the first vowels and before the last
-- letter. Only for names that are known to be one (nicknames.csv): Mia and Mya are two
create macro with_one_letter_to_a_sound(name) as regexp_replace(
    replace(name, 'X', 'KS').replace('OO', 'U').replace('OU', 'U').replace('CK', 'K')
        .replace('GH', 'G').replace('V', 'F'),
    'C([^EHIY]|$)|(?:CH|KH)([LR])', 'K\1\2', 'g'
);
create macro with_late_vowels_alike(name) as if(
    regexp_matches(name, '^[^AEIOU]*[AEIOU]+.+$'),
    regexp_extract(name, '^[^AEIOU]*[AEIOU]+')
    || translate(regexp_extract(name, '^[^AEIOU]*[AEIOU]+(.*).$', 1), 'AU', 'EE')
    || right(name, 1),
    name
);
create macro spelt(name) as written(with_late_vowels_alike(
    left(with_one_letter_to_a_sound(name), 1)
    || replace(substr(with_one_letter_to_a_sound(name), 2), 'Y', 'I')
));

-- Every three letters that follow one another in a name, its beginning and end among them, but for
-- those that can be read in any name because vowels and consonants take turns
create macro threes(name) as list_filter(
    list_transform(range(length(name)), lambda place: substr('^' || name || '$', place + 1, 3)),
    lambda three: regexp_matches(three, '[AEIOUY]{2}|[^AEIOUY^$]{2}')
);

-- Both names as one
create macro names(first_words, last_words) as joined(first_words) || ' ' || joined(last_words);

-- Whether every word of a first name is one of another's, or a variant of one; of each word the
-- forms are what it stands for, itself the last
create macro covers(forms, other_forms) as len(list_filter(
    forms,
    lambda word: not list_has_any(word, flatten(other_forms))
)) = 0;

-- The whole of an address, null where a part of it is
create macro home(line, postcode) as joined(line) || ' ' || postcode;

-- Soundex, but for its padding: a name's first letter and its next three consonants by kind
create macro sound(name) as left(name, 1) || left(
    translate(substr(name, 2), 'BFPVCGJKQSXZDTLMNRAEIOUHWY0123456789', '111122222222334556')
        -- twice, for a letter typed three times
        .replace('11', '1').replace('22', '2').replace('33', '3')
        .replace('44', '4').replace('55', '5').replace('66', '6')
        .replace('11', '1').replace('22', '2').replace('33', '3')
        .replace('44', '4').replace('55', '5').replace('66', '6'),
    3
);

-- Everybody, narrow enough for ten million
create macro narrowed(people) as table
select
    study,
    id,
    plain(first_name) as first_words,
    plain(last_name) as last_words,
    strftime(date_of_birth::date, '%Y%m%d') as born,
    plain(address_line_1) as line,
    joined(plain(town)) as town,
    joined(plain(postcode)) as postcode
from query_table(people);

-- The sound of every name that somebody has: there are far fewer names than people
create macro sounded(people) as table
with
names as (
    select first_words as words from query_table(people)
    union
    select last_words from query_table(people)
)
select words, sound(joined(words)) as sound
from names
where words is not null;

create macro key(value) as if(value is not null, hash(value), null);

-- What blocking asks for, as numbers, which are compared faster than text
create macro keyed(people, sounds) as table
select
    people.number,
    key(people.first_words) as first_words,
    key(people.last_words) as last_words,
    key(people.born) as born,
    key(left(people.born, 4)) as year,
    key(substr(people.born, 5)) as day_and_month,
    key(people.line) as line,
    key(nullif(regexp_replace(people.line, '[^0-9]+', '', 'g'), '')) as house,
    key(people.town) as town,
    key(people.postcode) as postcode,
    key(first_sounds.sound) as first_sound,
    key(last_sounds.sound) as last_sound
from query_table(people) as people
left join query_table(sounds) as first_sounds on first_sounds.words = people.first_words
left join query_table(sounds) as last_sounds on last_sounds.words = people.last_words;

-- What each word stands for in first names that have several
create macro formed(people) as table
with
words as (
    select
        first_words,
        unnest(string_split(first_words, ' ')) as word,
        generate_subscripts(string_split(first_words, ' '), 1) as place
    from (select distinct first_words from query_table(people) where contains(first_words, ' '))
)
select
    words.first_words,
    list(coalesce(variants.stands_for, [words.word]) order by words.place) as forms
from words
left join variants on variants.name = words.word
group by words.first_words;

-- What splink compares. Each is known by the number of its row.
create macro compared(people) as table
with
derived as (
    select
        number::varchar as id,
        first_words,
        last_words,
        joined(first_words) as first,
        is_no_name(first_words) as first_is_no_name,
        but_for(several(first_words), last_words) as first_parts,
        digits(first_words) as first_digits,
        joined(last_words) as last,
        several(last_words) as last_parts,
        digits(last_words) as last_digits,
        born,
        regexp_extract_all(line, '[0-9]+[A-Z]?') as numbers,
        joined(nullif(trim(regexp_replace(line, '[0-9]+[A-Z]?\b', '', 'g')), '')) as street,
        town,
        postcode,
        home(line, postcode) as home
    from query_table(people)
),
-- there are far fewer names than people
first_names as (
    select
        first,
        sound(first) as first_sound,
        written(first) as first_written,
        spelt(first) as first_spelt
    from (select distinct first from derived)
),
known as (
    select
        derived.* exclude (first_words, last_words),
        -- a first name stands for itself and for whatever it is short for or another spelling of
        coalesce(variants.stands_for, [derived.first]) as first_stands_for,
        -- what stands where the last name does may be a first name
        coalesce(variants_of_last.stands_for, [derived.last]) as last_stands_for,
        coalesce(
            nullif(list_filter(
                formed.forms,
                lambda word: not coalesce(list_contains(string_split(derived.last_words, ' '), word[-1]), false)
            ), []),
            [first_stands_for]
        ) as first_forms
    from derived
    left join variants on variants.name = derived.first
    left join variants as variants_of_last on variants_of_last.name = derived.last
    left join formed(people) as formed on formed.first_words = derived.first_words
),
-- whose letters follow one another as in no name that is listed
unreadable_names as (
    select distinct spelt_out.first
    from (
        select first, unnest(threes(first)) as three
        from first_names
        where length(first) < 5
    ) as spelt_out
    where spelt_out.three not in (select three from letters_of_names)
)
select
    known.*,
    first_names.first_sound,
    first_names.first_written,
    first_names.first_spelt,
    list_has_any(known.first_forms[1], (select list(upper(name)) from leading_names)) as first_leads,
    list_has_any(
        known.first_stands_for, (select list(upper(name)) from leading_names where of_all_brothers = 'true')
    ) as first_is_of_all_brothers,
    listed_names.name is not null as first_is_listed,
    unreadable_names.first is not null as first_is_unreadable,
    coalesce(frequencies_of_first.bearers, 0) as first_bearers,
    coalesce(frequencies_of_last.bearers, 0) as last_bearers,
    array_to_string(numbers, ' ') as house
from known
left join first_names on first_names.first = known.first
left join listed_names on listed_names.name = known.first
left join unreadable_names on unreadable_names.first = known.first
left join frequencies_of_first on frequencies_of_first.value = known.first
left join frequencies_of_last on frequencies_of_last.value = known.last;
