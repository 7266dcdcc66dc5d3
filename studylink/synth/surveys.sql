-- What families say: in the waves of the surveys, about linkage, and in requests.

-- The last day on which anything in these extracts happens, bar a few cases
set variable last_day = date '2026-06-25';

-- Who took part when
create table family_waves as
with
planned as (
    select
        family_number,
        case_name,
        wave,
        approached_on
        + (wave - 1)::integer * 365
        + whole('wave ' || wave, family_number, 14, 75) as took_part_on
    from families, range(1, 4) as waves(wave)
)
select family_number, wave, took_part_on
from planned
where
    (case_name is null or case_name not in (select case_name from case_waves))
    and took_part_on <= getvariable('last_day')
    and (
        (case_name is not null and wave = 1)
        or chance('took part ' || wave, family_number, 1.02 - 0.1 * wave)
    )
union all
select families.family_number, case_waves.wave, case_waves.took_part_on
from case_waves
join families using (case_name)
where case_waves.wave is not null;

create table sittings as
select
    people.*,
    family_waves.wave,
    family_waves.took_part_on + if(people.place = 1, 0, whole('later', people.person_number, 0, 5))
        as took_part_on,
    people.person_number || ':' || family_waves.wave as sitting,
    child.first_name as child_name,
    child.true_sex as child_sex,
    child.born_on as child_born_on
from people
join family_waves using (family_number)
join people as child
    on child.family_number = people.family_number and child.place = 0
where
    people.place = 1
    -- the day itself matters in the hand-made families, so nobody else adds another
    or (
        people.case_name is null
        and chance(
            'sat', people.person_number || ':' || family_waves.wave, if(people.role = 'child', 0.85, 0.3)
        )
    )
    or (people.case_name is not null and people.place = 0 and people.study = 'send_futures');

-- As people really write: mostly nothing, mostly harmless, now and then everything about themselves
create macro remark(harmless, r) as case
    when chance('remark', r.sitting, 0.8) then null
    when chance('remark', r.sitting, 0.85) then pick(harmless, 'harmless', r.sitting)
    else case whole('telling', r.sitting, 0, 9)
        when 0 then format('please ring me on {} after 6', phone(r.person_number))
        when 1 then format('{} {}, {}, {}', r.first_name, r.last_name, house(r.home), r.postcode)
        when 2 then format('my NHS number is {} if that helps', nhs_number(r.person_number))
        when 3 then format(
            '{} {} is on the waiting list, NHS no {}',
            r.child_name, r.last_name, replace(nhs_number(r.family_number * 8), ' ', '')
        )
        when 4 then 'Email is best: ' || email(r.first_name, r.last_name, r.person_number)
        when 5 then format('NI number {}, you asked last time', national_insurance_number(r.person_number))
        when 6 then format('We have moved: {}, {} {}', house('moved ' || r.family_number), r.town, r.postcode)
        when 7 then format('{} {} dob {}', lower(r.child_name), lower(r.last_name), strftime(r.child_born_on, '%d/%m/%Y'))
        when 8 then format('ask for {} on {}', r.first_name, replace(phone(r.person_number), ' ', ''))
        else format('{}''s teacher, Mrs {}, has been "amazing"{}thank you', r.child_name, r.last_name, chr(10))
    end
end;

-- points of a child's total difficulties score, apart from what hardship adds
create macro difficulties(family_number) as 4.6 * bell('sdq', family_number);

