-- The same work as the project's, written by hand for speed: one connection, temporary tables, whole
-- numbers in place of ids, every landed file read once. It is what `dbt build` is held against.
--
-- It expects the databases `vault`, `study` and `research` attached and empty, and these variables:
--   extracts, seeds         folders: the landed files, the policy seeds
--   as_of                   the moment it speaks for, a timestamp
--   permissions_checksum    of the files on which permission hangs
--   hmac_ipad, hmac_opad    the pads of the pseudonym key, as bytes
-- and `landing.register` with the two tables of the register of requests.
--
-- What it does not do: name a malformed line without printing it (DuckDB's own error stops it), keep
-- the register of pupils and the tables between landing and result, run a test.

-- ---------------------------------------------------------------------------------------------------
-- Tools
-- ---------------------------------------------------------------------------------------------------

create temp macro landed(place) as table
    from read_csv(
        getvariable('extracts') || '/' || place || '.csv',
        header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', comment = '',
        filename = 'file', hive_partitioning = false
    );

create temp macro seed(name) as table
    from read_csv(
        getvariable('seeds') || '/' || name || '.csv',
        header = true, all_varchar = true, hive_partitioning = false
    );

create temp macro as_date(t) as
    case
        when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') and t >= '0001' then try_cast(t as date)
    end;

create temp macro as_instant(t) as
    case
        when
            regexp_full_match(
                t, '[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z'
            ) and t >= '0001'
            then try_cast(rtrim(t, 'Z') as timestamp)
    end;

create temp macro as_whole(t) as
    case when regexp_full_match(t, '-?[0-9]+') then try_cast(t as bigint) end;

create temp macro as_number(t) as
    case
        when regexp_full_match(t, '-?[0-9]+([.][0-9]+)?') and isfinite(try_cast(t as double))
            then try_cast(t as double)
    end;

-- a whole number of any length is readable, and compares by its value where it is part of a key
create temp macro as_compared(t) as
    case
        when regexp_full_match(t, '-?[0-9]+')
            then regexp_replace(regexp_replace(t, '^(-?)0+', '\1'), '^-?$', '0')
        else t
    end;
create temp macro unreadable_whole(t, fault) as
    case
        when t is not null and (not regexp_full_match(t, '-?[0-9]+') or as_number(t) is null)
            then 'unreadable: ' || fault
    end;

-- a date of an agency, which writes some for 'not known'
create temp macro as_known_date(t) as
    case when not list_contains(getvariable('placeholder_dates'), t) then as_date(t) end;

create temp macro as_truth(t) as case t when 'true' then true when 'false' then false end;

-- the fault of one value: empty though it may not be, or not of its type
create temp macro empty(t, fault) as case when t is null then 'empty: ' || fault end;
create temp macro unreadable(t, typed, fault) as
    case when t is not null and typed is null then 'unreadable: ' || fault end;
create temp macro unlisted(t, allowed, fault) as
    case when not list_contains(allowed, t) then 'unlisted: ' || fault end;

create temp macro plain_text(t) as upper(trim(regexp_replace(t, '\s+', ' ', 'g')));
-- a count as the public may see it
create temp macro rounded(n) as case when n >= 10 then (n + 5) // 10 * 10 end;
create temp macro month(d) as strftime(d, '%Y-%m');
create temp macro year_number(d) as extract(year from d)::integer;
create temp macro age_reached(d, born) as
    case when year_number(d) >= born then year_number(d) - born end;
create temp macro shaped(t, pattern) as case when regexp_full_match(t, pattern) then t end;
create temp macro years(t) as if(
    try_cast(right(t, 2) as int) = (try_cast(left(t, 4) as int) + 1) % 100,
    shaped(t, '(19|20)[0-9]{2}[-/](19|20)?[0-9]{2}'),
    null
);
create temp macro icd10_category(t) as
    left(shaped(t, '[A-Z][0-9]{2}([.]?[0-9X-]([0-9-][AD]?)?)?[*+†]? *'), 3);
create temp macro source_of(file) as file[length(getvariable('extracts')) + 2 : -5];

create temp macro keyed(study, kind, id) as
    left(
        sha256(
            getvariable('hmac_opad') || unhex(sha256(
                getvariable('hmac_ipad') || encode(study || '/' || kind || '/' || id)
            ))
        ),
        32
    );

create temp macro decides_from(is_adult, date_of_birth, age) as
    case
        when is_adult then timestamp '0001-01-01'
        else least(
            (date_of_birth + to_months((12 * age)::integer))::date::timestamp, timestamp '9999-12-31'
        )
    end;

-- Rows whose `key` is not their own: copies of an equal row, and rows that differ under one key.
create temp macro repeated(t) as table
    with
    twice as (select key from query_table(t) where key is not null group by key having count(*) > 1),
    suspects as (select * from query_table(t) where key in (from twice)),
    compared as (
        select line, key, list_value(*columns(* exclude (line, file))) as everything from suspects
    )
    select
        line,
        case
            when row_number() over (partition by everything order by line) > 1 then 'duplicate'
            when count(*) over (partition by key) > count(*) over (partition by everything)
                then 'conflicting_key'
        end as fault
    from compared;

set variable placeholder_dates = (
    select list(placeholder_date) from seed('placeholder_dates')
);

create temp table study_policy as
    select
        study,
        own_decision_age::integer as own_decision_age,
        deletion_window_months::integer as deletion_window_months,
        main_survey_started_on::date as main_survey_started_on
    from seed('studies');

create temp table policy as
    select
        row_number() over ()::integer as policy,
        study,
        domain,
        records_of_role = 'adult' as is_adult,
        answers_of,
        mode = 'standard' as is_standard
    from seed('linkage_policies');

create temp table label as
    from seed('code_lists');

-- a code's label is one lookup in a map of its list
create temp macro labels(list) as
    (select map_from_entries(list((code, label))) from label where code_list = list);

create temp table icd10_chapter as
    from seed('icd10_chapters');

-- Every landed row ends in here, counted by its fate; a quarantined one alone, with its line.
create temp table fate (
    source_table varchar, fate varchar, line bigint, delivery_id varchar, reason varchar, records bigint
);

-- ---------------------------------------------------------------------------------------------------
-- Deliveries
-- ---------------------------------------------------------------------------------------------------

create temp table landed_delivery as
    select *, delivery_id as key, row_number() over () as line from landed('governance/deliveries');

create temp table delivery_judged as
    select
        landed.line,
        landed.delivery_id,
        supplier,
        study,
        domain,
        as_instant(request_sent_at) as sent_at,
        as_instant(received_at) as received_at,
        as_instant(identifiers_deleted_at) as certified_at,
        coalesce(
            repeated.fault,
            empty(delivery_id, 'delivery_id'),
            empty(supplier, 'supplier'),
            unlisted(supplier, ['dfe', 'nhs_england', 'hmrc', 'dwp'], 'supplier'),
            empty(domain, 'domain'),
            unlisted(domain, ['education', 'health', 'employment_tax', 'benefits', 'area'], 'domain'),
            unreadable(request_sent_at, as_instant(request_sent_at), 'request_sent_at'),
            empty(received_at, 'received_at'),
            unreadable(received_at, as_instant(received_at), 'received_at'),
            unreadable(
                identifiers_deleted_at, as_instant(identifiers_deleted_at), 'identifiers_deleted_at'
            ),
            case
                when
                    (study is null or request_sent_at is null)
                    and not (
                        supplier = 'dfe' and domain = 'education'
                        and study is null and request_sent_at is null
                    )
                    then 'incomplete_delivery'
            end
        ) as fault
    from landed_delivery as landed
    left join repeated('landed_delivery') as repeated using (line);

create temp table delivery as
    select
        delivery_id,
        supplier,
        study,
        domain,
        supplier = 'dfe' and study is null and sent_at is null as is_held,
        sent_at,
        received_at,
        received_at <= getvariable('as_of') as is_received,
        certified_at,
        coalesce(certified_at <= getvariable('as_of'), false) as is_certified
    from delivery_judged
    where fault is null;

insert into fate
select
    'governance/deliveries',
    case
        when fault is not null then 'quarantined'
        when received_at > getvariable('as_of') then 'not_received_yet'
        else 'read'
    end,
    case when fault is not null then line end,
    null,
    fault,
    count(*)
from delivery_judged
group by all;

-- ---------------------------------------------------------------------------------------------------
-- Participants, as landed
-- ---------------------------------------------------------------------------------------------------

create temp table landed_participant as
    select *, study || chr(31) || participant_id as key, row_number() over () as line
    from landed('surveys/*/participants');

create temp table participant as
    select
        landed.line,
        file,
        study,
        participant_id,
        family_id,
        role,
        as_truth(parental_responsibility) as has_parental_responsibility,
        as_date(invited_on) as invited_on,
        title, first_name, last_name,
        as_date(date_of_birth) as date_of_birth,
        sex, address_line_1, address_line_2, town,
        plain_text(postcode) as postcode,
        email, phone, upn,
        coalesce(
            repeated.fault,
            empty(study, 'study'),
            unlisted(study, (select list(study) from study_policy), 'study'),
            empty(participant_id, 'participant_id'),
            empty(family_id, 'family_id'),
            empty(role, 'role'),
            unlisted(role, ['child', 'mother', 'father', 'parental_carer'], 'role'),
            unreadable(
                parental_responsibility, as_truth(parental_responsibility), 'parental_responsibility'
            ),
            unreadable(invited_on, as_date(invited_on), 'invited_on'),
            case when role = 'child' then empty(date_of_birth, 'date_of_birth') end,
            unreadable(date_of_birth, as_date(date_of_birth), 'date_of_birth'),
            unlisted(sex, ['F', 'M'], 'sex')
        ) as fault
    from landed_participant as landed
    left join repeated('landed_participant') as repeated using (line);

drop table landed_participant;

create temp table family as
    select row_number() over ()::integer as family, study, family_id
    from (select distinct study, family_id from participant where fault is null);

create temp table person as
    select
        row_number() over ()::integer as person,
        family,
        line,
        participant.study,
        participant_id,
        role != 'child' as is_adult,
        coalesce(has_parental_responsibility and role != 'child', false) as is_responsible,
        invited_on,
        date_of_birth,
        own_decision_age,
        decides_from(role != 'child', date_of_birth, own_decision_age) as decides_from
    from participant
    inner join family using (study, family_id)
    inner join study_policy using (study)
    where fault is null;

-- ---------------------------------------------------------------------------------------------------
-- Answers
-- ---------------------------------------------------------------------------------------------------

create temp table landed_parent_interview as
    select
        * replace (as_compared(wave) as wave),
        study || chr(31) || participant_id || chr(31) || as_compared(wave) as key,
        row_number() over () as line
    from landed('surveys/five_to_twelve/parent_interviews');

create temp table parent_interview as
    select
        landed.line,
        'surveys/five_to_twelve/parent_interviews' as source_table,
        study,
        participant_id,
        as_whole(wave) as wave,
        as_date(interviewed_on) as took_part_on,
        relationship_to_child, child_gender, ethnic_group,
        as_whole(household_size) as household_size,
        as_number(household_income) as household_income,
        tenure, highest_qualification, employment_status,
        as_whole(child_general_health) as child_general_health,
        as_whole(child_sdq_total) as child_sdq_total,
        as_whole(days_read_to_child) as days_read_to_child,
        as_whole(school_satisfaction) as school_satisfaction,
        coalesce(
            repeated.fault,
            empty(study, 'study'),
            unlisted(study, (select list(study) from study_policy), 'study'),
            empty(participant_id, 'participant_id'),
            empty(wave, 'wave'),
            unreadable_whole(wave, 'wave'),
            unreadable(interviewed_on, as_date(interviewed_on), 'interviewed_on'),
            unreadable_whole(household_size, 'household_size'),
            unreadable(household_income, as_number(household_income), 'household_income'),
            unreadable_whole(child_general_health, 'child_general_health'),
            unreadable_whole(child_sdq_total, 'child_sdq_total'),
            unreadable_whole(days_read_to_child, 'days_read_to_child'),
            unreadable_whole(school_satisfaction, 'school_satisfaction'),
            case when person is null then 'unknown_participant' end
        ) as fault,
        person,
        family
    from landed_parent_interview as landed
    left join repeated('landed_parent_interview') as repeated using (line)
    left join person using (study, participant_id);

create temp table landed_parent_survey as
    select
        * replace (as_compared(wave) as wave),
        study || chr(31) || participant_id || chr(31) || as_compared(wave) as key,
        row_number() over () as line
    from landed('surveys/send_futures/parent_survey');

create temp table parent_survey as
    select
        landed.line,
        'surveys/send_futures/parent_survey' as source_table,
        study,
        participant_id,
        as_whole(wave) as wave,
        as_date(completed_on) as took_part_on,
        child_send_need,
        as_truth(child_has_ehcp) as child_has_ehcp,
        as_whole(support_rating) as support_rating,
        as_whole(parent_wellbeing) as parent_wellbeing,
        coalesce(
            repeated.fault,
            empty(study, 'study'),
            unlisted(study, (select list(study) from study_policy), 'study'),
            empty(participant_id, 'participant_id'),
            empty(wave, 'wave'),
            unreadable_whole(wave, 'wave'),
            unreadable(completed_on, as_date(completed_on), 'completed_on'),
            unreadable(child_has_ehcp, as_truth(child_has_ehcp), 'child_has_ehcp'),
            unreadable_whole(support_rating, 'support_rating'),
            unreadable_whole(parent_wellbeing, 'parent_wellbeing'),
            case when person is null then 'unknown_participant' end
        ) as fault,
        person,
        family
    from landed_parent_survey as landed
    left join repeated('landed_parent_survey') as repeated using (line)
    left join person using (study, participant_id);

create temp table landed_child_survey as
    select
        * replace (as_compared(wave) as wave),
        study || chr(31) || participant_id || chr(31) || as_compared(wave) as key,
        row_number() over () as line
    from landed('surveys/send_futures/child_survey');

create temp table child_survey as
    select
        landed.line,
        'surveys/send_futures/child_survey' as source_table,
        study,
        participant_id,
        as_whole(wave) as wave,
        as_date(completed_on) as took_part_on,
        as_whole(enjoys_school) as enjoys_school,
        as_whole(feels_supported) as feels_supported,
        as_number(support_hours_per_week) as support_hours_per_week,
        as_whole(child_wellbeing) as child_wellbeing,
        coalesce(
            repeated.fault,
            empty(study, 'study'),
            unlisted(study, (select list(study) from study_policy), 'study'),
            empty(participant_id, 'participant_id'),
            empty(wave, 'wave'),
            unreadable_whole(wave, 'wave'),
            unreadable(completed_on, as_date(completed_on), 'completed_on'),
            unreadable_whole(enjoys_school, 'enjoys_school'),
            unreadable_whole(feels_supported, 'feels_supported'),
            unreadable(
                support_hours_per_week, as_number(support_hours_per_week), 'support_hours_per_week'
            ),
            unreadable_whole(child_wellbeing, 'child_wellbeing'),
            case when person is null then 'unknown_participant' end
        ) as fault,
        person,
        family
    from landed_child_survey as landed
    left join repeated('landed_child_survey') as repeated using (line)
    left join person using (study, participant_id);

drop table landed_parent_interview;
drop table landed_parent_survey;
drop table landed_child_survey;

create temp table answer as
    select line, source_table, study, person, family, wave, took_part_on, fault from parent_interview
    union all
    select line, source_table, study, person, family, wave, took_part_on, fault from parent_survey
    union all
    select line, source_table, study, person, family, wave, took_part_on, fault from child_survey;

create temp table participation as
    select person, family, wave, took_part_on from answer
    where fault is null and (took_part_on is null or took_part_on <= getvariable('as_of')::date);

-- ---------------------------------------------------------------------------------------------------
-- Requests: who they cover, who is out, what is corrected
-- ---------------------------------------------------------------------------------------------------

create temp table landed_request as
    select *, study || chr(31) || request_id as key, row_number() over () as line
    from landed('surveys/*/requests');

create temp table request as
    select
        landed.line,
        file,
        landed.study,
        request_id,
        made_by,
        about,
        scope = 'family' as is_for_family,
        domain,
        request_type,
        as_instant(landed.received_at) as received_at,
        field,
        new_value,
        coalesce(
            repeated.fault,
            empty(landed.study, 'study'),
            unlisted(landed.study, (select list(study) from study_policy), 'study'),
            empty(request_id, 'request_id'),
            empty(made_by, 'made_by'),
            empty(about, 'about'),
            empty(scope, 'scope'),
            unlisted(scope, ['person', 'family'], 'scope'),
            empty(domain, 'domain'),
            unlisted(
                domain, ['education', 'health', 'employment_tax', 'benefits', 'area', 'all'], 'domain'
            ),
            empty(request_type, 'request_type'),
            unlisted(
                request_type,
                [
                    'stop_linkage', 'resume_linkage', 'delete_linked', 'restrict', 'lift_restriction',
                    'object', 'erase', 'rectify', 'access'
                ],
                'request_type'
            ),
            empty(landed.received_at, 'received_at'),
            unreadable(landed.received_at, as_instant(landed.received_at), 'received_at'),
            case when maker.person is null or subject.person is null then 'unknown_participant' end
        ) as fault,
        maker.person as maker,
        maker.is_adult as maker_is_adult,
        maker.family as family,
        subject.person as subject,
        maker.family = subject.family as is_from_the_family,
        coalesce(
            request_type = 'rectify'
            and regexp_matches(new_value, '[^\p{Z}\p{C}]')
            and (
                field in (
                    'title', 'first_name', 'last_name', 'address_line_1', 'address_line_2',
                    'town', 'postcode', 'email', 'phone'
                )
                or (field = 'sex' and new_value in ('F', 'M'))
                or (field = 'date_of_birth' and as_date(new_value) is not null)
            ),
            false
        ) as can_be_rectified
    from landed_request as landed
    left join repeated('landed_request') as repeated using (line)
    left join person as maker
        on landed.study = maker.study and landed.made_by = maker.participant_id
    left join person as subject
        on landed.study = subject.study and landed.about = subject.participant_id;

create temp table request_heard as
    select * from request
    where fault is null and received_at <= getvariable('as_of');

-- who may correct anything is judged by the date of birth as landed
create temp table birth_corrected as
    select
        member.person,
        arg_max(as_date(new_value), (received_at, request_id)) as date_of_birth
    from request_heard as request
    inner join person as member
        on
            request.family = member.family
            and (is_for_family or member.person = subject)
            and (
                member.person = maker
                or (maker_is_adult and received_at < member.decides_from)
            )
    where field = 'date_of_birth' and can_be_rectified and is_from_the_family
    group by member.person;

create temp table member as
    select
        person.* exclude (date_of_birth, decides_from),
        person.decides_from as decides_from_as_landed,
        coalesce(birth_corrected.date_of_birth, person.date_of_birth) as date_of_birth,
        decides_from(
            is_adult, coalesce(birth_corrected.date_of_birth, person.date_of_birth), own_decision_age
        ) as decides_from
    from person
    left join birth_corrected using (person);

create temp table covering as
    select
        request.line,
        request_type,
        domain,
        received_at,
        request_id,
        maker,
        field,
        new_value,
        can_be_rectified,
        member.person,
        member.family,
        member.study,
        member.is_adult,
        member.person = maker as is_about_themself,
        received_at >= member.decides_from as decided_for_themself
    from request_heard as request
    inner join member
        on
            request.family = member.family
            and (is_for_family or member.person = subject)
            and (
                member.person = maker
                or (
                    maker_is_adult
                    and (
                        request_type in ('stop_linkage', 'resume_linkage', 'delete_linked')
                        or received_at
                        < case request_type when 'rectify' then decides_from_as_landed else decides_from end
                    )
                )
            )
    where is_from_the_family;

create temp table inactive as
    with
    unlifted as (
        select person, received_at from covering as restriction
        where
            request_type = 'restrict'
            and not exists (
                select 1 from covering as lift
                where
                    lift.request_type = 'lift_restriction'
                    and lift.person = restriction.person
                    and lift.received_at > restriction.received_at
                    and (
                        lift.maker = restriction.maker
                        or (lift.is_about_themself and lift.decided_for_themself)
                    )
            )
    ),

    reasons as (
        select
            person,
            case request_type when 'object' then received_at end as objected_at,
            case request_type when 'erase' then received_at end as erased_at,
            null::timestamp as restricted_at
        from covering
        where request_type in ('object', 'erase')
        union all
        select person, null, null, received_at from unlifted
    )

    select
        person,
        min(objected_at) as objected_at,
        min(erased_at) as erased_at,
        min(restricted_at) as restricted_at
    from reasons
    group by person;

insert into fate
select
    source_of(file),
    case
        when fault is not null then 'quarantined'
        when received_at > getvariable('as_of') then 'not_received_yet'
        else 'read'
    end,
    case when fault is not null then line - first_line + 1 end,
    null,
    fault,
    count(*)
from request
inner join (select file, min(line) as first_line from request group by file) using (file)
group by all;

-- ---------------------------------------------------------------------------------------------------
-- Permissions
-- ---------------------------------------------------------------------------------------------------

create temp table landed_permission as
    select *, study || chr(31) || permission_id as key, row_number() over () as line
    from landed('surveys/*/permissions');

create temp table permission as
    select
        landed.line,
        file,
        landed.study,
        given_by,
        records_of,
        domain,
        answers_of,
        answer,
        as_instant(answered_at) as answered_at,
        coalesce(
            repeated.fault,
            empty(landed.study, 'study'),
            unlisted(landed.study, (select list(study) from study_policy), 'study'),
            empty(permission_id, 'permission_id'),
            empty(given_by, 'given_by'),
            empty(records_of, 'records_of'),
            empty(domain, 'domain'),
            unlisted(domain, ['education', 'health', 'employment_tax', 'benefits', 'area'], 'domain'),
            empty(answers_of, 'answers_of'),
            case
                when (landed.study, answers_of) not in (select (study, answers_of) from policy)
                    then 'unlisted: answers_of'
            end,
            empty(answer, 'answer'),
            unlisted(answer, ['yes', 'no', 'refused', 'dont_know'], 'answer'),
            empty(answered_at, 'answered_at'),
            unreadable(answered_at, as_instant(answered_at), 'answered_at'),
            unreadable_whole(wave, 'wave'),
            case
                when giver.person is null or subject.person is null then 'unknown_participant'
                when giver.family != subject.family then 'outside_the_family'
            end
        ) as fault,
        giver.person as giver,
        subject.person as subject
    from landed_permission as landed
    left join repeated('landed_permission') as repeated using (line)
    left join person as giver
        on landed.study = giver.study and landed.given_by = giver.participant_id
    left join person as subject
        on landed.study = subject.study and landed.records_of = subject.participant_id;

drop table landed_permission;

insert into fate
select
    source_of(file),
    case
        when fault is not null then 'quarantined'
        when answered_at > getvariable('as_of') then 'not_received_yet'
        else 'read'
    end,
    case when fault is not null then line - first_line + 1 end,
    null,
    fault,
    count(*)
from permission
inner join (select file, min(line) as first_line from permission group by file) using (file)
group by all;

-- what cannot be read may have been a no; of no study that there is, any study's
create temp table unreadable_family as
    with named as (
        select study, null as family_id, unnest([given_by, records_of]) as participant_id
        from permission
        where fault not in ('duplicate', 'outside_the_family')
        union all
        select study, null, unnest([made_by, about]) from request
        where fault != 'duplicate'
        union all
        select study, family_id, participant_id from participant
        where fault != 'duplicate'
    ),

    of_studies as (
        select study_policy.study, family_id, participant_id
        from named
        left join study_policy on named.study = study_policy.study
    )

    select person.family from of_studies
    inner join person
        on
            of_studies.participant_id = person.participant_id
            and coalesce(of_studies.study, person.study) = person.study
    union
    select family.family from of_studies
    inner join family
        on
            of_studies.family_id = family.family_id
            and coalesce(of_studies.study, family.study) = family.study;

create temp table pilot_family as
    select distinct family
    from member
    inner join study_policy using (study)
    where
        main_survey_started_on is not null
        and (invited_on is null or invited_on < main_survey_started_on);

create temp table withheld_family as
    select distinct family
    from member
    inner join inactive using (person)
    where not is_adult;

-- everyone who is not erased
create temp table living as
    select
        person,
        family,
        line,
        study,
        participant_id,
        is_adult,
        is_responsible,
        date_of_birth,
        decides_from,
        getvariable('as_of') >= decides_from as decides_for_themself,
        inactive.person is null as is_active,
        objected_at,
        restricted_at,
        pilot_family.family is not null as is_pilot,
        unreadable_family.family is not null as is_unreadable,
        withheld_family.family is not null as is_withheld
    from member
    left join inactive using (person)
    left join pilot_family using (family)
    left join unreadable_family using (family)
    left join withheld_family using (family)
    where erased_at is null;

-- one linkage a person and policy that fits: its number is the person's and the policy's
create temp table linkage as
    select
        person::bigint * 100 + policy as linkage,
        person,
        policy,
        is_standard,
        decides_from,
        is_pilot or is_unreadable as is_closed
    from living
    inner join policy using (study, is_adult);

create temp table deletion as
    with
    asked as (
        select distinct
            covering.line, covering.person, covering.family, covering.study, policy.domain,
            received_at
        from covering
        inner join policy
            on
                covering.study = policy.study
                and covering.is_adult = policy.is_adult
                and covering.domain in ('all', policy.domain)
        where request_type = 'delete_linked'
    ),

    last_parts as (
        select asked.line, asked.person, asked.domain, max(took_part_on) as took_part_on
        from asked
        inner join participation
            on
                asked.family = participation.family
                and took_part_on <= received_at::date
        group by all
    )

    select
        asked.line,
        asked.person,
        asked.domain,
        received_at,
        deletion_window_months is null
        or took_part_on is null
        or received_at::date <= (took_part_on + to_months(deletion_window_months))::date as is_honoured
    from asked
    left join study_policy using (study)
    left join last_parts using (line, person, domain);

create temp table statement as
    with
    made as (
        select
            living.person,
            policy,
            living.decides_from,
            giver as speaker,
            answered_at as said_at,
            case answer when 'no' then 0 when 'yes' then 2 else 1 end as said,
            3 as objection
        from permission
        inner join living on permission.subject = living.person
        inner join policy
            on
                living.study = policy.study
                and living.is_adult = policy.is_adult
                and permission.domain = policy.domain
                and permission.answers_of = policy.answers_of
        where fault is null and answered_at <= getvariable('as_of')
        union all
        select
            living.person,
            policy,
            living.decides_from,
            maker,
            covering.received_at,
            case request_type when 'resume_linkage' then 2 else 0 end,
            -- a deletion that is not honoured counts as a stop
            case when is_honoured then 1 else 2 end
        from covering
        inner join living on covering.person = living.person
        inner join policy
            on
                living.study = policy.study
                and living.is_adult = policy.is_adult
                and covering.domain in ('all', policy.domain)
        left join deletion
            on
                covering.line = deletion.line
                and covering.person = deletion.person
                and policy.domain = deletion.domain
        where request_type in ('stop_linkage', 'delete_linked', 'resume_linkage')
    ),

    weighed as (
        select
            made.person::bigint * 100 + policy as linkage,
            made.decides_from,
            speaker,
            speaker = made.person as is_own,
            said_at,
            objection,
            case
                when said = 0 and (member.is_adult or speaker = made.person) then 0
                when said = 2 and speaker = made.person and said_at >= made.decides_from then 2
                when said = 2 and member.is_responsible and said_at < made.decides_from then 2
                else 1
            end as weight
        from made
        inner join member on made.speaker = member.person
    )

    select
        linkage,
        decides_from,
        speaker,
        is_own,
        said_at,
        min(weight) as stance,
        min(case when weight = 0 then objection end) as objection
    from weighed
    group by all;

-- ---------------------------------------------------------------------------------------------------
-- When each linkage was permitted
-- ---------------------------------------------------------------------------------------------------

create temp table interval_permitted as
    with
    heard as (
        select
            *,
            count(case when is_own then 1 end) over (partition by linkage order by said_at) as epoch
        from statement
    ),

    changes as (
        select
            linkage,
            said_at as instant,
            case when is_own then stance end as own_stance,
            case
                when not is_own
                    then (stance = 0)::integer - coalesce((lag(stance) over before = 0)::integer, 0)
                else 0
            end as noes,
            case
                when not is_own
                    then (stance = 0)::integer - coalesce((lag(stance) over before_in_epoch = 0)::integer, 0)
                else 0
            end as noes_since,
            case
                when not is_own
                    then (stance = 2)::integer - coalesce((lag(stance) over before = 2)::integer, 0)
                else 0
            end as yeses
        from heard
        window
            before as (partition by linkage, speaker order by said_at),
            before_in_epoch as (partition by linkage, speaker, epoch order by said_at)
    ),

    moments as (
        from changes
        union all
        select distinct
            linkage, unnest([timestamp '0001-01-01', decides_from]), null::integer, 0, 0, 0
        from statement
    ),

    instants as (
        select
            linkage,
            instant,
            max(own_stance) as own_stance,
            sum(noes)::integer as noes,
            sum(noes_since)::integer as noes_since,
            sum(yeses)::integer as yeses
        from moments
        group by linkage, instant
    ),

    epochs as (
        select
            *,
            count(own_stance) over (partition by linkage order by instant) as epoch
        from instants
    ),

    standing as (
        select
            linkage,
            instant,
            max(own_stance) over (partition by linkage, epoch) as own_stance,
            sum(noes) over so_far as noes,
            sum(noes_since) over (partition by linkage, epoch order by instant) as noes_since,
            sum(yeses) over so_far as yeses
        from epochs
        window so_far as (partition by linkage order by instant)
    ),

    verdicts as (
        select
            linkage,
            instant,
            case
                when own_stance = 0 then false
                when instant >= decides_from
                    then
                        (noes = 0 or (coalesce(own_stance = 2, false) and noes_since = 0))
                        and (is_standard or coalesce(own_stance = 2, false))
                else noes = 0 and (is_standard or yeses > 0)
            end as is_permitted,
            lead(instant) over (partition by linkage order by instant) as next_instant
        from standing
        inner join linkage using (linkage)
        where not is_closed
    )

    select
        linkage,
        instant as permitted_from,
        coalesce(next_instant, timestamp '9999-12-31') as permitted_until
    from verdicts
    where is_permitted and instant < timestamp '9999-12-31'
    union all
    -- nothing was ever said: in where no yes is needed
    select linkage, timestamp '0001-01-01', timestamp '9999-12-31'
    from linkage
    anti join statement using (linkage)
    where is_standard and not is_closed;

-- ---------------------------------------------------------------------------------------------------
-- What holds of each linkage now, and why
-- ---------------------------------------------------------------------------------------------------

create temp table decision as
    with
    stances as (
        select
            linkage,
            speaker,
            is_own,
            max(said_at) as said_at,
            arg_max(stance, said_at) as stance,
            arg_max(objection, said_at) filter (stance = 0) as objection
        from statement
        group by linkage, speaker, is_own
    ),

    summed as (
        select
            linkage,
            max(case when is_own and stance = 2 then said_at end) as own_yes_at,
            max(case when not is_own and stance = 2 then said_at end) as adults_yes_at
        from stances
        group by linkage
    ),

    blocking as (
        select
            linkage,
            arg_max(objection, (stances.said_at, -objection)) as objection,
            max(stances.said_at) as said_at
        from stances
        inner join summed using (linkage)
        inner join linkage using (linkage)
        where
            stance = 0
            and (
                is_own
                or getvariable('as_of') < decides_from
                or own_yes_at is null
                or own_yes_at <= stances.said_at
            )
        group by linkage
    ),

    weighed as (
        select
            linkage.linkage,
            linkage.person,
            linkage.policy,
            linkage.is_standard,
            linkage.decides_from,
            case when decides_for_themself then own_yes_at else adults_yes_at end as yes_at,
            blocking.said_at as blocked_at,
            objected_at,
            restricted_at,
            case
                when objected_at is not null then 'objected'
                when restricted_at is not null then 'restricted'
                when is_pilot then 'pilot'
                when is_unreadable then 'unreadable'
                when objection = 1 then 'deletion_requested'
                when objection = 2 then 'stopped'
                when objection = 3 then 'refused'
                when
                    is_standard
                    or case when decides_for_themself then own_yes_at else adults_yes_at end is not null
                    then 'permitted'
                when decides_for_themself and adults_yes_at is not null then 'lapsed'
                else 'not_given'
            end as reason
        from linkage
        inner join living using (person)
        left join summed using (linkage)
        left join blocking using (linkage)
    )

    select
        linkage,
        person,
        policy,
        reason = 'permitted' as is_permitted,
        reason,
        case
            when reason = 'objected' then objected_at
            when reason = 'restricted' then restricted_at
            when reason in ('stopped', 'deletion_requested', 'refused') then blocked_at
            when reason = 'lapsed' then decides_from
            when reason = 'permitted' and not is_standard then yes_at
        end as decided_at
    from weighed;

-- ---------------------------------------------------------------------------------------------------
-- Which deliveries may be used of whom
-- ---------------------------------------------------------------------------------------------------

create temp table usable as
    with
    last_deletion as (
        select person, domain, max(received_at) as deleted_at from deletion
        where is_honoured
        group by person, domain
    ),

    intervals as (
        select
            linkage.linkage,
            linkage.person,
            policy.study,
            policy.domain,
            policy.answers_of,
            permitted_from,
            permitted_until,
            deleted_at
        from interval_permitted
        inner join linkage using (linkage)
        inner join living on linkage.person = living.person and living.is_active
        inner join policy using (policy)
        left join last_deletion
            on linkage.person = last_deletion.person and policy.domain = last_deletion.domain
    ),

    last_permitted as (
        select linkage, person, domain, answers_of, max(permitted_until) as permitted_until
        from intervals
        where
            permitted_from <= getvariable('as_of')
            and (deleted_at is null or permitted_from > deleted_at)
            and domain in (select domain from delivery where is_held)
        group by linkage, person, domain, answers_of
    )

    select person, answers_of, delivery_id, true as is_held
    from last_permitted
    inner join delivery
        on last_permitted.domain = delivery.domain and permitted_until > received_at
    where is_held and is_received
    union all
    select person, answers_of, delivery_id, false
    from intervals
    inner join delivery
        on
            intervals.study = delivery.study
            and intervals.domain = delivery.domain
            and permitted_from <= received_at
            and permitted_until > sent_at
    where
        not is_held and is_received and is_certified
        and (deleted_at is null or received_at > deleted_at)
    group by linkage, person, answers_of, delivery_id
    having
        bool_or(permitted_from <= sent_at and sent_at < permitted_until)
        and bool_or(received_at < permitted_until and permitted_from <= received_at);

-- ---------------------------------------------------------------------------------------------------
-- The register of pupils, and who is found in it
-- ---------------------------------------------------------------------------------------------------

create temp table landed_pupil as
    select *, pupil_matching_ref as key, row_number() over () as line from landed('dfe/pupils');

create temp table pupil as
    select
        landed.line,
        pupil_matching_ref,
        upn, forename, surname,
        as_known_date(date_of_birth) as date_of_birth,
        address_line_1, town, postcode,
        coalesce(
            repeated.fault,
            empty(pupil_matching_ref, 'pupil_matching_ref'),
            unreadable(date_of_birth, as_date(date_of_birth), 'date_of_birth')
        ) as fault
    from landed_pupil as landed
    left join repeated('landed_pupil') as repeated using (line);

drop table landed_pupil;

insert into fate
select
    'dfe/pupils',
    case when fault is null then 'read' else 'quarantined' end,
    case when fault is not null then line end,
    null,
    fault,
    count(*)
from pupil
group by all;

create temp table clerical_decision as
    with typed as (
        select *, row_number() over () as line, as_instant(decided_at) as decided
        from landed('surveys/*/clerical_decisions')
    )

    select
        typed.line,
        file,
        typed.study,
        typed.participant_id,
        typed.pupil_matching_ref,
        decision,
        decided as decided_at,
        coalesce(
            empty(typed.study, 'study'),
            unlisted(typed.study, (select list(study) from study_policy), 'study'),
            empty(typed.participant_id, 'participant_id'),
            empty(typed.pupil_matching_ref, 'pupil_matching_ref'),
            unlisted(decision, ['match', 'no_match'], 'decision'),
            unreadable(typed.decided_at, decided, 'decided_at'),
            case
                when person.person is null then 'unknown_participant'
                when pupil.pupil_matching_ref is null then 'unknown_pupil'
            end
        ) as fault,
        person
    from typed
    left join person
        on typed.study = person.study and typed.participant_id = person.participant_id
    left join pupil
        on typed.pupil_matching_ref = pupil.pupil_matching_ref and pupil.fault is null;

insert into fate
select
    source_of(file),
    case
        when fault is not null then 'quarantined'
        when decided_at > getvariable('as_of') then 'not_received_yet'
        else 'read'
    end,
    case when fault is not null then line - first_line + 1 end,
    null,
    fault,
    count(*)
from clerical_decision
inner join (select file, min(line) as first_line from clerical_decision group by file) using (file)
group by all;

-- who they are, as corrected
create temp table identity as
    with
    latest as (
        select
            person,
            field,
            arg_max(case field when 'postcode' then plain_text(new_value) else new_value end,
                (received_at, request_id)) as value
        from covering
        where can_be_rectified and field != 'date_of_birth'
        group by person, field
    ),

    corrected as (
        select person, map_from_entries(list((field, value))) as values from latest
        group by person
    )

    select
        member.person,
        member.family,
        member.study,
        member.participant_id,
        participant.family_id,
        role,
        coalesce(values['title'], title) as title,
        coalesce(values['first_name'], first_name) as first_name,
        coalesce(values['last_name'], last_name) as last_name,
        member.date_of_birth,
        coalesce(values['sex'], sex) as sex,
        coalesce(values['address_line_1'], address_line_1) as address_line_1,
        coalesce(values['address_line_2'], address_line_2) as address_line_2,
        coalesce(values['town'], town) as town,
        coalesce(values['postcode'], postcode) as postcode,
        coalesce(values['email'], email) as email,
        coalesce(values['phone'], phone) as phone,
        upn
    from member
    inner join participant on member.line = participant.line
    left join corrected using (person);

create temp table sought as
    select person, study, first_name, last_name, date_of_birth, address_line_1, town, postcode, upn
    from identity
    where role = 'child';

-- BY LIKELIHOOD: here the pairs of `sought` and `pupil` are scored, by the same library, into `scored`

create temp table match as
    with
    allowed as (
        select distinct person from interval_permitted
        inner join linkage using (linkage)
        inner join policy using (policy)
        where domain = 'education' and permitted_from <= getvariable('as_of')
    ),

    decisions as (
        select
            person, pupil_matching_ref, sought.study,
            arg_max(decision, (decided_at, decision)) as decision,
            max(decided_at) filter (decision = 'match') as matched_at
        from clerical_decision
        inner join sought using (person)
        where fault is null and decided_at <= getvariable('as_of')
        group by all
        -- Five to Twelve promised to look by number and by nothing else: there a clerk finds nobody
        having arg_max(decision, (decided_at, decision)) = 'no_match' or sought.study = 'send_futures'
    ),

    decided as (
        from decisions where decision = 'match'
    ),

    -- a match that was superseded does not come back when the later one is undone
    newest as (
        from decisions
        where study = 'send_futures' and matched_at is not null
        qualify
            matched_at = max(matched_at) over (partition by person)
            and matched_at = max(matched_at) over (partition by pupil_matching_ref)
            and count(*) over (partition by person, matched_at) = 1
            and count(*) over (partition by pupil_matching_ref, matched_at) = 1
    ),

    standing as (
        from newest where decision = 'match'
    ),

    -- everyone competes: an ambiguous match is no match, in either direction
    found as (
        select person, pupil_matching_ref, study
        from sought
        inner join pupil on sought.upn = pupil.upn
        where pupil.fault is null and study = 'five_to_twelve'
        qualify
            count(*) over (partition by person) = 1
            and count(*) over (partition by pupil_matching_ref) = 1
        union all
        select child_id::bigint as person, pupil_id, study from scored
        inner join read_csv(getvariable('seeds') || '/pupil_matching.csv', hive_partitioning = false) using (study)
        where match_probability >= link_from and not needs_clerk
    ),

    undecided as (
        select person, pupil_matching_ref, study from found
        anti join (
            from decisions where decision = 'no_match' or study = 'send_futures'
        ) as heard using (person, pupil_matching_ref)
        anti join decided using (person)
        where study != 'send_futures' or pupil_matching_ref not in (select pupil_matching_ref from decided)
    )

    select person, pupil_matching_ref, study
    from (
        select person, pupil_matching_ref, study from standing
        union all
        select person, pupil_matching_ref, study from undecided
    )
    semi join allowed using (person);

create temp table pupil_known as
    select
        pupil_matching_ref,
        count(living.person) > 0 as is_in_study,
        coalesce(bool_or(is_active), false) as is_active
    from pupil
    left join match using (pupil_matching_ref)
    left join living using (person)
    where fault is null
    group by pupil_matching_ref;

drop table pupil;

-- ---------------------------------------------------------------------------------------------------
-- Records of pupils: which deliveries hold any of whom
-- ---------------------------------------------------------------------------------------------------

create temp table pupil_census as
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        school_urn,
        as_whole(nc_year) as nc_year,
        as_truth(fsm_eligible) as fsm_eligible,
        sen_provision, primary_sen_type, ethnic_group_major, language_group_major,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(pupil_matching_ref, 'pupil_matching_ref'),
            unreadable_whole(nc_year, 'nc_year'),
            unreadable(fsm_eligible, as_truth(fsm_eligible), 'fsm_eligible')
        ) as fault
    from landed('dfe/pupil_census');

