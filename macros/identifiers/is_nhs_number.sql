{#- Ten digits whose sum, weighted 10 down to 1, is a multiple of 11. Spaces and hyphens may be anywhere.
    -#}

{% macro is_nhs_number(text) -%}
{%- set number = compacted(text, hyphens=true) -%}
(
    {{ is_shaped(number, '[0-9]{10}') }}
    and coalesce({{ weighted_sum(number, range(10, 0, -1)) }} % 11 = 0, false)
)
{%- endmacro %}
