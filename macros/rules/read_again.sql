{#- The rules read a second time, from the landed rows, for tests to compare the project's own answers
    with. Families in which a date of birth may have been corrected, `families_redated`, are left to other
    tests. -#}

{#- CTEs: `people`, and `requests_of_families`, those made by somebody of the family that they are about. -#}
{% macro people_read_again() -%}
people as {{ materialized() }} (
    select
        participants.study,
        participants.participant_id,
        participants.family_id,
        participants.role != 'child' as is_adult,
        participants.role != 'child' and coalesce(participants.has_parental_responsibility, false) as is_responsible,
        case
            when participants.role != 'child' then {{ beginning_of_time() }}
            else cast({{ add_months('participants.date_of_birth', '12 * studies.own_decision_age') }} as timestamp)
        end as decides_from
    from {{ ref('stg_surveys__participants') }} as participants
    inner join {{ ref('studies') }} as studies
        on participants.study = studies.study
    where participants.row_fault is null
),

requests_of_families as {{ materialized() }} (
    select
        requests.study,
        about.family_id,
        requests.made_by,
        maker.is_adult as is_made_by_adult,
        requests.about,
        requests.scope,
        requests.domain,
        requests.received_at,
        requests.request_type,
        requests.field
    from {{ ref('stg_surveys__requests') }} as requests
    inner join people as maker
        on
            requests.study = maker.study
            and requests.made_by = maker.participant_id
    inner join people as about
        on
            requests.study = about.study
            and requests.about = about.participant_id
            and maker.family_id = about.family_id
    where requests.row_fault is null
),

families_redated as (
    select distinct
        study,
        family_id
    from requests_of_families
    where request_type = 'rectify' and field = 'date_of_birth'
)
{%- endmacro %}

{#- CTEs after those and a CTE `moments` of (study, participant_id, domain, answers_of, instant):
    `verdicts`, whether each linkage was permitted at that instant. It needs no intervals: each family
    member's last statement by then counts. Whether anybody is inactive, in the pilot or unreadable is not
    looked at here. -#}
{% macro verdicts_read_again() -%}
linkages_asked_about as (
    select
        moments.study,
        moments.participant_id,
        moments.domain,
        moments.answers_of,
        moments.instant,
        subject.family_id,
        subject.decides_from,
        policies.mode
    from moments
    inner join people as subject
        on
            moments.study = subject.study
            and moments.participant_id = subject.participant_id
    inner join {{ ref('linkage_policies') }} as policies
        on
            moments.study = policies.study
            and moments.domain = policies.domain
            and moments.answers_of = policies.answers_of
            and subject.is_adult = (policies.records_of_role = 'adult')
    left join families_redated
        on
            subject.study = families_redated.study
            and subject.family_id = families_redated.family_id
    where families_redated.family_id is null
),

words as (
    select
        linkages.*,
        permissions.given_by as said_by,
        permissions.answered_at as said_at,
        permissions.answer as word
    from linkages_asked_about as linkages
    inner join {{ ref('stg_surveys__permissions') }} as permissions
        on
            linkages.study = permissions.study
            and linkages.participant_id = permissions.records_of
            and linkages.domain = permissions.domain
            and linkages.answers_of = permissions.answers_of
            and linkages.instant >= permissions.answered_at
    where permissions.row_fault is null
    union all
    select
        linkages.*,
        requests.made_by as said_by,
        requests.received_at as said_at,
        case requests.request_type when 'resume_linkage' then 'yes' else 'no' end as word
    from linkages_asked_about as linkages
    inner join requests_of_families as requests
        on
            linkages.study = requests.study
            and linkages.family_id = requests.family_id
            and requests.domain in ('all', linkages.domain)
            and linkages.instant >= requests.received_at
    where
        requests.request_type in ('stop_linkage', 'delete_linked', 'resume_linkage')
        and (requests.scope = 'family' or requests.about = linkages.participant_id)
),

words_weighed as (
    select
        words.*,
        words.said_by = words.participant_id as is_own,
        case
            when words.word = 'no' and (speaker.is_adult or words.said_by = words.participant_id) then 'no'
            when
                words.word = 'yes'
                and (
                    (words.said_by = words.participant_id and words.said_at >= words.decides_from)
                    or (speaker.is_responsible and words.said_at < words.decides_from)
                )
                then 'yes'
            else 'neutral'
        end as stance
    from words
    inner join people as speaker
        on
            words.study = speaker.study
            and words.said_by = speaker.participant_id
            and words.family_id = speaker.family_id
),

words_ranked as (
    select
        *,
        -- at one instant no goes before neutral, and neutral before yes
        row_number() over (
            partition by study, participant_id, domain, answers_of, instant, said_by
            order by said_at desc, stance = 'yes', stance = 'neutral'
        ) as latest_first
    from words_weighed
),

last_words as (
    select
        study,
        participant_id,
        domain,
        answers_of,
        instant,
        max(case when is_own then stance end) as own_stance,
        max(case when is_own then said_at end) as own_at,
        max(case when not is_own and stance = 'no' then said_at end) as anothers_no_at,
        max(case when not is_own and stance = 'yes' then said_at end) as anothers_yes_at
    from words_ranked
    where latest_first = 1
    group by study, participant_id, domain, answers_of, instant
),

verdicts as (
    select
        linkages.study,
        linkages.participant_id,
        linkages.domain,
        linkages.answers_of,
        linkages.instant,
        case
            when last_words.own_stance = 'no' then false
            when linkages.instant >= linkages.decides_from
                then
                    (linkages.mode = 'standard' or coalesce(last_words.own_stance = 'yes', false))
                    and (
                        last_words.anothers_no_at is null
                        or coalesce(
                            last_words.own_stance = 'yes' and last_words.own_at > last_words.anothers_no_at, false
                        )
                    )
            else
                last_words.anothers_no_at is null
                and (linkages.mode = 'standard' or last_words.anothers_yes_at is not null)
        end as is_permitted
    from linkages_asked_about as linkages
    left join last_words
        on
            linkages.study = last_words.study
            and linkages.participant_id = last_words.participant_id
            and linkages.domain = last_words.domain
            and linkages.answers_of = last_words.answers_of
            and linkages.instant = last_words.instant
)
{%- endmacro %}
