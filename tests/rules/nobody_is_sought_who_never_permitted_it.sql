-- Who a child may be in the pupil register is stored only for those whose education linkage was permitted at
-- some instant by now. Everyone competes, but only in memory.

{{ config(group='identities') }}

{%- set tables = ['pupil_candidates', 'pupil_matches', 'clerical_review'] %}

with

intervals as (
    select * from {{ ref('int_permitted_intervals') }}
    where domain = 'education' and permitted_from <= {{ as_of() }}
),

kept as (
    {%- for table in tables %}
    select
        '{{ table }}' as kept_in,
        study,
        participant_id
    from {{ ref(table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    kept.kept_in,
    count(*) as kept_rows
from kept
left join intervals
    on
        kept.study = intervals.study
        and kept.participant_id = intervals.participant_id
where intervals.participant_id is null
group by kept.kept_in
