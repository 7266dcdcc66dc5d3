{#- Unique Taxpayer Reference: ten digits, of which the first checks the sum of the others, weighted 6, 7,
    8, 9, 10, 5, 4, 3, 2, modulo 11. A K before it and spaces anywhere are allowed. -#}

{% macro is_utr(text) -%}
{%- set number = without(compacted(text), '^[Kk]+') -%}
(
    {{ is_shaped(number, '[0-9]{10}') }}
    and coalesce(
        substr('21987654321', {{ weighted_sum(number, [6, 7, 8, 9, 10, 5, 4, 3, 2], first=2) }} % 11 + 1, 1)
        = substr({{ number }}, 1, 1),
        false
    )
)
{%- endmacro %}
