{#- A published table with its values blanked, and no row dropped, until nobody in it stands in too
    small a class: CTEs over the CTE `relation`, of which the last is `<relation>_controlled`. It
    reads the CTE `disclosure_control`.

    `quasi_identifiers`, what somebody who knows a person may know of them, are coarsened in their
    order, the most worth keeping first, until every combination belongs to at least
    `min_class_size` people (k-anonymity: Samarati and Sweeney, 1998), a blank counting as a value
    of its own, so that the same holds for every subset of them.

    `sensitive` are groups of columns that tell one thing. A group is blanked in every class whose
    people have fewer than `min_sensitive_values` different values of one of its columns: there,
    knowing the class would be knowing the value (distinct l-diversity: Machanavajjhala et al., 2007).
    So it is in a class that is too small, as only that of a whole small table can be.

    `tells` maps a column to the quasi-identifiers before it that can be read from it, as the year from
    a month, and that an event was a death from its cause: where one of them is blank, so is the column. -#}

{% macro disclosure_controlled(relation, quasi_identifiers, sensitive=[], tells={}) -%}
{%- set at_least = '(select min_class_size from disclosure_control)' -%}
{%- set kept = [] -%}
{%- set kept_that_tell = {} -%}
{%- set values_kept = {} -%}
{%- for column in quasi_identifiers -%}
    {%- do kept.append(column ~ '_kept') -%}
    {%- do values_kept.update({column: 'combinations.' ~ column ~ '_kept'}) -%}
    {%- set others_kept = [] -%}
    {%- for other in tells.get(column, []) -%}
        {%- do others_kept.append(other ~ '_kept') -%}
    {%- endfor -%}
    {%- do kept_that_tell.update({column ~ '_kept': others_kept}) -%}
{%- endfor -%}
people_in_combinations as {{ materialized() }} (
    select distinct
        research_id,
        {%- for column in quasi_identifiers %}
        {{ column }},
        {{ column }} as {{ column }}_kept{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
),

{{ coarsened('people_in_combinations', kept, 'research_id', at_least, kept_that_tell) }},

combinations as {{ materialized() }} (
    select distinct
        {{ (quasi_identifiers + kept) | join(',\n        ') }}
    from people_in_combinations_coarsened
),

{{ relation }}_{{ 'in_classes' if sensitive else 'controlled' }} as (
    select
        {{ all_columns_replacing(relation, values_kept) }}
    from {{ relation }}
    inner join combinations
        on
            {%- for column in quasi_identifiers %}
            {{ 'and ' if not loop.first }}{{ relation }}.{{ column }} is not distinct from combinations.{{ column }}
            {%- endfor %}
)
{%- if sensitive %},

{%- set values_told = {} -%}
{%- for columns in sensitive -%}
    {%- for column in columns -%}
        {%- set known = namespace(sql='') -%}
        {%- for told in tells.get(column, []) -%}
            {%- set known.sql = known.sql ~ ' and ' ~ relation ~ '_in_classes.' ~ told ~ ' is not null' -%}
        {%- endfor -%}
        {%- do values_told.update({
            column: 'case when classes.people >= ' ~ at_least ~ ' and classes.' ~ columns[0] ~ '_values >= '
                ~ '(select min_sensitive_values from disclosure_control)' ~ known.sql
                ~ ' then ' ~ relation ~ '_in_classes.' ~ column ~ ' end'
        }) -%}
    {%- endfor -%}
{%- endfor %}

classes as {{ materialized() }} (
    select
        {{ quasi_identifiers | join(',\n        ') }},
        count(distinct research_id) as people
        {%- for columns in sensitive %},
        {%- set values_counted = 'count(distinct ' ~ columns | join('), count(distinct ') ~ ')' %}
        {{ 'least(' ~ values_counted ~ ')' if columns | length > 1 else values_counted }} as {{ columns[0] }}_values
        {%- endfor %}
    from {{ relation }}_in_classes
    group by {{ quasi_identifiers | join(', ') }}
),

{{ relation }}_controlled as (
    select
        {{ all_columns_replacing(relation ~ '_in_classes', values_told) }}
    from {{ relation }}_in_classes
    inner join classes
        on
            {%- for column in quasi_identifiers %}
            {{ 'and ' if not loop.first }}{{ relation }}_in_classes.{{ column }} is not distinct from classes.{{ column }}
            {%- endfor %}
)
{%- endif %}
{%- endmacro %}