create view landed."surveys/five_to_twelve/parent_interviews" as
select
    study,
    participant_id,
    wave,
    took_part_on as interviewed_on,
    case
        when chance('relationship', person_number, 0.01) then null
        when
            role = 'parental_carer'
            then pick(getvariable('carer_relationships'), 'relationship', person_number)
        when pick(getvariable('relationships'), 'relationship', person_number) = 'parent' then role
        else pick(getvariable('relationships'), 'relationship', person_number)
    end as relationship_to_child,
    case
        when
            chance('gender', person_number, 0.01)
            then pick(['other', 'prefer_not_to_say'], 'gender', person_number)
        when chance('gender', person_number, 0.02) then null
        when child_sex = 'F' then 'girl'
        else 'boy'
    end as child_gender,
    if(
        chance('other group', person_number, 0.12),
        pick(getvariable('other_ethnic_groups'), 'other group', person_number),
        origins.ethnic_group
    ) as ethnic_group,
    bounded(
        round(4 + 1.1 * bell('household', family_number) + 0.2 * bell('household', sitting)), 2, 11
    )::integer as household_size,
    if(
        chance('income', sitting, 0.11),
        null,
        (
            100
            * round(
                exp(
                    10.55
                    - 0.45 * hardship(family_number)
                    + 0.4 * bell('income', family_number)
                    + 0.12 * bell('income', sitting)
                )
                / 100
            )
        )::decimal(12, 2)
    ) as household_income,
    if(
        chance('tenure', sitting, 0.02),
        null,
        pick(
            getvariable('tenures'),
            'tenure',
            if(chance('moves', sitting, 0.06), sitting, family_number::varchar)
        )
    )
        as tenure,
    if(
        chance('qualification', sitting, 0.03),
        null,
        pick(getvariable('qualifications'), 'qualification', person_number)
    )
        as highest_qualification,
    pick(
        getvariable('employment_statuses'),
        'employment',
        if(chance('job', sitting, 0.2), sitting, person_number::varchar)
    )
        as employment_status,
    pick(
        getvariable('general_health'),
        'health',
        if(chance('health', sitting, 0.3), sitting, family_number::varchar)
    )
        as child_general_health,
    if(
        chance('sdq', sitting, 0.05),
        null,
        bounded(round(9.6 + 2 * hardship(family_number) + difficulties(family_number) + 2 * bell('sdq', sitting)), 0, 40)::integer
    ) as child_sdq_total,
    whole('read', sitting, 0, 7) as days_read_to_child,
    if(
        chance('satisfaction', sitting, 0.03),
        null,
        pick(getvariable('satisfactions'), 'satisfaction', sitting)
    )
        as school_satisfaction,
    remark(getvariable('comments'), sittings) as other_comments
from sittings
join origins on origins.origin = sittings.own_origin
where study = 'five_to_twelve' and role <> 'child';

create view landed."surveys/send_futures/parent_survey" as
select
    study,
    participant_id,
    wave,
    took_part_on as completed_on,
    if(chance('need', sitting, 0.02), null, pick(getvariable('send_needs'), 'need', family_number))
        as child_send_need,
    if(chance('plan', sitting, 0.03), null, chance('has plan', family_number, 0.55)) as child_has_ehcp,
    if(chance('support', sitting, 0.02), null, pick(getvariable('send_ratings'), 'support', sitting))
        as support_rating,
    if(
        chance('wellbeing', sitting, 0.04),
        null,
        bounded(
            round(22.5 + 3.6 * bell('wellbeing', person_number) + 1.8 * bell('wellbeing', sitting)), 7, 35
        )::integer
    ) as parent_wellbeing,
    remark(getvariable('wishes'), sittings) as what_would_help
from sittings
where study = 'send_futures' and role <> 'child';

create view landed."surveys/send_futures/child_survey" as
select
    study,
    participant_id,
    wave,
    took_part_on as completed_on,
    if(chance('enjoys', sitting, 0.03), null, pick(getvariable('send_ratings'), 'enjoys', sitting))
        as enjoys_school,
    if(chance('supported', sitting, 0.03), null, pick(getvariable('satisfactions'), 'supported', sitting))
        as feels_supported,
    if(chance('hours', sitting, 0.1), null, (whole('hours', sitting, 0, 65) / 2)::decimal(4, 1))
        as support_hours_per_week,
    if(
        chance('happy', sitting, 0.04),
        null,
        bounded(
            round(6.6 + 1.7 * bell('happy', person_number) + 0.9 * bell('happy', sitting)), 0, 10
        )::integer
    ) as child_wellbeing,
    case
        when chance('own words', sitting, 0.75) then null
        when chance('own words', sitting, 0.97) then pick(getvariable('own_words'), 'own words', sitting)
        else case whole('own words told', sitting, 0, 3)
            when 0 then format(
                'my name is {} {} and I am {}', first_name, last_name, year(took_part_on) - year(born_on)
            )
            when 1 then format('I live at {} with my mum', house(home))
            when 2 then 'ring mum ' || phone(family_number * 8 + 1)
            else format('{} was here, {} rules', first_name, town)
        end
    end as in_your_own_words
