{#- An academic or tax year as landed, `2023/24` or `2023-24`, and nothing that looks otherwise. -#}

{% macro year_span(text) -%}
{{ only_if_shaped(text, '(19|20)[0-9]{2}[-/]([0-9]{2}){1,2}') }}
{%- endmacro %}
