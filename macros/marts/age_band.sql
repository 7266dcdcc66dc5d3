{#- The band of an age in whole years at `as_of`, computed from the month of birth. -#}

{% macro age_band(month_of_birth) -%}
{%- set years = '(' ~ months_between(month_of_birth, as_of()) ~ ') / 12.0' -%}
{{ band(years, [5, 8, 11, 14, 16, 18, 25, 35, 45, 55, 65]) }}
{%- endmacro %}