from sittings
where study = 'send_futures' and role = 'child';


-- Permissions

create table askable as
from (
    values
    ('five_to_twelve', 'self', 'health', 'family', false),
    ('five_to_twelve', 'self', 'employment_tax', 'family', false),
    ('five_to_twelve', 'self', 'benefits', 'family', false),
    ('five_to_twelve', 'self', 'education', 'family', true),
    ('five_to_twelve', 'self', 'area', 'family', true),
    ('five_to_twelve', 'child', 'health', 'family', false),
    ('five_to_twelve', 'child', 'education', 'family', true),
    ('five_to_twelve', 'child', 'area', 'family', true),
    ('send_futures', 'child', 'education', 'parent', false),
    ('send_futures', 'child', 'education', 'child', false)
) as askable(study, whose, domain, answers_of, is_in_unless_refused);

create table answers as
with
-- an adult about their own records, an adult about a child's, a child about their own
pairs as (
    select
        giver.person_number as giver_number,
        about.person_number as about_number,
        giver.family_number,
        giver.study,
        giver.role as giver_role,
        giver.place as giver_place,
        giver.approached_on,
        about.born_on,
        if(giver.role <> 'child' and about.person_number = giver.person_number, 'self', 'child') as whose,
        chance('wary', giver.person_number, 0.15) as is_wary
    from people as giver
    join people as about using (family_number)
    where
        giver.case_name is null
        and (about.person_number = giver.person_number or (giver.role <> 'child' and about.role = 'child'))
),
asked as (
    select
        *,
        giver_number || ':' || about_number || ':' || domain || ':' || answers_of as question
    from pairs
    join askable using (study, whose)
),
adults_first as (
    select
        *,
        approached_on + whole('asked', giver_number, 14, 75) as answered_on,
        case
            -- nobody is asked about what is in unless refused: some say so all the same
            when is_in_unless_refused then pick(getvariable('answers_unasked'), 'unasked', question)
            when is_wary then pick(getvariable('answers_of_the_wary'), 'wary', question)
            else pick(getvariable('answers_of_the_willing'), 'willing', question)
        end as answer
    from asked
    where
        giver_role <> 'child'
        and chance('answers', giver_number, if(giver_place = 1, 0.96, 0.65))
        and chance(
            'answers',
            question,
            if(is_in_unless_refused, 0.04, if(giver_place > 1 and whose = 'child', 0.6, 1))
        )
),
adults_again as (
    select
        * replace (
            answered_on + whole('again', giver_number, 340, 400) as answered_on,
            if(answer = 'yes', 'no', pick(getvariable('second_thoughts'), 'again', question)) as answer
        )
    from adults_first
    where chance('asked again', question, if(answer = 'yes', 0.03, 0.35))
),
children_young as (
    select
        *,
        approached_on + whole('young', giver_number, 20, 200) as answered_on,
        if(born_on < '2010-06-01' and chance('young yes', giver_number, 0.5), 'yes', 'no') as answer
    from asked
    where giver_role = 'child' and not is_in_unless_refused and chance('young', giver_number, 0.05)
),
children_at_16 as (
    select
        *,
        greatest(approached_on, (born_on + interval 16 years)::date)
        + whole('at 16', giver_number, 3, 150) as answered_on,
        pick(getvariable('answers_at_16'), 'at 16', giver_number || answers_of) as answer
    from asked
    where giver_role = 'child' and not is_in_unless_refused and chance('at 16', question, 0.65)
),
said as (
    select *, 1 as wave from adults_first
    union all by name
    select *, 2 as wave from adults_again
    union all by name
    select *, 1 as wave from children_young
    union all by name
    select *, null as wave from children_at_16
)
select
    study,
    giver_number,
    about_number,
    domain,
    answers_of,
    answer,
    -- what is said in one sitting is said at one moment
    in_office_hours(answered_on, 'said', giver_number || ':' || answered_on) as answered_at,
    wave
