{#- A text of the letters A to Z and digits in capitals; null where anything else is in it, for some
    letters outside A to Z have one of these as their capital. -#}

{% macro capitals(text) -%}
upper({{ only_if_shaped(text, '[0-9A-Za-z]+') }})
{%- endmacro %}
