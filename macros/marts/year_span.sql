{#- An academic or tax year as landed, `2023/24`, `2023-24` or `2023-2024`, and nothing in any other form:
    the second year must follow the first, because `2015-0612` is a birthday. -#}

{% macro year_span(text) -%}
case
    when
        {{ as_integer('right(' ~ text ~ ', 2)') }}
        = ({{ as_integer('left(' ~ text ~ ', 4)') }} + 1) % 100
        then {{ only_if_shaped(text, '(19|20)[0-9]{2}[-/](19|20)?[0-9]{2}') }}
end
{%- endmacro %}