from said
where answered_on <= getvariable('last_day')
union all
select
    giver.study,
    giver.person_number,
    about.person_number,
    case_answers.domain,
    case_answers.answers_of,
    case_answers.answer,
    case_answers.answered_at,
    if(case_answers.answered_at < '2024-01-01', 1, null) as wave
from case_answers
join people as giver
    on giver.case_name = case_answers.case_name and giver.known_as = case_answers.given_by
join people as about
    on about.case_name = case_answers.case_name and about.known_as = case_answers.records_of;

create table permissions as
select
    answers.study,
    -- a block's numbers begin where no other's reach
    'P' || lpad(
        (
            50 * getvariable('first_family')
            + row_number() over (
                partition by answers.study
                order by answered_at, giver.participant_id, about.participant_id, domain, answers_of, answer
            )
        )::varchar,
        8, '0'
    ) as permission_id,
    giver.participant_id as given_by,
    about.participant_id as records_of,
    domain,
    answers_of,
    answer,
    stamp(answered_at) as answered_at,
    wave
from answers
join people as giver on giver.person_number = giver_number
join people as about on about.person_number = about_number;

create view landed."surveys/five_to_twelve/permissions" as
from permissions where study = 'five_to_twelve';

create view landed."surveys/send_futures/permissions" as
from permissions where study = 'send_futures';


-- Requests

create table neighbours as
select
    family_number,
    lead(family_number) over (partition by study order by family_number) as neighbour_number
from families;