create temp table key_stage_2 as
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        as_whole(read_score) as read_score,
        as_whole(mat_score) as mat_score,
        as_whole(gps_score) as gps_score,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(pupil_matching_ref, 'pupil_matching_ref'),
            unreadable_whole(read_score, 'read_score'),
            unreadable_whole(mat_score, 'mat_score'),
            unreadable_whole(gps_score, 'gps_score')
        ) as fault
    from landed('dfe/key_stage_2');

create temp table absence as
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        as_whole(sessions_possible) as sessions_possible,
        as_whole(sessions_authorised) as sessions_authorised,
        as_whole(sessions_unauthorised) as sessions_unauthorised,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(pupil_matching_ref, 'pupil_matching_ref'),
            unreadable_whole(sessions_possible, 'sessions_possible'),
            unreadable_whole(sessions_authorised, 'sessions_authorised'),
            unreadable_whole(sessions_unauthorised, 'sessions_unauthorised')
        ) as fault
    from landed('dfe/absence');

create temp table alternative_provision as
    select
        delivery_id,
        pupil_matching_ref,
        academic_year,
        provision_type,
        as_known_date(started_on) as started_on,
        as_known_date(ended_on) as ended_on,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(pupil_matching_ref, 'pupil_matching_ref'),
            unreadable(started_on, as_date(started_on), 'started_on'),
            unreadable(ended_on, as_date(ended_on), 'ended_on')
        ) as fault
    from landed('dfe/alternative_provision');

