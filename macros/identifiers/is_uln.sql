{#- Unique Learner Number: ten digits, the first not 0, whose sum, weighted 10 down to 1, leaves 10 when
    divided by 11. So no number is both a ULN and an NHS number. Spaces may be anywhere. -#}

{% macro is_uln(text) -%}
{%- set number = compacted(text) -%}
(
    {{ is_shaped(number, '[1-9][0-9]{9}') }}
    and coalesce({{ weighted_sum(number, range(10, 0, -1)) }} % 11 = 10, false)
)
{%- endmacro %}