create table asked_of_us as
with
-- which member asks, about whom; a neighbour who asks has nothing to ask
drawn as (
    select
        families.*,
        ask,
        family_number || ':' || ask as request,
        len(string_split(structure, ' ')) + 1 as members,
        pick(getvariable('request_types'), 'type', request) as request_type,
        case
            when chance('maker', request, 0.04) then 'outsider'
            when chance('maker', request, if(study = 'send_futures', 0.16, 0.07)) then 'child'
            else 'adult'
        end as maker,
        whole('maker place', request, 1, members - 1) as adult_place,
        approached_on + whole('received', request, 20, 760) as received_on
    from families, range(2) as asks(ask)
    where case_name is null and chance('asks', request, if(ask = 0, 0.06, 0.01))
),
placed as (
    select
        drawn.*,
        case maker
            when 'outsider' then neighbour_number * 8 + 1
            when 'child' then family_number * 8
            else family_number * 8 + adult_place
        end as maker_number,
        case
            when maker = 'child' and chance('about', request, 0.9) then family_number * 8
            when maker = 'adult' and chance('about', request, 0.5) then family_number * 8 + adult_place
            when chance('about', request, 0.88) then family_number * 8
            else family_number * 8 + whole('about place', request, 0, members - 1)
        end as about_number,
        if(chance('scope', request, 0.25), 'family', 'person') as scope,
        case
            when request_type not in ('stop_linkage', 'delete_linked', 'resume_linkage') then 'all'
            when study = 'five_to_twelve' then pick(getvariable('five_to_twelve_domains'), 'domain', request)
            else pick(getvariable('send_futures_domains'), 'domain', request)
        end as domain,
        if(request_type = 'rectify', pick(getvariable('rectified_fields'), 'field', request), null) as field
    from drawn
    join neighbours using (family_number)
),
first_asked as (
    select
        placed.*,
        in_office_hours(received_on, 'hour', request) as received_at,
        case field
            when 'title' then 'Ms'
            when 'first_name' then 'Alex'
            when 'last_name' then last_name || '-Grey'
            when 'date_of_birth' then (born_on + whole('born', request, -40, 40))::varchar
            when 'sex' then true_sex
            when 'address_line_1' then house('new ' || request)
            when 'address_line_2' then 'Annexe'
            when 'town' then people.town
            when 'postcode' then people.postcode
            when 'email' then email('new', last_name, request)
            when 'phone' then phone(request)
        end as new_value
    from placed
    join people on people.person_number = about_number
),
-- second thoughts about a stop or a restriction, by the person who asked for it
then_asked as (
    select
        * replace (
            if(request_type = 'restrict', 'lift_restriction', 'resume_linkage') as request_type,
            received_at + to_days(whole('second thoughts', request, 15, 240)) as received_at
        )
    from first_asked
    where request_type in ('restrict', 'stop_linkage') and chance('second thoughts', request, 0.4)
),
-- every kind of request in either scope by each role, however rare chance makes it
kinds as (
    select
        role,
        request_type,
        scope,
        row_number() over (partition by role order by request_type, scope) as turn
    from (values ('mother'), ('father'), ('parental_carer'), ('child')) as roles(role),
        (select unnest(getvariable('request_types') || ['lift_restriction']) as request_type),
        (values ('person'), ('family')) as scopes(scope)
    group by role, request_type, scope
),
makers as (
    select *, row_number() over (partition by role order by person_number) as turn
    from people
    where case_name is null and family_number < 1000
),
one_of_each as (
    select
        study,
        person_number as maker_number,
        person_number as about_number,
        scope,
        'all' as domain,
        request_type,
        in_office_hours(approached_on + whole('turn', person_number, 100, 400), 'turn', person_number)
            as received_at,
        if(request_type = 'rectify', 'phone', null) as field,
        if(request_type = 'rectify', phone('turn ' || person_number), null) as new_value
    from kinds
    join makers using (role, turn)
),
-- deletions at the edge of the window, where the day decides
last_waves as (
    select family_number, max(took_part_on) as took_part_on
    from family_waves
    group by family_number
),
at_the_edge as (
    select
        study,
        family_number * 8 + 1 as maker_number,
        family_number * 8 + 1 as about_number,
        'person' as scope,
        'health' as domain,
        'delete_linked' as request_type,
        in_office_hours(
            (took_part_on + interval 6 months)::date + whole('edge', family_number, -1, 1),
            'edge',
            family_number
        ) as received_at,
        null as field,
        null as new_value
    from families
    join last_waves using (family_number)
    where case_name is null and study = 'five_to_twelve' and chance('edge', family_number, 0.012)
),
by_hand as (
    select
        about.study,
        maker.person_number as maker_number,
        about.person_number as about_number,
        scope,
        domain,
        request_type,
        received_at,
        field,
        new_value
    from case_requests
    join people as about
        on about.case_name = case_requests.case_name and about.known_as = case_requests.about
    join neighbours using (family_number)
    join people as maker
        on maker.family_number = if(made_by = 'outsider', neighbour_number, about.family_number)
        and maker.known_as = if(made_by = 'outsider', 'mother', made_by)
),
chosen as (
    select study, maker_number, about_number, scope, domain, request_type, received_at, field, new_value
    from first_asked
    union all
    select study, maker_number, about_number, scope, domain, request_type, received_at, field, new_value
    from then_asked
    union all
    from one_of_each
    union all
    from at_the_edge
)
from chosen where received_at::date <= getvariable('last_day')
union all
from by_hand;

create table requests as
select
    asked_of_us.study,
    'R' || lpad(
        (
            5 * getvariable('first_family')
            + row_number() over (
                partition by asked_of_us.study
                order by
                    received_at,
                    maker.participant_id,
                    about.participant_id,
                    request_type,
                    scope,
                    domain,
                    field,
                    new_value
            )
        )::varchar,
        7, '0'
    ) as request_id,
    maker.participant_id as made_by,
    about.participant_id as about,
    scope,
    domain,
    request_type,
    stamp(received_at) as received_at,
    field,
    new_value
from asked_of_us
join people as maker on maker.person_number = maker_number
join people as about on about.person_number = about_number;

create view landed."surveys/five_to_twelve/requests" as
from requests where study = 'five_to_twelve';

create view landed."surveys/send_futures/requests" as
from requests where study = 'send_futures';