create temp table pupil_delivered as
    select person, delivery_id
    from (
        select delivery_id, pupil_matching_ref from pupil_census where fault is null
        union all
        select delivery_id, pupil_matching_ref from key_stage_2 where fault is null
        union all
        select delivery_id, pupil_matching_ref from absence where fault is null
        union all
        select delivery_id, pupil_matching_ref from alternative_provision where fault is null
    )
    inner join match using (pupil_matching_ref)
    group by all;

create temp table answers_linked as
    with
    -- a child's deliveries that hold records, by whose answers they may be added to
    publishable as (
        select person, delivery_id, list(distinct answers_of) as answers
        from usable
        semi join pupil_delivered using (person, delivery_id)
        semi join (select person from match where study = 'send_futures') using (person)
        where is_held
        group by person, delivery_id
    ),

    linked as (
        select
            person,
            bool_and(list_contains(answers, 'child')) as for_child,
            bool_and(list_contains(answers, 'parent')) as for_parent
        from publishable
        group by person
    ),

    only_children as (
        select family, max(person) as person from member
        where not is_adult
        group by family
        having count(*) = 1
    )

    -- nobody knows which permission covers answers given in the other's questionnaire
    select person, child
    from (
        select person, person as child from linked where for_child
        union all
        select living.person, only_children.person
        from only_children
        inner join linked on only_children.person = linked.person and for_parent
        inner join living on only_children.family = living.family and living.is_adult
    )
    inner join living using (person)
    anti join (
        select person, true as is_adult from child_survey
        where fault is null and (took_part_on is null or took_part_on <= getvariable('as_of')::date)
        union all
        select person, false from parent_survey
        where fault is null and (took_part_on is null or took_part_on <= getvariable('as_of')::date)
    ) using (person, is_adult);

