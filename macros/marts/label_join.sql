{#- A landed code as it is published: the code itself, where its list holds it, and its label.
    `coded('tenure')` gives `tenure` and `tenure_label` of `label_join('tenure', 'answers.tenure')`, which
    is given the same name. Codes are unique in a list, so no row is ever repeated; a code that no list
    holds is not published, because it may be anything. The code comes from the seed `code_lists`, the CTE
    of the model, never from a landed file. -#}

{% macro coded(name, data_type='varchar', code_list=none) -%}
{%- set labels = (code_list or name) ~ '_labels' -%}
{{ labels ~ '.code' if data_type == 'varchar' else 'cast(' ~ labels ~ '.code as ' ~ data_type ~ ')' }} as {{ name }},
        {{ labels }}.label as {{ name }}_label
{%- endmacro %}

{% macro label_join(code_list, code) -%}
left join code_lists as {{ code_list }}_labels
        on
            {{ code_list }}_labels.code_list = '{{ code_list }}'
            and {{ code }} = {{ code_list }}_labels.code
{%- endmacro %}
