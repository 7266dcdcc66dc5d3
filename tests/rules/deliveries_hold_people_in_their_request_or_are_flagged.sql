-- A delivery in which somebody was not asked for, or is unknown, is flagged, and no other is. Read straight
-- from the records: where only the rule says who was in the request, everybody with a record in a delivery
-- that is not flagged had permitted a linkage of its domain when the request was sent. And the counts are of
-- the same people, in the request or not, nobody twice and nobody left out.

with

checks as (
    select * from {{ ref('delivery_checks') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

records as (
    {%- for table in landed_tables('agency records') %}
    select
        '{{ table.supplier }}' as supplier,
        '{{ table.domain }}' as domain,
        {{ table.adults_only }} as is_of_adults,
        delivery_id,
        participant_id
    from {{ ref(table.model) }}
    where row_fault is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

people_named as (
    select distinct
        checks.study,
        records.delivery_id,
        records.participant_id,
        records.is_of_adults
    from records
    inner join checks
        on
            records.delivery_id = checks.delivery_id
            and records.supplier = checks.supplier
            and records.domain = checks.domain
),

people as (
    select distinct
        people_named.delivery_id,
        people_named.participant_id
    from people_named
    inner join participants
        on
            people_named.study = participants.study
            and people_named.participant_id = participants.participant_id
            and (participants.is_adult or not people_named.is_of_adults)
),

people_judged as (
    select
        people.delivery_id,
        people.participant_id,
        bool_or(intervals.participant_id is not null) as is_permitted
    from people
    inner join checks
        on people.delivery_id = checks.delivery_id
    left join {{ ref('int_permitted_intervals') }} as intervals
        on
            checks.study = intervals.study
            and people.participant_id = intervals.participant_id
            and checks.domain = intervals.domain
            and checks.request_sent_at >= intervals.permitted_from
            and checks.request_sent_at < intervals.permitted_until
    group by people.delivery_id, people.participant_id
),

people_counted as (
    select
        delivery_id,
        count(*) as people,
        count(case when is_permitted then 1 end) as people_permitted
    from people_judged
    group by delivery_id
)

select
    checks.supplier,
    checks.domain,
    count(*) as deliveries
from checks
left join people_counted
    on checks.delivery_id = people_counted.delivery_id
where
    checks.is_flagged != (checks.people_not_requested > 0 or checks.records_of_unknown_people > 0)
    or checks.people != checks.people_in_request + checks.people_not_requested
    or checks.people_withdrawn_meanwhile > checks.people_in_request
    or checks.people != coalesce(people_counted.people, 0)
    or (
        checks.request_known_from = 'rule'
        and not checks.is_flagged
        and checks.people != coalesce(people_counted.people_permitted, 0)
    )
group by checks.supplier, checks.domain
