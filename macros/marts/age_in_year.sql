{#- The age that somebody reaches in the year of an event: in whole years, and never more exact. -#}

{% macro age_in_year(event_on, year_of_birth) -%}
{{ year_of(event_on) }} - {{ year_of_birth }}
{%- endmacro %}
