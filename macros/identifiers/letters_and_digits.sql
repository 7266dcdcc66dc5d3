{#- Only the letters and digits of a text, in capitals: what a value has in common however its case,
    spaces and punctuation are written. -#}

{% macro letters_and_digits(text) -%}
upper({{ without(text, '[^\\p{L}\\p{N}]') }})
{%- endmacro %}
