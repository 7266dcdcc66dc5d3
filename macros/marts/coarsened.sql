{#- Attributes of places, coarsened until no combination of them singles out one place: CTEs over
    the CTE `places`, of which the last is `places_coarsened`. Attributes are taken in their order
    of importance. A value that only one of the places so far alike has is blanked; where that
    would leave one place alone in having none, the rarest other value is blanked with it. -#}

{% macro coarsened(attributes) -%}
{%- for attribute in attributes %}
{%- set before = 'places' if loop.first else attributes[loop.index0 - 1] ~ '_coarsened' %}
{%- set alike = 'partition by ' ~ attributes[:loop.index0] | join(', ') if not loop.first else '' %}
{{ attribute }}_counted as {{ materialized() }} (
    select
        *,
        {{ attribute }} is null
        or count(*) over (partition by {{ attributes[:loop.index] | join(', ') }}) = 1 as is_alone,
        count(*) over (partition by {{ attributes[:loop.index] | join(', ') }}) as places_alike
    from {{ before }}
),

{{ attribute }}_pooled as (
    select
        *,
        count(case when is_alone then 1 end) over ({{ alike }}) as places_alone,
        min(case when not is_alone then places_alike end) over ({{ alike }}) as rarest
    from {{ attribute }}_counted
),

{{ 'places' if loop.last else attribute }}_coarsened as (
    select
        * exclude (is_alone, places_alike, places_alone, rarest)
        replace (
            case
                when not is_alone and (places_alone != 1 or places_alike > rarest) then {{ attribute }}
            end as {{ attribute }}
        )
    from {{ attribute }}_pooled
)
{%- if not loop.last %},
{% endif %}
{%- endfor %}
{%- endmacro %}

{#- A number as the label of the band it falls in; `bounds` are the lower bounds, ascending. -#}

{% macro band(value, bounds, unit='') -%}
case
    when {{ value }} < {{ bounds[0] }} then 'under {{ bounds[0] }}{{ unit }}'
    {%- for bound in bounds[1:] %}
    when {{ value }} < {{ bound }} then '{{ bounds[loop.index0] }} to under {{ bound }}{{ unit }}'
    {%- endfor %}
    when {{ value }} >= {{ bounds[-1] }} then '{{ bounds[-1] }}{{ unit }} or more'
end
{%- endmacro %}
