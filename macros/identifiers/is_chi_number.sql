{#- Scotland's Community Health Index number: a day of birth as DDMMYY and four digits, ten in all with
    the check digit of an NHS number. The century is not given, so 29 February is a day in every year
    divisible by 4, including 2000. Spaces and hyphens may be anywhere. -#}

{% macro is_chi_number(text) -%}
{%- set day_of_birth = [
    '(0[1-9]|1[0-9]|2[0-8])(0[1-9]|1[0-2])[0-9]{2}',
    '(29|30)(0[13-9]|1[0-2])[0-9]{2}',
    '31(0[13578]|1[02])[0-9]{2}',
    '2902([02468][048]|[13579][26])',
] -%}
(
    {{ is_shaped(compacted(text, hyphens=true), '(' ~ day_of_birth | join('|') ~ ')[0-9]{4}') }}
    and {{ is_nhs_number(text) }}
)
{%- endmacro %}
