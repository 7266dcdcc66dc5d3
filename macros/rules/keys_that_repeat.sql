{#- Of pairs of a model and its key, those whose keys repeat, and how often. Only counts, because a
    constraint's own message would print the key. -#}

{% macro keys_that_repeat(keys) -%}
{%- for model, key in keys %}
select
    '{{ model }}: {{ key | join(", ") }}' as grain,
    count(*) as repeated
from (
    select {{ key | join(', ') }}
    from {{ ref(model) }}
    group by {{ key | join(', ') }}
    having count(*) > 1
) as repeated_keys
having count(*) > 0
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}
