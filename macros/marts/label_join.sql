{#- The left join that finds a code's label in the CTE `code_lists`: `label_join('benefit_type',
    'benefit_spells.benefit_type')` gives `benefit_type_labels.label`. Codes are unique in a list, so
    no row is ever repeated; a code that is not listed has no label, and is not published itself. -#}

{% macro label_join(code_list, code) -%}
left join code_lists as {{ code_list }}_labels
        on
            {{ code_list }}_labels.code_list = '{{ code_list }}'
            and {{ code }} = {{ code_list }}_labels.code
{%- endmacro %}
