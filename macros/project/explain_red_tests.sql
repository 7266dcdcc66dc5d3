{#- Says at the end of a run what each failed data test found and what to do about it, for tests whose
    `meta` declares that their `rows` are `names and counts`: names of tables and columns, words of a
    policy and counts, never a value. These are queried again, because dbt counts failing rows and keeps
    none. -#}

{% macro explain_red_tests(results) -%}
    {%- if execute -%}
        {%- for result in results
            if result.status == 'fail' and result.node.config.meta.rows == 'names and counts' -%}
            {%- set found = run_query(result.node.compiled_code) -%}
            {%- do log(result.node.name ~ ' is red:', info=true) -%}
            {%- for row in found.rows -%}
                {%- set shown = [] -%}
                {%- for column in found.column_names -%}
                    {%- do shown.append(column ~ ' ' ~ row[column]) -%}
                {%- endfor -%}
                {%- do log('    ' ~ shown | join(', '), info=true) -%}
            {%- endfor -%}
            {%- do log('    What to do: ' ~ result.node.config.meta.remedy, info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
