{#- The age that somebody reaches in the year of an event: in whole years, and never more exact. What is
    dated before the year of birth has no age. -#}

{% macro age_in_year(event_on, year_of_birth) -%}
case
            when {{ year_of(event_on) }} >= {{ year_of_birth }}
                then {{ year_of(event_on) }} - {{ year_of_birth }}
        end
{%- endmacro %}
