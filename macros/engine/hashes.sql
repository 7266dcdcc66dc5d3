{#- The common hashes of a text that need no key, in hexadecimal, as a list of expressions. -#}

{% macro unkeyed_hashes(text) -%}{{ return(adapter.dispatch('unkeyed_hashes', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__unkeyed_hashes(text) -%}
    {{ return(['md5(' ~ text ~ ')', 'sha1(' ~ text ~ ')', 'sha256(' ~ text ~ ')']) }}
{%- endmacro %}

{% macro spark__unkeyed_hashes(text) -%}
    {{ return(['md5(' ~ text ~ ')', 'sha1(' ~ text ~ ')', 'sha2(' ~ text ~ ', 256)']) }}
{%- endmacro %}
