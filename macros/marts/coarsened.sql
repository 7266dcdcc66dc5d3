{#- Attributes of places or of people, blanked until every combination of them that is left belongs
    to at least `at_least` different `counted`: CTEs over the CTE `relation`, of which the last is
    `<relation>_coarsened`. Attributes are taken in their order, the most worth keeping first, each
    within those before it as they were left. A value that too few have is blanked; where those
    without a value are then too few themselves, the rarest other value is blanked with theirs. So
    each combination splits into combinations that are large enough, or not at all, and by
    induction all are, unless the whole relation is smaller than that: then nothing is left of any
    attribute. (Local suppression: Hundepool et al., Statistical Disclosure Control, 2012, 3.4.)

    `tells` maps an attribute to those before it that can be read from it, as the year from the month:
    where one of them is blank, so is the attribute. -#}

{% macro coarsened(relation, attributes, counted, at_least, tells={}) -%}
{%- for attribute in attributes %}
{%- set so_far = attributes[:loop.index0] %}
{{ attribute }}_counted as {{ materialized() }} (
    select
        *,
        {{ count_distinct_over(counted, so_far + [attribute]) }} as alike
    from {{ relation if loop.first else so_far[-1] ~ '_coarsened' }}
),

{{ attribute }}_judged as (
    select
        *,
        {{ attribute }} is null or alike < {{ at_least }}
        {%- for told in tells.get(attribute, []) %} or {{ told }} is null{% endfor %} as is_rare
    from {{ attribute }}_counted
),

{{ attribute }}_pooled as (
    select
        *,
        {{ count_distinct_over('case when is_rare then ' ~ counted ~ ' end', so_far) }} as without_value,
        min(case when not is_rare then alike end) over (
            {{- 'partition by ' ~ so_far | join(', ') if so_far -}}
        ) as rarest
    from {{ attribute }}_judged
),

{{ relation if loop.last else attribute }}_coarsened as (
    select
        {{ all_columns_replacing(
            attribute ~ '_pooled',
            {attribute: 'case when not is_rare and (without_value = 0 or without_value >= ' ~ at_least
                ~ ' or alike > rarest) then ' ~ attribute ~ ' end'},
            without=['alike', 'is_rare', 'without_value', 'rarest']
        ) }}
    from {{ attribute }}_pooled
)
{%- if not loop.last %},
{% endif %}
{%- endfor %}
{%- endmacro %}
