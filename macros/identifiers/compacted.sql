{#- A text as identifiers are compared: without the spaces in it and the whitespace around it, and without
    hyphens where `hyphens` is set, in every width that Unicode has and a copy from a document brings
    along. Case stays, and so does everything else: anything but a separator makes an identifier invalid.
    -#}

{% macro compacted(text, hyphens=false) -%}
{%- set dashes = '\\x{2010}-\\x{2015}\\x{2212}-' if hyphens else '' -%}
{{ trimmed(without(text, '[' ~ spaces() ~ dashes ~ ']')) }}
{%- endmacro %}

{#- A text without the whitespace around it. -#}

{% macro trimmed(text) -%}
{%- set whitespace = '[' ~ spaces() ~ '\\t-\\r\\x{1C}-\\x{1F}\\x{85}\\x{1680}\\x{2028}\\x{2029}]+' -%}
{{ without(text, '^' ~ whitespace ~ '|' ~ whitespace ~ '$') }}
{%- endmacro %}

{#- The characters of a class that are spaces, and begin no new line. -#}

{% macro spaces() -%}
\x{20}\x{A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}
{%- endmacro %}
