{#- A row for each of several expressions, in a select list. -#}

{% macro one_row_each(expressions) -%}{{ return(adapter.dispatch('one_row_each', 'studylink')(expressions)) }}{%- endmacro %}

{% macro duckdb__one_row_each(expressions) -%}
unnest([
            {{ expressions | join(',\n            ') }}
        ])
{%- endmacro %}

{#- A row for each word of a text, in a select list: what stands between its spaces and punctuation. -#}

{% macro one_row_a_word(text) -%}{{ return(adapter.dispatch('one_row_a_word', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__one_row_a_word(text) -%}
unnest(regexp_split_to_array({{ text }}, '[^\p{L}\p{N}]+'))
{%- endmacro %}
