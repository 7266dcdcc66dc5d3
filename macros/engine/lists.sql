{#- A list of expressions. -#}

{% macro list_of(expressions) -%}{{ return(adapter.dispatch('list_of', 'studylink')(expressions)) }}{%- endmacro %}

{% macro duckdb__list_of(expressions) -%}
[
            {{ expressions | join(',\n            ') }}
        ]
{%- endmacro %}

{% macro spark__list_of(expressions) -%}
array(
            {{ expressions | join(',\n            ') }}
        )
{%- endmacro %}

{#- A row for each value of a list, in a select list. -#}

{% macro one_row_each(list) -%}{{ return(adapter.dispatch('one_row_each', 'studylink')(list)) }}{%- endmacro %}

{% macro duckdb__one_row_each(list) -%}unnest({{ list }}){%- endmacro %}

{% macro spark__one_row_each(list) -%}explode({{ list }}){%- endmacro %}

{#- A row for each run of one to five words of a text, in a select list, as written but without the
    punctuation around it: a name, a number or an address inside a sentence is one of them. -#}

{% macro one_row_per_run(text) -%}{{ return(adapter.dispatch('one_row_per_run', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__one_row_per_run(text) -%}
{%- set words = "regexp_split_to_array(" ~ text ~ ", '\\s+')" -%}
unnest(flatten([
            [
                trim(array_to_string({{ words }}[first:last], ' '), '.,;:!?"()<>[]')
                for last in range(first, least(first + 5, len({{ words }}) + 1))
            ]
            for first in range(1, len({{ words }}) + 1)
        ]))
{%- endmacro %}

{% macro spark__one_row_per_run(text) -%}
{%- set words = "split(" ~ text ~ ", '[\\\\t\\\\n\\\\f\\\\r ]+')" -%}
explode(flatten(transform(
            sequence(1, size({{ words }})),
            first -> transform(
                sequence(1, least(5, size({{ words }}) - first + 1)),
                length -> trim(both '.,;:!?"()<>[]' from array_join(slice({{ words }}, first, length), ' '))
            )
        )))
{%- endmacro %}

{#- A row for each whole number from one to another, in a select list; no row where the last comes before the
    first. -#}

{% macro one_row_per_number(first, last) -%}{{ return(adapter.dispatch('one_row_per_number', 'studylink')(first, last)) }}{%- endmacro %}

{% macro duckdb__one_row_per_number(first, last) -%}
cast(unnest(range({{ first }}, {{ last }} + 1)) as integer)
{%- endmacro %}

{#- `sequence` would count down where the last comes before the first -#}
{% macro spark__one_row_per_number(first, last) -%}
explode(case when {{ last }} >= {{ first }} then sequence(cast({{ first }} as integer), cast({{ last }} as integer)) else array() end)
{%- endmacro %}

{#- Whether a value is among those of a query that is by far the smaller of the two, in a `where`. DuckDB guesses
    which of the two to hold in memory, and would guess wrong; inside `coalesce` it holds the query's. -#}

{% macro is_among(value, query) -%}{{ return(adapter.dispatch('is_among', 'studylink')(value, query)) }}{%- endmacro %}

{% macro duckdb__is_among(value, query) -%}
coalesce({{ value }} in ({{ query }}), false)
{%- endmacro %}

{% macro spark__is_among(value, query) -%}
{{ value }} in ({{ query }})
{%- endmacro %}