-- ---------------------------------------------------------------------------------------------------
-- Pseudonyms, and whose records go out under them
-- ---------------------------------------------------------------------------------------------------

create temp table pseudonym as
    with apart as (
        select study, count(distinct answers_of) > 1 as is_apart from policy
        group by study
    )

    select
        person,
        living.study,
        living.participant_id,
        family_id,
        keyed(living.study, 'person', living.participant_id) as research_id,
        keyed(
            living.study,
            case
                when not coalesce(is_apart, false) then 'family'
                when answers_linked.person is null then 'family of unlinked answers'
                else 'family of linked answers'
            end,
            family_id
        ) as family_research_id,
        case
            when coalesce(is_apart, false) then keyed(living.study, 'record', living.participant_id)
            else keyed(living.study, 'person', living.participant_id)
        end as record_research_id
    from living
    inner join family using (family)
    left join apart on living.study = apart.study
    left join answers_linked using (person);

create schema if not exists research.five_to_twelve;
create schema if not exists research.send_futures;
create schema if not exists study.governance;

create table vault.main.pseudonyms as
    select study, participant_id, family_id, research_id, family_research_id, record_research_id
    from pseudonym;

create table vault.main.identities as
    select * exclude (person, family) from identity
    semi join living using (person);

create temp table publishable as
    select distinct
        living.study,
        supplier,
        domain,
        delivery_id,
        usable.is_held,
        person,
        living.participant_id,
        pupil_matching_ref,
        is_adult,
        year_number(date_of_birth) as year_of_birth,
        record_research_id as research_id
    from usable
    inner join delivery using (delivery_id)
    inner join living using (person)
    inner join pseudonym using (person)
    left join pupil_delivered using (person, delivery_id)
    left join match using (person)
    where not usable.is_held or pupil_delivered.person is not null;

create temp table pupil_publishable as
    select study, delivery_id, pupil_matching_ref, research_id from publishable
    where is_held and supplier = 'dfe' and domain = 'education';

create temp macro publishable_of(by_supplier, of_domain) as table
    select delivery_id, participant_id, is_adult, year_of_birth, research_id from publishable
    where study = 'five_to_twelve' and supplier = by_supplier and domain = of_domain and not is_held;

create temp table respondent as
    select
        living.person,
        is_adult,
        year_number(date_of_birth) as year_of_birth,
        pseudonym.research_id,
        pseudonym.family_research_id,
        child.record_research_id as linked_child_research_id
    from living
    inner join pseudonym using (person)
    left join answers_linked on living.person = answers_linked.person
    left join pseudonym as child on answers_linked.child = child.person
    where is_active and not is_withheld;

insert into fate
select
    source_of(file),
    case
        when fault is not null then 'quarantined'
        when living.person is null then 'erased'
        when not is_active then 'withdrawn'
        when participant.study in ('five_to_twelve', 'send_futures') then 'published'
        else 'not_published'
    end,
    case when fault is not null then participant.line - first_line + 1 end,
    null,
    fault,
    count(*)
from participant
inner join (select file, min(line) as first_line from participant group by file) using (file)
left join living on participant.line = living.line
group by all;

insert into fate
select
    source_table,
    case
        when fault is not null then 'quarantined'
        when took_part_on > getvariable('as_of')::date then 'not_received_yet'
        when living.person is null then 'erased'
        when respondent.person is null then 'withdrawn'
        when source_table[9 : 8 + length(answer.study)] = answer.study then 'published'
        else 'not_published'
    end,
    case when fault is not null then answer.line end,
    null,
    fault,
    count(*)
from answer
left join living using (person)
left join respondent using (person)
group by all;

-- ---------------------------------------------------------------------------------------------------
-- Places
-- ---------------------------------------------------------------------------------------------------

create temp table landed_postcode as
    select
        plain_text(postcode) as postcode,
        * exclude (postcode),
        plain_text(postcode) as key,
        row_number() over () as line
    from landed('ons/postcodes');

create temp table postcode as
    select landed.*, coalesce(repeated.fault, empty(postcode, 'postcode')) as fault
    from landed_postcode as landed
    left join repeated('landed_postcode') as repeated using (line);

create temp table landed_area as
    select *, lsoa_code as key, row_number() over () as line from landed('ons/areas');

create temp table area as
    select
        landed.line,
        lsoa_code,
        as_whole(imd_decile) as imd_decile,
        rural_urban,
        as_number(no2_annual_mean) as no2_annual_mean,
        as_number(mean_july_temperature) as mean_july_temperature,
        as_number(median_house_price) as median_house_price,
        as_whole(crime_decile) as crime_decile,
        coalesce(
            repeated.fault,
            empty(lsoa_code, 'lsoa_code'),
            unreadable_whole(imd_decile, 'imd_decile'),
            unreadable(no2_annual_mean, as_number(no2_annual_mean), 'no2_annual_mean'),
            unreadable(
                mean_july_temperature, as_number(mean_july_temperature), 'mean_july_temperature'
            ),
            unreadable(median_house_price, as_number(median_house_price), 'median_house_price'),
            unreadable_whole(crime_decile, 'crime_decile')
        ) as fault
    from landed_area as landed
    left join repeated('landed_area') as repeated using (line);

create temp table landed_school as
    select *, school_urn as key, row_number() over () as line from landed('dfe/schools');

create temp table school as
    select
        landed.line,
        school_urn,
        phase,
        school_type,
        as_whole(pupils) as pupils,
        as_number(percent_fsm) as percent_fsm,
        as_number(percent_eal) as percent_eal,
        as_whole(ofsted_rating) as ofsted_rating,
        coalesce(
            repeated.fault,
            empty(school_urn, 'school_urn'),
            unreadable_whole(pupils, 'pupils'),
            unreadable(percent_fsm, as_number(percent_fsm), 'percent_fsm'),
            unreadable(percent_eal, as_number(percent_eal), 'percent_eal'),
            unreadable_whole(ofsted_rating, 'ofsted_rating')
        ) as fault
    from landed_school as landed
    left join repeated('landed_school') as repeated using (line);

insert into fate
select
    source_table,
    case when fault is null then 'read' else 'quarantined' end,
    case when fault is not null then line end,
    null,
    fault,
    count(*)
from (
    select 'ons/postcodes' as source_table, line, fault from postcode
    union all
    select 'ons/areas', line, fault from area
    union all
    select 'dfe/schools', line, fault from school
)
group by all;

-- the label of the band a number falls in
create temp macro band(value, bounds, unit) as
    case
        when value is null then null
        when value < bounds[1] then 'under ' || bounds[1] || unit
        when value >= bounds[-1] then bounds[-1] || unit || ' or more'
        else
            list_filter(bounds, b -> b <= value)[-1] || ' to under '
            || list_filter(bounds, b -> b > value)[1] || unit
    end;

