-- SEND Futures: answers that may not be linked must not be joinable to the records, by any chain of
-- keys. Rows of one key are one component; a component that holds answers without a link holds
-- neither a link nor a record.

with

answers as (
    select
        research_id,
        family_research_id,
        linked_child_research_id
    from {{ ref('send_futures__parent_survey') }}
    union all
    select
        research_id,
        family_research_id,
        linked_child_research_id
    from {{ ref('send_futures__child_survey') }}
),

records as (
    {%- for name in ['pupil_census', 'key_stage_2', 'absence', 'alternative_provision'] %}
    select research_id from {{ ref('send_futures__' ~ name) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

unlinked as (
    select * from answers
    where linked_child_research_id is null
),

linked as (
    select * from answers
    where linked_child_research_id is not null
),

chains as (
    select 'answers under the id of records' as joined_by
    from answers
    inner join records on answers.research_id = records.research_id
    union all
    select 'unlinked answers in the family of linked ones' as joined_by
    from unlinked
    inner join linked on unlinked.family_research_id = linked.family_research_id
    union all
    select 'unlinked answers by a person with linked ones' as joined_by
    from unlinked
    inner join linked on unlinked.research_id = linked.research_id
    union all
    select 'participants under the id of records' as joined_by
    from {{ ref('send_futures__participants') }} as participants
    inner join records on participants.research_id = records.research_id
)

select
    joined_by,
    count(*) as joined
from chains
group by joined_by
