{#- A text of the letters A to Z and digits in capitals; null if anything else is in it, because some
    letters outside A to Z have one of these as their capital. -#}

{% macro capitals(text) -%}
upper({{ only_if_shaped(text, '[0-9A-Za-z]+') }})
{%- endmacro %}