-- One attribute after another: a value that one place alone has, among those alike so far, is
-- blanked; where that leaves one place alone in having none, the rarest other value goes with it.
-- `so_far` is the list of the attributes that came before, `next` the one that is judged now.
create temp macro coarsened(t) as table
    with
    counted as (
        select
            *,
            next is null or count(*) over (partition by so_far, next) = 1 as is_alone,
            count(*) over (partition by so_far, next) as alike
        from query_table(t)
    ),

    pooled as (
        select
            *,
            count(case when is_alone then 1 end) over (partition by so_far) as alone,
            min(case when not is_alone then alike end) over (partition by so_far) as rarest
        from counted
    )

    select
        place,
        list_append(
            so_far, case when not is_alone and (alone != 1 or alike > rarest) then next end
        ) as so_far,
        later[1] as next,
        later[2:] as later
    from pooled;

create temp table school_0 as
    with described as (
        select
            school_urn as place,
            [
                labels('phase')[phase],
                labels('school_type')[school_type],
                band(pupils, [100, 200, 400, 800, 1200], ''),
                labels('ofsted_rating')[ofsted_rating::varchar],
                band(percent_fsm, [10, 20, 30, 50], '%'),
                band(percent_eal, [5, 15, 30, 50], '%')
            ] as attributes
        from school
        where fault is null
    )

    select
        place, []::varchar[] as so_far, attributes[1] as next, attributes[2:] as later
    from described;

create temp table school_1 as from coarsened('school_0');
create temp table school_2 as from coarsened('school_1');
create temp table school_3 as from coarsened('school_2');
create temp table school_4 as from coarsened('school_3');
create temp table school_5 as from coarsened('school_4');
create temp table school_6 as from coarsened('school_5');

create temp table area_0 as
    with
    in_region as (
        select lsoa_code, min(region) as region from postcode
        where fault is null and lsoa_code is not null
        group by lsoa_code
    ),

    described as (
        select
            lsoa_code as place,
            [
                labels('region')[region],
                case when imd_decile between 1 and 10 then imd_decile end::varchar,
                labels('rural_urban')[rural_urban],
                case when crime_decile between 1 and 10 then crime_decile end::varchar,
                band(median_house_price, [100000, 150000, 200000, 300000, 500000], ' pounds'),
                band(no2_annual_mean, [5, 10, 15, 20, 30], ' micrograms'),
                band(mean_july_temperature, [14, 15, 16, 17, 18], ' degrees')
            ] as attributes
        from in_region
        full join (from area where fault is null) using (lsoa_code)
    )

    select
        place, []::varchar[] as so_far, attributes[1] as next, attributes[2:] as later
    from described;

create temp table area_1 as from coarsened('area_0');
create temp table area_2 as from coarsened('area_1');
create temp table area_3 as from coarsened('area_2');
create temp table area_4 as from coarsened('area_3');
create temp table area_5 as from coarsened('area_4');
create temp table area_6 as from coarsened('area_5');
create temp table area_7 as from coarsened('area_6');

create temp table person_area as
    select identity.person, identity.study, lsoa_code, msoa_code
    from identity
    semi join (
        select person from decision
        inner join policy using (policy)
        where is_permitted and domain = 'area'
    ) using (person)
    inner join postcode on identity.postcode = postcode.postcode and postcode.fault is null;

-- ---------------------------------------------------------------------------------------------------
-- Research tables: participants and their answers
-- ---------------------------------------------------------------------------------------------------

-- linked is also who was asked about, and of whom the agency had nothing
create temp table domain_linked as
    select distinct person, domain from publishable
    where is_held or is_adult or domain != 'education'
    union
    select person, 'area' from person_area;

create temp table participant_published as
    with
    waves as (
        select
            person,
            count(distinct wave) as waves,
            min(wave) as first_wave,
            max(wave) as latest_wave
        from participation
        semi join respondent using (person)
        group by person
    ),

    linked as (
        select person, list(domain) as domains from domain_linked
        group by person
    ),

    aged as (
        select
            *,
            (
                12 * (extract(year from getvariable('as_of')) - extract(year from date_of_birth))
                + extract(month from getvariable('as_of')) - extract(month from date_of_birth)
            ) / 12.0 as age
        from living
        where is_active
    )

    select
        aged.study,
        research_id,
        family_research_id,
        role,
        band(age, [5, 8, 11, 14, 16, 18, 25, 35, 45, 55, 65], '') as age_band,
        case when not is_withheld then coalesce(waves, 0) end as waves_taken_part,
        first_wave,
        latest_wave,
        coalesce(list_contains(domains, 'education'), false) as is_education_linked,
        coalesce(list_contains(domains, 'health'), false) as is_health_linked,
        coalesce(list_contains(domains, 'employment_tax'), false) as is_employment_tax_linked,
        coalesce(list_contains(domains, 'benefits'), false) as is_benefits_linked,
        coalesce(list_contains(domains, 'area'), false) as is_area_linked
    from aged
    inner join participant on aged.line = participant.line
    inner join pseudonym using (person)
    left join waves using (person)
    left join linked using (person);

create temp table five_to_twelve__participants as
    select * exclude (study) from participant_published
    where study = 'five_to_twelve';

create temp table send_futures__participants as
    select
        research_id, family_research_id, role, if(role <> 'child', age_band, null) as age_band
    from participant_published
    where study = 'send_futures'
    order by research_id;

create temp table five_to_twelve__parent_interviews as
    select
        research_id,
        family_research_id,
        wave,
        year_number(took_part_on) as interview_year,
        month(took_part_on) as interview_month,
        age_reached(took_part_on, year_of_birth) as age_in_year,
        labels('relationship_to_child')[relationship_to_child] as relationship_to_child,
        labels('child_gender')[child_gender] as child_gender,
        labels('ethnic_group')[ethnic_group] as ethnic_group,
        labels('tenure')[tenure] as tenure,
        labels('highest_qualification')[highest_qualification] as highest_qualification,
        labels('employment_status')[employment_status] as employment_status,
        household_size,
        household_income,
        child_general_health,
        labels('child_general_health')[child_general_health::varchar] as child_general_health_label,
        child_sdq_total,
        days_read_to_child,
        school_satisfaction,
        labels('school_satisfaction')[school_satisfaction::varchar] as school_satisfaction_label
    from parent_interview
    inner join respondent using (person)
    where
        fault is null
        and study = 'five_to_twelve'
        and (took_part_on is null or took_part_on <= getvariable('as_of')::date);

create temp table send_futures__parent_survey as
    select
        research_id,
        family_research_id,
        linked_child_research_id,
        wave,
        year_number(shown_on) as completed_year,
        month(shown_on) as completed_month,
        labels('child_send_need')[child_send_need] as child_send_need,
        child_has_ehcp,
        support_rating,
        labels('support_rating')[support_rating::varchar] as support_rating_label,
        parent_wellbeing
    from parent_survey
    inner join respondent using (person),
        lateral (select if(linked_child_research_id is not null, took_part_on, null) as shown_on)
    where
        fault is null
        and study = 'send_futures'
        and (took_part_on is null or took_part_on <= getvariable('as_of')::date)
    order by research_id;

create temp table send_futures__child_survey as
    select
        research_id,
        family_research_id,
        linked_child_research_id,
        wave,
        year_number(shown_on) as completed_year,
        month(shown_on) as completed_month,
        age_reached(shown_on, year_of_birth) as age_in_year,
        enjoys_school,
        labels('enjoys_school')[enjoys_school::varchar] as enjoys_school_label,
        feels_supported,
        labels('feels_supported')[feels_supported::varchar] as feels_supported_label,
        support_hours_per_week,
        child_wellbeing
    from child_survey
    inner join respondent using (person),
        lateral (select if(linked_child_research_id is not null, took_part_on, null) as shown_on)
    where
        fault is null
        and study = 'send_futures'
        and (took_part_on is null or took_part_on <= getvariable('as_of')::date)
    order by research_id;

create temp table five_to_twelve__areas as
    with
    lsoa as (
        select lsoa_code, keyed('five_to_twelve', 'area', lsoa_code) as area_id
        from (select distinct lsoa_code from person_area)
    ),

    msoa as (
        select msoa_code, keyed('five_to_twelve', 'wider area', msoa_code) as wider_area_id
        from (select distinct msoa_code from person_area)
    )

    select
        research_id,
        area_id,
        wider_area_id,
        so_far[1] as region,
        so_far[2]::integer as imd_decile,
        so_far[3] as rural_urban,
        so_far[4]::integer as crime_decile,
        so_far[5] as house_price_band,
        so_far[6] as no2_band,
        so_far[7] as july_temperature_band
    from person_area
    inner join living using (person)
    inner join pseudonym using (person)
    left join lsoa on person_area.lsoa_code = lsoa.lsoa_code
    left join msoa on person_area.msoa_code = msoa.msoa_code
    left join area_7 on person_area.lsoa_code = area_7.place
    where person_area.study = 'five_to_twelve' and is_active;

-- ---------------------------------------------------------------------------------------------------
-- Whom linkage to the register misses
-- ---------------------------------------------------------------------------------------------------

create temp table linkage_quality as
    with
    category as (
        select study, characteristic, category
        from seed('linkage_characteristics')
    ),

    child as (
        select
            person,
            living.study,
            family,
            research_id,
            bool_or(answers_of != 'child') as is_linkable_for_parents,
            person in (select person from match) as is_matched
        from decision
        inner join policy using (policy)
        inner join living using (person)
        inner join pseudonym using (person)
        where domain = 'education' and is_permitted and is_active and not living.is_adult
        group by all
    ),

    only_child as (
        select family, max(person) as person from member
        where not is_adult
        group by family
        having count(*) = 1
    ),

    answer_of_parent as (
        select
            research_id,
            wave,
            unnest(['child_gender', 'ethnic_group']) as characteristic,
            unnest([child_gender, split_part(ethnic_group, ':', 1)]) as answer
        from five_to_twelve__parent_interviews
        union all
        select
            research_id,
            wave,
            unnest(['child_send_need', 'child_has_ehcp']),
            unnest([child_send_need, if(child_has_ehcp, 'Yes', if(not child_has_ehcp, 'No', null))])
        from send_futures__parent_survey
    ),

    -- a family's newest answers to a question
    answer_of_family as (
        select family, characteristic, arg_max(answers, wave) as answers
        from (
            select family, characteristic, wave, list(distinct answer) as answers
            from answer_of_parent
            inner join pseudonym using (research_id)
            inner join living using (person)
            where is_adult and answer is not null
            group by family, characteristic, wave
        )
        group by family, characteristic
    ),

    told as (
        select
            person,
            'age' as characteristic,
            age_band as category
        from child
        inner join participant_published using (research_id)
        union all
        select child.person, characteristic, answers[1] from child
        inner join only_child using (person)
        inner join answer_of_family on child.family = answer_of_family.family
        where len(answers) = 1 and is_linkable_for_parents
        union all
        select
            person,
            unnest(['deprivation', 'rural_urban']),
            unnest([
                ['Most deprived', 'Second most deprived', 'Middle', 'Second least deprived', 'Least deprived'][
                    (imd_decile + 1) // 2
                ] || ' fifth',
                split_part(rural_urban, ':', 1)
            ])
        from child
        inner join five_to_twelve__areas using (research_id)
    ),

    placed as (
        select
            study,
            characteristic,
            coalesce(category.category, 'Not known') as category,
            is_matched
        from child
        inner join (select distinct study, characteristic from category) using (study)
        left join told using (person, characteristic)
        left join category using (study, characteristic, category)
        union all
        select study, 'all', 'All', is_matched from child
    ),

    listed as (
        from category
        union
        select study, characteristic, 'Not known' from category
        union
        select study, 'all', 'All' from category
    ),

    counted as (
        select
            study,
            characteristic,
            category,
            rounded(count(is_matched)) as children,
            rounded(count(*) filter (is_matched)) as found,
            rounded(count(*) filter (not is_matched)) as missed
        from listed
        left join placed using (study, characteristic, category)
        group by all
    )

    select
        study,
        'education' as domain,
        characteristic,
        category,
        children,
        found as children_matched,
        missed as children_not_matched,
        round(found / children, 4) as match_rate,
        round(middle - reach, 4) as match_rate_low,
        round(middle + reach, 4) as match_rate_high,
        if(spread > 0, round((p - q) / sqrt(spread / 2), 4), null) as standardised_difference
    from (
        select
            *,
            found / max(if(characteristic = 'all', found, null)) over (partition by study) as p,
            missed / max(if(characteristic = 'all', missed, null)) over (partition by study) as q,
            p * (1 - p) + q * (1 - q) as spread,
            1.959964 ** 2 as z2,
            (found + z2 / 2) / (children + z2) as middle,
            1.959964 / (children + z2) * sqrt(found * (children - found) / children + z2 / 4) as reach
        from counted
    );

create table research.five_to_twelve.linkage_quality as
    select * exclude (study) from linkage_quality
    where study = 'five_to_twelve';

