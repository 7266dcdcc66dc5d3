{#- Driver number of Great Britain: five characters of the surname, padded with 9; year, month (50 more
    for a woman), day and year of birth in six digits; two initials, 9 where there is none; a character
    that distinguishes namesakes, and two check letters, whose rule is not published. The two digits of the
    licence's issue may follow. Spaces may be anywhere, and letters in either case. Northern Ireland's
    eight digits look like any number and are not recognised. -#}

{% macro is_driving_licence_number(text) -%}
{%- set surname = '([A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)' -%}
{%- set birth = '[0-9](0[1-9]|1[0-2]|5[1-9]|6[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]' -%}
{{ is_shaped(
    capitals(compacted(text)),
    surname ~ birth ~ '([A-Z][A-Z9]|99)[2-9A-HJ-NPR-X][A-Z]{2}([0-9]{2})?'
) }}
{%- endmacro %}
