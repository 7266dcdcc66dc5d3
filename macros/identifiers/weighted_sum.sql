{#- The sum of a text's digits, each times its weight, from the character `first` on. It is meaningful
    only for digits, but never fails: every character has a code. -#}

{% macro weighted_sum(text, weights, first=1) -%}
(
    {%- for weight in weights %}
    {{ '+ ' if not loop.first }}{{ weight }} * (ascii(substr({{ text }}, {{ first + loop.index0 }}, 1)) - 48)
    {%- endfor %}
)
{%- endmacro %}