create table research.send_futures.linkage_quality as
    select * exclude (study) from linkage_quality
    where study = 'send_futures';

-- ---------------------------------------------------------------------------------------------------
-- Research tables: records of pupils
-- ---------------------------------------------------------------------------------------------------

create temp table pupil_census_published as
    with keyed_school as (
        select study, school_urn, keyed(study, 'school', school_urn) as school_id
        from (select distinct school_urn from pupil_census where fault is null)
        cross join (select unnest(['five_to_twelve', 'send_futures']) as study)
    )

    select
        study,
        research_id,
        years(academic_year) as academic_year,
        nc_year as national_curriculum_year,
        fsm_eligible as is_fsm_eligible,
        labels('sen_provision')[sen_provision] as sen_provision,
        labels('primary_sen_type')[primary_sen_type] as primary_sen_type,
        labels('ethnic_group_major')[ethnic_group_major] as ethnic_group_major,
        labels('language_group_major')[language_group_major] as language_group_major,
        school_id,
        so_far[1] as school_phase,
        so_far[2] as school_type,
        so_far[3] as school_size_band,
        so_far[5] as school_percent_fsm_band,
        so_far[6] as school_percent_eal_band,
        so_far[4] as school_ofsted_rating
    from pupil_census
    inner join pupil_publishable using (delivery_id, pupil_matching_ref)
    left join keyed_school using (study, school_urn)
    left join school_6 on school_urn = place
    where fault is null;

create temp table five_to_twelve__pupil_census as
    select * exclude (study) from pupil_census_published where study = 'five_to_twelve';

create temp table send_futures__pupil_census as
    select * exclude (study) from pupil_census_published where study = 'send_futures'
    order by research_id;

drop table pupil_census_published;

create temp table key_stage_2_published as
    select
        study,
        research_id,
        years(academic_year) as academic_year,
        read_score as reading_score,
        mat_score as maths_score,
        gps_score as grammar_score
    from key_stage_2
    inner join pupil_publishable using (delivery_id, pupil_matching_ref)
    where fault is null;

create temp table five_to_twelve__key_stage_2 as
    select * exclude (study) from key_stage_2_published where study = 'five_to_twelve';

create temp table send_futures__key_stage_2 as
    select * exclude (study) from key_stage_2_published where study = 'send_futures'
    order by research_id;

drop table key_stage_2_published;

create temp table absence_published as
    select
        study,
        research_id,
        years(academic_year) as academic_year,
        sessions_possible,
        sessions_authorised,
        sessions_unauthorised,
        case
            when sessions_possible > 0
                then
                    round(
                        100 * (sessions_authorised::double + sessions_unauthorised) / sessions_possible, 1
                    )
        end as percent_absent
    from absence
    inner join pupil_publishable using (delivery_id, pupil_matching_ref)
    where fault is null;

create temp table five_to_twelve__absence as
    select * exclude (study) from absence_published where study = 'five_to_twelve';

create temp table send_futures__absence as
    select * exclude (study) from absence_published where study = 'send_futures'
    order by research_id;

drop table absence_published;

create temp table alternative_provision_published as
    select
        study,
        research_id,
        years(academic_year) as academic_year,
        labels('provision_type')[provision_type] as provision_type,
        month(started_on) as start_month,
        case when ended_on >= started_on then ((ended_on - started_on) // 7 + 1)::integer end as weeks
    from alternative_provision
    inner join pupil_publishable using (delivery_id, pupil_matching_ref)
    where fault is null;

create temp table five_to_twelve__alternative_provision as
    select * exclude (study) from alternative_provision_published where study = 'five_to_twelve';

create temp table send_futures__alternative_provision as
    select * exclude (study) from alternative_provision_published where study = 'send_futures'
    order by research_id;

drop table alternative_provision_published;

-- What becomes of each record: of pupils here, of participants below. One query over the staged
-- rows of every table; only a quarantined row needs its number.
create temp macro pupil_fates(landed_as, t) as table
    select
        landed_as,
        case
            when fault is not null then 'quarantined'
            when published.delivery_id is not null then 'published'
            when not is_received then 'not_received_yet'
            when not is_in_study then 'nobody_in_a_study'
            when not is_active then 'withdrawn'
            else 'not_permitted'
        end as fate,
        case when fault is not null then line end as line,
        case when fault is not null then delivery_id end as delivery_id,
        fault,
        count(*)
    from (
        select
            line,
            delivery.delivery_id,
            records.pupil_matching_ref,
            is_received,
            is_in_study,
            is_active,
            coalesce(
                fault,
                case
                    when delivery.delivery_id is null then 'unknown_delivery'
                    when
                        supplier != 'dfe' or domain != 'education' or not is_held
                        or delivery.study is not null
                        then 'delivery_mismatch'
                    when pupil_known.pupil_matching_ref is null then 'unknown_pupil'
                end
            ) as fault
        from query_table(t) as records
        left join delivery using (delivery_id)
        left join pupil_known using (pupil_matching_ref)
    ) as judged
    left join (select distinct delivery_id, pupil_matching_ref from pupil_publishable) as published
        using (delivery_id, pupil_matching_ref)
    group by all;

create temp view pupil_census_line as
    select rowid + 1 as line, delivery_id, pupil_matching_ref, fault from pupil_census;
create temp view key_stage_2_line as
    select rowid + 1 as line, delivery_id, pupil_matching_ref, fault from key_stage_2;
create temp view absence_line as
    select rowid + 1 as line, delivery_id, pupil_matching_ref, fault from absence;
create temp view alternative_provision_line as
    select rowid + 1 as line, delivery_id, pupil_matching_ref, fault from alternative_provision;

insert into fate from pupil_fates('dfe/pupil_census', 'pupil_census_line');
insert into fate from pupil_fates('dfe/key_stage_2', 'key_stage_2_line');
insert into fate from pupil_fates('dfe/absence', 'absence_line');
insert into fate from pupil_fates('dfe/alternative_provision', 'alternative_provision_line');

drop table pupil_census;
drop table key_stage_2;
drop table absence;
drop table alternative_provision;
drop table pupil_known;

-- ---------------------------------------------------------------------------------------------------
-- Research tables: records of participants. Each file is read, judged, published and let go.
-- ---------------------------------------------------------------------------------------------------

create temp table person_known as
    select
        person.study,
        person.participant_id,
        person.is_adult,
        living.person
    from person
    left join living using (person);

create temp table erased as
    select study, participant_id, is_adult from person
    inner join inactive using (person)
    where erased_at is not null;

create temp table to_purge (source_table varchar, records bigint);

create temp macro erased_rows(landed_as, t) as table
    select landed_as, count(*)
    from (
        -- a record of no study that there is may be any study's
        select records.participant_id, study_policy.study
        from query_table(t) as records
        left join delivery using (delivery_id)
        left join study_policy on delivery.study = study_policy.study
    ) as records
    semi join erased
        on
            records.participant_id = erased.participant_id
            and coalesce(records.study, erased.study) = erased.study;

-- Records that could be read, by whom they are about: what becomes of them is told when all are
-- there. Those that are quarantined, not received yet or about the erased have their fate at once.
create temp type requested_table as enum (
    'dfe/adult_learning', 'nhs_england/hospital_episodes', 'nhs_england/register_events',
    'nhs_england/gp_events', 'nhs_england/prescriptions', 'nhs_england/mental_health_contacts',
    'hmrc/employments', 'hmrc/national_insurance', 'hmrc/tax_credits', 'hmrc/child_benefit',
    'dwp/benefit_spells', 'dwp/employment_programmes', 'dwp/pension_schemes'
);

create temp table delivered (
    source_table requested_table, fate varchar, line bigint, delivery_id varchar, reason varchar,
    person integer, records bigint
);

create temp macro participant_records(landed_as, t, of_supplier, of_domain) as table
    select
        landed_as,
        case
            when fault is not null then 'quarantined'
            when not is_received then 'not_received_yet'
            when person is null then 'erased'
        end as fate,
        case when fault is not null then line end as line,
        delivery_id,
        fault,
        case when fault is null and is_received then person end as person,
        count(*)
    from (
        select
            line,
            delivery.delivery_id,
            is_received,
            person_known.person,
            coalesce(
                fault,
                case
                    when delivery.delivery_id is null then 'unknown_delivery'
                    when supplier != of_supplier or domain != of_domain or is_held
                        then 'delivery_mismatch'
                    when person_known.participant_id is null then 'unknown_participant'
                    when landed_as = 'dfe/adult_learning' and not is_adult
                        then 'child_in_adult_learning'
                end
            ) as fault
        from query_table(t) as records
        left join delivery using (delivery_id)
        left join person_known
            on
                delivery.study = person_known.study
                and records.participant_id = person_known.participant_id
    ) as judged
    group by all;

-- DfE

create temp table adult_learning as
    select
        delivery_id,
        participant_id,
        academic_year,
        provider_ukprn,
        as_whole(aim_level) as aim_level,
        aim_subject,
        outcome,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable_whole(aim_level, 'aim_level')
        ) as fault
    from landed('dfe/adult_learning');

create temp table five_to_twelve__adult_learning as
    with provider as (
        select provider_ukprn, keyed('five_to_twelve', 'provider', provider_ukprn) as provider_id
        from (select distinct provider_ukprn from adult_learning)
    )

    select
        research_id,
        years(academic_year) as academic_year,
        provider_id as learning_provider_id,
        labels('aim_level')[aim_level::varchar] as aim_level,
        labels('aim_subject')[aim_subject] as aim_subject,
        labels('adult_learning_outcome')[outcome] as outcome
    from adult_learning
    inner join publishable_of('dfe', 'education') as publishable using (delivery_id, participant_id)
    left join provider using (provider_ukprn)
    where fault is null and is_adult;

create temp view adult_learning_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from adult_learning;
insert into delivered
from participant_records('dfe/adult_learning', 'adult_learning_line', 'dfe', 'education');
insert into to_purge from erased_rows('dfe/adult_learning', 'adult_learning');
drop view adult_learning_line;
drop table adult_learning;

-- NHS England: the longest files

create temp table hospital_episode as
    select
        delivery_id,
        participant_id,
        as_known_date(admission_date) as admitted_on,
        as_known_date(discharge_date) as discharged_on,
        admission_method,
        icd10_category(primary_diagnosis) as diagnosis,
        left(shaped(main_procedure, '[A-Z][0-9]{2}([.]?[0-9X-])? *'), 3) as procedure,
        provider_code,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(admission_date, as_date(admission_date), 'admission_date'),
            unreadable(discharge_date, as_date(discharge_date), 'discharge_date')
        ) as fault
    from landed('nhs_england/hospital_episodes');

create temp table register_event as
    select
        delivery_id,
        participant_id,
        event_type,
        as_known_date(event_date) as event_on,
        icd10_category(cause_icd10) as diagnosis,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unlisted(event_type, ['birth', 'death'], 'event_type'),
            unreadable(event_date, as_date(event_date), 'event_date')
        ) as fault
    from landed('nhs_england/register_events');

create temp table icd10 as
    select
        diagnosis,
        label.label,
        icd10_chapter.title as chapter,
        labels('cause_of_death_group')[cause_of_death_group] as cause_of_death_group
    from (
        select diagnosis from hospital_episode
        union
        select diagnosis from register_event
    ) as used
    inner join icd10_chapter on diagnosis between first_category and last_category
    left join label on label.code_list = 'icd10_category' and label.code = diagnosis;

create temp table five_to_twelve__hospital_episodes as
    with
    trust as (
        select provider_code, keyed('five_to_twelve', 'trust', provider_code) as trust_id
        from (select distinct provider_code from hospital_episode)
    ),

    judged as (
        select
            *,
            coalesce(
                admission_method in ('2C', '31', '32', '82', '83')
                or diagnosis between 'O60' and 'P96'
                or diagnosis between 'Z37' and 'Z39'
                or procedure between 'R14' and 'R32',
                false
            ) as tells_a_birth
        from hospital_episode
        where fault is null
    )

    select
        research_id,
        year_number(admitted_on) as admission_year,
        case when not tells_a_birth then month(admitted_on) end as admission_month,
        age_reached(admitted_on, year_of_birth) as age_in_year,
        case when discharged_on >= admitted_on then (discharged_on - admitted_on)::integer end
            as nights_in_hospital,
        trust_id,
        labels('admission_method')[admission_method] as admission_method,
        if(icd10.chapter is null, null, diagnosis) as primary_diagnosis,
        icd10.label as diagnosis_label,
        icd10.chapter as diagnosis_chapter,
        if(labels('opcs4_chapter')[left(procedure, 1)] is null, null, procedure) as main_procedure,
        labels('opcs4_chapter')[left(procedure, 1)] as procedure_chapter
    from judged
    inner join publishable_of('nhs_england', 'health') as publishable using (delivery_id, participant_id)
    left join trust using (provider_code)
    left join icd10 using (diagnosis);

