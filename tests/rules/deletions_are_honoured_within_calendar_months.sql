-- A deletion is honoured up to the study's window of calendar months after the family last took part, and
-- never later; always where there is no window or nobody took part before it. Months are counted here by
-- year, month and day: in the last month, up to the day of the month on which they took part.

with

members as {{ materialized() }} (
    select * from {{ ref('stg_surveys__participants') }}
    where row_fault is null
),

requests as (
    select
        requests.study,
        requests.request_id,
        members.family_id,
        cast(requests.received_at as date) as received_on
    from {{ ref('stg_surveys__requests') }} as requests
    inner join members
        on
            requests.study = members.study
            and requests.about = members.participant_id
    where requests.row_fault is null and requests.request_type = 'delete_linked'
),

answers as (
    {%- for table in landed_tables('answers') %}
    select
        study,
        participant_id,
        {{ table.dated }} as took_part_on
    from {{ ref(table.model) }}
    where row_fault is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

families_taking_part as (
    select
        members.study,
        members.family_id,
        answers.took_part_on
    from answers
    inner join members
        on
            answers.study = members.study
            and answers.participant_id = members.participant_id
),

last_participations as (
    select
        requests.study,
        requests.request_id,
        requests.received_on,
        max(families.took_part_on) as took_part_on
    from requests
    left join families_taking_part as families
        on
            requests.study = families.study
            and requests.family_id = families.family_id
            and requests.received_on >= families.took_part_on
    group by requests.study, requests.request_id, requests.received_on
),

requests_judged as (
    select
        last_participations.study,
        last_participations.request_id,
        coalesce(
            {{ months_between('last_participations.took_part_on', 'last_participations.received_on') }}
            - case
                when
                    extract(day from last_participations.received_on)
                    > extract(day from last_participations.took_part_on)
                    then 0
                else 1
            end
            < studies.deletion_window_months,
            true
        ) as is_in_time
    from last_participations
    inner join {{ ref('studies') }} as studies
        on last_participations.study = studies.study
)

select
    outcomes.outcome,
    count(*) as deletions
from {{ ref('request_outcomes') }} as outcomes
inner join requests_judged
    on
        outcomes.study = requests_judged.study
        and outcomes.request_id = requests_judged.request_id
where
    outcomes.outcome != 'void'
    and requests_judged.is_in_time != (outcomes.outcome in ('honoured', 'honoured_already_shared'))
group by outcomes.outcome
