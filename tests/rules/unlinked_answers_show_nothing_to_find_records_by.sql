-- SEND Futures: answers that may not be linked must not be joinable to the records by what they say. Of
-- everything by which somebody may be recognised they show only the need, no finer than the four broad areas
-- of the SEND code of practice. Nor does `participants` show a child's age.

{%- set answers = [] %}
{%- for name in tables_of_people()['send_futures'] %}
{%- set mart = ref('send_futures__' ~ name) %}
{%- set columns = declared_columns('send_futures__' ~ name) | map(attribute='name') | list %}
{%- if 'linked_child_research_id' in columns %}
{%- do answers.append((name, mart)) %}
{%- endif %}
{%- endfor %}

with

broad_areas as (
    select
        code,
        label
    from {{ ref('code_lists') }}
    where
        code_list = 'child_send_need'
        and code in (
            'communication_interaction', 'cognition_learning', 'social_emotional_mental_health',
            'sensory_physical', 'more_than_one', 'not_sure'
        )
),

shown as (
    {%- for name, mart in answers %}
    {%- for column in columns_of_class('send_futures__' ~ name, 'quasi') %}
    select '{{ name }}.{{ column }}' as research_column
    from {{ mart }}
    where
        linked_child_research_id is null
        and {{ column }} is not null
        {%- if column.startswith('child_send_need') %}
        {%- set known_as = 'label' if column.endswith('_label') else 'code' %}
        and {{ column }} not in (select broad_areas.{{ known_as }} from broad_areas)
        {%- endif %}
    union all
    {%- endfor %}
    {%- endfor %}
    select 'participants.age_band' as research_column
    from {{ ref('send_futures__participants') }}
    where
        role = 'child'
        and age_band is not null
)

select
    research_column,
    count(*) as rows_that_show
from shown
group by research_column