create temp table five_to_twelve__register_events as
    select
        research_id,
        labels('event_type')[event_type] as event_type,
        year_number(event_on) as event_year,
        case when event_type = 'death' then month(event_on) end as event_month,
        age_reached(event_on, year_of_birth) as age_in_year,
        case when event_type = 'death' then icd10.cause_of_death_group end as cause_of_death_group
    from register_event
    inner join publishable_of('nhs_england', 'health') as publishable using (delivery_id, participant_id)
    left join icd10 using (diagnosis)
    where fault is null;

create temp view hospital_episode_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from hospital_episode;
insert into delivered
from participant_records(
    'nhs_england/hospital_episodes', 'hospital_episode_line', 'nhs_england', 'health'
);
insert into to_purge from erased_rows('nhs_england/hospital_episodes', 'hospital_episode');
drop view hospital_episode_line;
drop table hospital_episode;
create temp view register_event_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from register_event;
insert into delivered
from participant_records('nhs_england/register_events', 'register_event_line', 'nhs_england', 'health');
insert into to_purge from erased_rows('nhs_england/register_events', 'register_event');
drop view register_event_line;
drop table register_event;

create temp table gp_event as
    select
        delivery_id,
        participant_id,
        as_known_date(event_date) as event_on,
        snomed_code,
        practice_code,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(event_date, as_date(event_date), 'event_date')
        ) as fault
    from landed('nhs_england/gp_events');

create temp table five_to_twelve__gp_events as
    with
    practice as (
        select practice_code, keyed('five_to_twelve', 'practice', practice_code) as practice_id
        from (select distinct practice_code from gp_event)
    ),

    term as (select code, label from label where code_list = 'snomed_code')

    select
        research_id,
        year_number(event_on) as event_year,
        month(event_on) as event_month,
        age_reached(event_on, year_of_birth) as age_in_year,
        practice_id,
        term.code as snomed_code,
        term.label as snomed_term
    from gp_event
    inner join publishable_of('nhs_england', 'health') as publishable using (delivery_id, participant_id)
    left join practice using (practice_code)
    left join term on snomed_code = term.code
    where fault is null;

create temp view gp_event_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from gp_event;
insert into delivered
from participant_records('nhs_england/gp_events', 'gp_event_line', 'nhs_england', 'health');
insert into to_purge from erased_rows('nhs_england/gp_events', 'gp_event');
drop view gp_event_line;
drop table gp_event;

create temp table prescription as
    select
        delivery_id,
        participant_id,
        as_known_date(prescribed_on) as prescribed_on,
        left(
            shaped(
                bnf_code,
                '(0[1-9]|1[0-9]|2[0-3])[0-9]{5}([A-Z][0-9A-Z]|[0-9][A-Z])([0-9A-Z]{2}){0,3}'
                || '|(0[1-9]|1[0-9]|2[0-3])[0-9]{7}[A-Z][0-9A-Z]{5}|2[0-3][0-9]{7}([0-9]{2})?'
            ),
            9
        ) as bnf_chemical_code,
        as_number(quantity) as quantity,
        practice_code,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(prescribed_on, as_date(prescribed_on), 'prescribed_on'),
            unreadable(quantity, as_number(quantity), 'quantity')
        ) as fault
    from landed('nhs_england/prescriptions');

create temp table five_to_twelve__prescriptions as
    with
    practice as (
        select practice_code, keyed('five_to_twelve', 'practice', practice_code) as practice_id
        from (select distinct practice_code from prescription)
    ),

    chapter as (select code, label from label where code_list = 'bnf_chapter')

    select
        research_id,
        year_number(prescribed_on) as prescribed_year,
        month(prescribed_on) as prescribed_month,
        age_reached(prescribed_on, year_of_birth) as age_in_year,
        practice_id,
        if(chapter.code is null, null, bnf_chemical_code) as bnf_chemical_code,
        chapter.label as bnf_chapter,
        quantity
    from prescription
    inner join publishable_of('nhs_england', 'health') as publishable using (delivery_id, participant_id)
    left join practice using (practice_code)
    left join chapter on left(bnf_chemical_code, 2) = chapter.code
    where fault is null;

create temp view prescription_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from prescription;
insert into delivered
from participant_records('nhs_england/prescriptions', 'prescription_line', 'nhs_england', 'health');
insert into to_purge from erased_rows('nhs_england/prescriptions', 'prescription');
drop view prescription_line;
drop table prescription;

create temp table mental_health_contact as
    select
        delivery_id,
        participant_id,
        as_known_date(contact_date) as contact_on,
        team_type,
        as_truth(attended) as attended,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(contact_date, as_date(contact_date), 'contact_date'),
            unreadable(attended, as_truth(attended), 'attended')
        ) as fault
    from landed('nhs_england/mental_health_contacts');

create temp table five_to_twelve__mental_health_contacts as
    select
        research_id,
        year_number(contact_on) as contact_year,
        month(contact_on) as contact_month,
        age_reached(contact_on, year_of_birth) as age_in_year,
        labels('team_type')[team_type] as team_type,
        attended as is_attended
    from mental_health_contact
    inner join publishable_of('nhs_england', 'health') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view mental_health_contact_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from mental_health_contact;
insert into delivered
from participant_records(
    'nhs_england/mental_health_contacts', 'mental_health_contact_line', 'nhs_england', 'health'
);
insert into to_purge from erased_rows('nhs_england/mental_health_contacts', 'mental_health_contact');
drop view mental_health_contact_line;
drop table mental_health_contact;

-- HMRC

create temp table employment as
    select
        delivery_id,
        participant_id,
        tax_year,
        employer_paye_reference,
        as_known_date(started_on) as started_on,
        as_known_date(ended_on) as ended_on,
        as_number(pay_in_year) as pay_in_year,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(started_on, as_date(started_on), 'started_on'),
            unreadable(ended_on, as_date(ended_on), 'ended_on'),
            unreadable(pay_in_year, as_number(pay_in_year), 'pay_in_year')
        ) as fault
    from landed('hmrc/employments');

create temp table five_to_twelve__employments as
    with employer as (
        select
            employer_paye_reference,
            keyed('five_to_twelve', 'employer', employer_paye_reference) as employer_id
        from (select distinct employer_paye_reference from employment)
    )

    select
        research_id,
        years(tax_year) as tax_year,
        employer_id,
        month(started_on) as start_month,
        month(ended_on) as end_month,
        ended_on is not null as is_ended,
        pay_in_year
    from employment
    inner join publishable_of('hmrc', 'employment_tax') as publishable using (delivery_id, participant_id)
    left join employer using (employer_paye_reference)
    where fault is null;

create temp view employment_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from employment;
insert into delivered from participant_records('hmrc/employments', 'employment_line', 'hmrc', 'employment_tax');
insert into to_purge from erased_rows('hmrc/employments', 'employment');
drop view employment_line;
drop table employment;

create temp table national_insurance as
    select
        delivery_id,
        participant_id,
        tax_year,
        contribution_class,
        as_whole(qualifying_weeks) as qualifying_weeks,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable_whole(qualifying_weeks, 'qualifying_weeks')
        ) as fault
    from landed('hmrc/national_insurance');

create temp table five_to_twelve__national_insurance as
    select
        research_id,
        years(tax_year) as tax_year,
        labels('contribution_class')[contribution_class] as contribution_class,
        qualifying_weeks
    from national_insurance
    inner join publishable_of('hmrc', 'employment_tax') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view national_insurance_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from national_insurance;
insert into delivered
from participant_records('hmrc/national_insurance', 'national_insurance_line', 'hmrc', 'employment_tax');
insert into to_purge from erased_rows('hmrc/national_insurance', 'national_insurance');
drop view national_insurance_line;
drop table national_insurance;

create temp table tax_credit as
    select
        delivery_id,
        participant_id,
        tax_year,
        award_type,
        as_number(amount) as amount,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(amount, as_number(amount), 'amount')
        ) as fault
    from landed('hmrc/tax_credits');

create temp table five_to_twelve__tax_credits as
    select
        research_id,
        years(tax_year) as tax_year,
        labels('award_type')[award_type] as award_type,
        amount
    from tax_credit
    inner join publishable_of('hmrc', 'employment_tax') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view tax_credit_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from tax_credit;
insert into delivered from participant_records('hmrc/tax_credits', 'tax_credit_line', 'hmrc', 'employment_tax');
insert into to_purge from erased_rows('hmrc/tax_credits', 'tax_credit');
drop view tax_credit_line;
drop table tax_credit;

create temp table child_benefit as
    select
        delivery_id,
        participant_id,
        as_known_date(started_on) as started_on,
        as_known_date(ended_on) as ended_on,
        as_number(weekly_amount) as weekly_amount,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(started_on, as_date(started_on), 'started_on'),
            unreadable(ended_on, as_date(ended_on), 'ended_on'),
            unreadable(weekly_amount, as_number(weekly_amount), 'weekly_amount')
        ) as fault
    from landed('hmrc/child_benefit');

create temp table five_to_twelve__child_benefit as
    select
        research_id,
        year_number(started_on) as start_year,
        year_number(ended_on) as end_year,
        ended_on is not null as is_ended,
        weekly_amount
    from child_benefit
    inner join publishable_of('hmrc', 'employment_tax') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view child_benefit_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from child_benefit;
insert into delivered
from participant_records('hmrc/child_benefit', 'child_benefit_line', 'hmrc', 'employment_tax');
insert into to_purge from erased_rows('hmrc/child_benefit', 'child_benefit');
drop view child_benefit_line;
drop table child_benefit;

-- DWP

create temp table benefit_spell as
    select
        delivery_id,
        participant_id,
        benefit_type,
        as_known_date(started_on) as started_on,
        as_known_date(ended_on) as ended_on,
        as_number(weekly_amount) as weekly_amount,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(started_on, as_date(started_on), 'started_on'),
            unreadable(ended_on, as_date(ended_on), 'ended_on'),
            unreadable(weekly_amount, as_number(weekly_amount), 'weekly_amount')
        ) as fault
    from landed('dwp/benefit_spells');

create temp table five_to_twelve__benefit_spells as
    select
        research_id,
        labels('benefit_type')[benefit_type] as benefit_type,
        year_number(started_on) as start_year,
        case when benefit_type not in ('MA', 'PC', 'SP') then month(started_on) end as start_month,
        year_number(ended_on) as end_year,
        case when benefit_type != 'MA' then month(ended_on) end as end_month,
        ended_on is not null as is_ended,
        weekly_amount
    from benefit_spell
    inner join publishable_of('dwp', 'benefits') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view benefit_spell_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from benefit_spell;
insert into delivered from participant_records('dwp/benefit_spells', 'benefit_spell_line', 'dwp', 'benefits');
insert into to_purge from erased_rows('dwp/benefit_spells', 'benefit_spell');
drop view benefit_spell_line;
drop table benefit_spell;

create temp table employment_programme as
    select
        delivery_id,
        participant_id,
        programme,
        as_known_date(started_on) as started_on,
        as_known_date(ended_on) as ended_on,
        outcome,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(started_on, as_date(started_on), 'started_on'),
            unreadable(ended_on, as_date(ended_on), 'ended_on')
        ) as fault
    from landed('dwp/employment_programmes');

create temp table five_to_twelve__employment_programmes as
    select
        research_id,
        labels('programme')[programme] as programme,
        year_number(started_on) as start_year,
        month(started_on) as start_month,
        year_number(ended_on) as end_year,
        month(ended_on) as end_month,
        ended_on is not null as is_ended,
        labels('programme_outcome')[outcome] as outcome
    from employment_programme
    inner join publishable_of('dwp', 'benefits') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view employment_programme_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from employment_programme;
insert into delivered
from participant_records('dwp/employment_programmes', 'employment_programme_line', 'dwp', 'benefits');
insert into to_purge from erased_rows('dwp/employment_programmes', 'employment_programme');
drop view employment_programme_line;
drop table employment_programme;

create temp table pension_scheme as
    select
        delivery_id,
        participant_id,
        scheme_type,
        as_known_date(joined_on) as joined_on,
        as_known_date(left_on) as left_on,
        coalesce(
            empty(delivery_id, 'delivery_id'),
            empty(participant_id, 'participant_id'),
            unreadable(joined_on, as_date(joined_on), 'joined_on'),
            unreadable(left_on, as_date(left_on), 'left_on')
        ) as fault
    from landed('dwp/pension_schemes');

create temp table five_to_twelve__pension_schemes as
    select
        research_id,
        labels('scheme_type')[scheme_type] as scheme_type,
        year_number(joined_on) as joined_year,
        month(joined_on) as joined_month,
        year_number(left_on) as left_year,
        month(left_on) as left_month,
        left_on is not null as is_left
    from pension_scheme
    inner join publishable_of('dwp', 'benefits') as publishable using (delivery_id, participant_id)
    where fault is null;

create temp view pension_scheme_line as
    select rowid + 1 as line, delivery_id, participant_id, fault from pension_scheme;
insert into delivered from participant_records('dwp/pension_schemes', 'pension_scheme_line', 'dwp', 'benefits');
insert into to_purge from erased_rows('dwp/pension_schemes', 'pension_scheme');
drop view pension_scheme_line;
drop table pension_scheme;

