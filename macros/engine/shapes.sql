{#- A text where the whole of it has the shape of a pattern, a regular expression; otherwise null. A
    landed code may be anything at all, an identifier put into the wrong field included: only what
    looks like the code it should be goes on. Patterns keep to classes, counts and groups, which
    every engine reads alike. -#}

{% macro only_if_shaped(text, pattern) -%}{{ return(adapter.dispatch('only_if_shaped', 'studylink')(text, pattern)) }}{%- endmacro %}

{% macro duckdb__only_if_shaped(text, pattern) -%}
case when regexp_full_match({{ text }}, '{{ pattern }}') then {{ text }} end
{%- endmacro %}
