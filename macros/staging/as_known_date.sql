{#- A date in an agency's record, missing where the agency wrote one of those that mean 'not known' (seed
    `placeholder_dates`): neither a fault nor a date on which anything happened. -#}

{% macro as_known_date(text) -%}
case
            when {{ text }} not in (select cast(placeholder_date as string) from {{ ref('placeholder_dates') }})
                then {{ as_date(text) }}
        end
{%- endmacro %}