-- Deliveries: who was asked for, and what becomes of their records
-- ---------------------------------------------------------------------------------------------------

create temp table request_answered as
    select delivery_id, request_id
    from (
        select
            delivery_id,
            request_id,
            key_mark = keyed(request.study, 'request', request_id) as is_readable
        from delivery
        inner join landing.register.requests as request
            on
                delivery.supplier = request.supplier
                and delivery.study = request.study
                and delivery.domain = request.domain
                and as_instant(request.as_of) <= delivery.sent_at
        where not is_held and is_received and as_instant(request.as_of) <= getvariable('as_of')
        qualify
            row_number() over (
                partition by delivery_id
                order by as_instant(request.as_of) desc, as_instant(written_at) desc, request_id desc
            )
            = 1
    )
    where is_readable;

create temp table delivered_person as
    with
    came as (
        select distinct delivery_id, person from delivered
        where person is not null
    ),

    permitted as (
        select
            delivery_id,
            person,
            bool_or(permitted_from <= sent_at and sent_at < permitted_until) as at_request,
            bool_or(permitted_from <= received_at and received_at < permitted_until) as at_receipt
        from came
        inner join delivery using (delivery_id)
        inner join linkage using (person)
        inner join policy using (policy, domain)
        inner join interval_permitted using (linkage)
        group by delivery_id, person
    ),

    token as (
        select person, keyed(study, 'requested', participant_id) as token
        from living
        where person in (select person from came inner join request_answered using (delivery_id))
    ),

    registered as (
        select request_id, token.person
        from landing.register.people_requested as requested
        inner join token on requested.person = token.token
    ),

    judged as (
        select
            delivery_id,
            came.person,
            is_active,
            is_unreadable,
            is_certified,
            if(
                request_id is null,
                coalesce(at_request, false)
                and coalesce(objected_at > sent_at, true)
                and coalesce(restricted_at > sent_at, true),
                registered.person is not null
            ) as is_requested,
            coalesce(at_receipt, false) and coalesce(objected_at > received_at, true) as is_permitted
        from came
        inner join living using (person)
        inner join delivery using (delivery_id)
        left join permitted using (delivery_id, person)
        left join request_answered using (delivery_id)
        left join registered using (request_id, person)
    )

    select
        delivery_id,
        person,
        is_requested,
        is_permitted,
        is_requested and not is_permitted and not is_unreadable as is_withdrawn,
        case
            when published.person is not null then 'published'
            when not is_requested then 'not_requested'
            when not is_permitted and not is_unreadable then 'withdrawn_in_transit'
            when not is_active then 'withdrawn'
            when not is_certified then 'not_certified'
            else 'not_permitted'
        end as fate
    from judged
    left join (select delivery_id, person from publishable where not is_held) as published
        using (delivery_id, person);

insert into fate
select source_table, delivered.fate, line, delivery_id, reason, sum(records)
from delivered
where person is null
group by all
union all
select source_table, delivered_person.fate, null, null, null, sum(records)
from delivered
inner join delivered_person using (delivery_id, person)
group by source_table, delivered_person.fate;

-- ---------------------------------------------------------------------------------------------------
-- Governance
-- ---------------------------------------------------------------------------------------------------

create temp table shared as
    with typed as (
        select *, row_number() over () as line, as_instant(shared_at) as instant
        from landed('governance/shared_records')
    )

    select
        typed.line,
        study,
        participant_id,
        domain,
        instant as shared_at,
        person,
        coalesce(
            unreadable(typed.shared_at, instant, 'shared_at'),
            empty(study, 'study'),
            empty(participant_id, 'participant_id'),
            empty(domain, 'domain'),
            unlisted(domain, ['education', 'health', 'employment_tax', 'benefits', 'area'], 'domain'),
            case when person is null then 'unknown_participant' end
        ) as fault
    from typed
    left join person using (study, participant_id);

create temp table landed_project as
    select *, project_id as key, row_number() over () as line from landed('governance/projects');

create temp table researcher as
    select *, row_number() over () as line from landed('governance/researchers');

insert into fate
select source_table, fate, case when fault is not null then line end, null, fault, count(*)
from (
    select
        'governance/shared_records' as source_table,
        case
            when fault is not null then 'quarantined'
            when shared_at > getvariable('as_of') then 'not_received_yet'
            else 'read'
        end as fate,
        line,
        fault
    from shared
    union all
    select
        'governance/projects',
        case when fault is null then 'read' else 'quarantined' end,
        line,
        fault
    from (
        select
            landed.line,
            coalesce(
                repeated.fault,
                empty(project_id, 'project_id'),
                unlisted(purpose, ['research', 'statistics', 'commercial'], 'purpose'),
                unreadable(approved_on, as_date(approved_on), 'approved_on'),
                unreadable(expires_on, as_date(expires_on), 'expires_on'),
                unreadable(contract_signed_on, as_date(contract_signed_on), 'contract_signed_on')
            ) as fault
        from landed_project as landed
        left join repeated('landed_project') as repeated using (line)
    )
    union all
    select
        'governance/researchers',
        case when fault is null then 'read' else 'quarantined' end,
        line,
        fault
    from (
        select
            line,
            coalesce(
                unreadable(accredited_from, as_date(accredited_from), 'accredited_from'),
                unreadable(accredited_until, as_date(accredited_until), 'accredited_until')
            ) as fault
        from researcher
    )
)
group by all;

create table study.governance.linkage_decisions as
    select
        policy.study, participant_id, domain, answers_of, is_permitted, reason, decided_at
    from decision
    inner join policy using (policy)
    inner join living using (person);

create table study.governance.request_outcomes as
    with
    first_shared as (
        select person, domain, min(shared_at) as shared_at from shared
        where fault is null and shared_at <= getvariable('as_of')
        group by person, domain
    ),

    parts as (
        select
            line,
            case
                when not is_honoured then 'too_late'
                when shared_at <= received_at then 'honoured_already_shared'
                else 'honoured'
            end as outcome
        from deletion
        left join first_shared using (person, domain)
        union all
        select
            line,
            case
                when request_type in ('object', 'erase') and shared_at <= received_at
                    then 'honoured_already_shared'
                when request_type = 'access' then 'open'
                when request_type = 'rectify' and not can_be_rectified then 'void'
                else 'honoured'
            end
        from covering
        left join (select person, min(shared_at) as shared_at from first_shared group by person)
            using (person)
        where request_type != 'delete_linked'
    ),

    best as (
        select
            line,
            arg_min(
                outcome,
                list_position(['honoured_already_shared', 'honoured', 'open', 'too_late', 'void'], outcome)
            ) as outcome
        from parts
        group by line
    )

    select
        study,
        request_id,
        request_type,
        coalesce(outcome, 'void') as outcome,
        case
            when not is_from_the_family then 'outside_the_family'
            when line not in (select line from covering) then 'covers_nobody'
            when outcome is null then 'no_linkage'
            when outcome = 'void' then 'cannot_be_rectified'
        end as reason
    from request_heard
    left join best using (line);

create table study.governance.requests_by_outcome as
    select study, request_type, outcome, rounded(count(*)) as requests
    from study.governance.request_outcomes
    inner join request_heard using (study, request_id, request_type)
    where
        not exists (
            select 1 from inactive
            where
                inactive.person in (maker, subject)
                or inactive.person in (select person from covering where covering.line = request_heard.line)
        )
    group by all
    having requests > 0;

create table study.governance.quarantined_records as
    select source_table, line as row_number, delivery_id, reason from fate
    where fate = 'quarantined';

create table study.governance.record_reconciliation as
    select source_table, fate, sum(records)::bigint as records from fate
    group by source_table, fate;

create table study.governance.due_to_be_asked as
    select study, domain, count(distinct person) as participants
    from decision
    inner join policy using (policy)
    where
        reason = 'lapsed'
        and not exists (
            select 1 from statement
            where
                statement.linkage = decision.linkage
                and is_own
                and said_at >= decision.decided_at
        )
    group by study, domain;

create table study.governance.delivery_checks as
    select
        delivery.delivery_id,
        supplier,
        study,
        domain,
        sent_at as request_sent_at,
        received_at,
        request_id,
        if(request_id is null, 'rule', 'register') as request_known_from,
        count(person) as people,
        count(*) filter (is_requested) as people_in_request,
        count(*) filter (not is_requested) as people_not_requested,
        count(*) filter (is_permitted) as people_permitted_at_receipt,
        count(*) filter (is_withdrawn) as people_withdrawn_meanwhile,
        coalesce(any_value(of_nobody.records), 0) as records_of_unknown_people,
        count(*) filter (not is_requested) > 0 or any_value(of_nobody.records) is not null as is_flagged,
        if(is_certified, certified_at, null) as identifiers_deleted_at,
        not is_certified as is_certificate_missing,
        if(not is_certified, date_diff('day', received_at, getvariable('as_of')), null)
            as certificate_days_missing
    from delivery
    left join request_answered using (delivery_id)
    left join delivered_person using (delivery_id)
    left join (
        select delivery_id, sum(records)::bigint as records from fate
        where reason = 'unknown_participant'
        group by delivery_id
    ) as of_nobody using (delivery_id)
    where not is_held and is_received
    group by all;

create table study.governance.to_destroy as
    select
        delivery_id,
        supplier,
        study,
        domain,
        count(distinct person) as participants,
        sum(records)::bigint as records
    from delivered
    inner join delivered_person using (delivery_id, person)
    inner join delivery using (delivery_id)
    where is_withdrawn
    group by all;

create table study.governance.published_build as
    select
        getvariable('as_of') as as_of,
        max(said_at) as newest_statement_at,
        getvariable('permissions_checksum') as permissions_checksum
    from (
        select answered_at as said_at from permission
        union all
        select received_at from request
    );

create table study.governance.consent_flow as
    with
    answered as (
        select subject as person, domain, bool_or(answer = 'yes') as said_yes from permission
        where fault is null and answered_at <= getvariable('as_of')
        group by subject, domain
    ),

    people as (
        select
            policy.study,
            policy.domain,
            decision.person,
            bool_or(part.family is not null) as took_part,
            bool_or(is_standard or answered.person is not null) as was_asked,
            bool_or(is_standard or coalesce(said_yes, false)) as said_yes,
            bool_or(is_permitted) as is_permitted,
            bool_or(policy.domain != 'education' or living.is_adult or match.person is not null)
                as is_matched,
            bool_or(domain_linked.person is not null) as is_usable
        from decision
        inner join policy using (policy)
        inner join living on decision.person = living.person and living.is_active
        left join (select distinct family from participation) as part on living.family = part.family
        left join answered
            on decision.person = answered.person and policy.domain = answered.domain
        left join match on decision.person = match.person
        left join domain_linked
            on decision.person = domain_linked.person and policy.domain = domain_linked.domain
        group by all
    ),

    reached as (
        select
            study,
            domain,
            -- how many steps they got, one after another
            case
                when not took_part then 1
                when not was_asked then 2
                when not said_yes then 3
                when not is_permitted then 4
                when not is_matched then 5
                when not is_usable then 6
                else 7
            end as last_step
        from people
    )

    select
        study,
        domain,
        step_number,
        [
            'invited', 'took_part', 'asked', 'said_yes', 'permitted', 'matched', 'records_usable'
        ][step_number] as step,
        rounded(count(*) filter (last_step >= step_number)) as participants
    from (select distinct study, domain from policy)
    cross join (select unnest(range(1, 8))::integer as step_number)
    left join reached using (study, domain)
    group by study, domain, step_number;

create table study.governance.to_purge as
    with named as (
        select source_of(file) as source_table, study, participant_id, null as asked_for_family
        from participant
        union all
        select source_of(file), study, coalesce(records_of, given_by), null from permission
        union all
        select source_of(file), study, participant_id, null from clerical_decision
        union all
        select
            source_of(file), study, coalesce(about, made_by),
            case when is_for_family then made_by end
        from request
        union all
        -- what a child asks for the family is about the child alone
        select source_of(file), study, made_by, made_by from request
        where is_for_family and made_by != about
        union all
        select source_table, study, participant_id, null from parent_interview
        union all
        select source_table, study, participant_id, null from parent_survey
        union all
        select source_table, study, participant_id, null from child_survey
        union all
        select 'governance/shared_records', study, participant_id, null from shared
    )

    select source_table, count(*) as rows
    from (
        select source_table, participant_id, asked_for_family, study_policy.study
        from named
        left join study_policy on named.study = study_policy.study
    ) as named
    semi join erased
        on
            named.participant_id = erased.participant_id
            and coalesce(named.study, erased.study) = erased.study
            and (not erased.is_adult or asked_for_family is distinct from erased.participant_id)
    group by source_table
    union all
    select 'requests/' || request_id, count(*)
    from landing.register.people_requested as requested
    inner join erased
        on requested.person = keyed(erased.study, 'requested', erased.participant_id)
    group by request_id
    union all
    select source_table, records from to_purge where records > 0;
