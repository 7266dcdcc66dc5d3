{#- Whether the whole of a text has the shape of a pattern, a regular expression; false for a missing
    text. Patterns use only classes, counts and groups, which every engine reads alike. -#}

{% macro is_shaped(text, pattern) -%}{{ return(adapter.dispatch('is_shaped', 'studylink')(text, pattern)) }}{%- endmacro %}

{% macro duckdb__is_shaped(text, pattern) -%}
coalesce(regexp_full_match({{ text }}, '{{ pattern }}'), false)
{%- endmacro %}

{% macro spark__is_shaped(text, pattern) -%}
coalesce({{ text }} rlike '^(?:{{ pattern_in_java(pattern) }})\\z', false)
{%- endmacro %}

{#- A pattern as a literal of Spark has it, whose expressions are Java's: there `C` has the characters that
    are not assigned too, and a backslash is written twice. -#}

{% macro pattern_in_java(pattern) -%}
{{ return(
    pattern | replace('\\p{C}', '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}') | replace('\\', '\\\\') | replace("''", "\\'")
) }}
{%- endmacro %}

{#- A text where the whole of it has the shape of a pattern; otherwise null. A landed code may be
    anything, even an identifier put into the wrong field: only text that looks like the code it should be
    is passed on. -#}

{% macro only_if_shaped(text, pattern) -%}
case when {{ is_shaped(text, pattern) }} then {{ text }} end
{%- endmacro %}

{#- Whether a text shows nothing: it has no character, or only white space, control and format characters
    of any script; false for a missing text. -#}

{% macro is_blank(text) -%}
{{ is_shaped(text, '[\\p{Z}\\p{C}]*') }}
{%- endmacro %}

{#- A text without anything in it that matches a pattern. -#}

{% macro without(text, pattern) -%}{{ return(adapter.dispatch('without', 'studylink')(text, pattern)) }}{%- endmacro %}

{% macro duckdb__without(text, pattern) -%}
regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__without(text, pattern) -%}
regexp_replace({{ text }}, '{{ pattern_in_java(pattern) }}', '')
{%- endmacro %}
