{#- A text as identifiers are compared: without the whitespace around it and the spaces inside it, and
    without hyphens where `hyphens` is set, in every width that Unicode has of them and that a copy
    out of a document brings along. Case stays, and so does everything else: what is no separator
    makes an identifier invalid. -#}

{% macro compacted(text, hyphens=false) -%}
{%- set spaces = ' \\x{A0}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}' -%}
{%- set dashes = '\\x{2010}-\\x{2015}\\x{2212}-' -%}
{%- set whitespace = '\\t-\\r\\x{1C}-\\x{1F}\\x{85}\\x{1680}\\x{2028}\\x{2029}' ~ spaces -%}
{{ without(text, '^[' ~ whitespace ~ ']+|[' ~ whitespace ~ ']+$|[' ~ spaces ~ (dashes if hyphens else '') ~ ']') }}
{%- endmacro %}
