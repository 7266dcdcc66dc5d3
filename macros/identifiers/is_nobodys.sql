{#- Whether a text is what people write for something not known: only noughts, nines or the letter X, or
    words for it. Not every repeated digit: 88888888 and 77777777 are telephone numbers of London. -#}

{% macro is_nobodys(text) -%}
{%- set words = [
    'DONTKNOW', 'NOTAPPLICABLE', 'NOTKNOWN', 'NOTPROVIDED', 'NOTSTATED', 'REFUSED', 'UNKNOWN',
] -%}
{{ is_shaped(letters_and_digits(text), '0+|9+|X+|' ~ words | join('|')) }}
{%- endmacro %}
