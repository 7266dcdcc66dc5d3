{#- Only the letters and digits of a text, in capitals: what is left of a value whatever case, spaces and
    punctuation it is written with. -#}

{% macro letters_and_digits(text) -%}
upper({{ without(text, '[^\\p{L}\\p{N}]') }})
{%- endmacro %}
