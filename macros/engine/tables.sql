{#- What Spark's tables need that DuckDB's do not. It has no catalogs, so each database is a schema, in which a
    model has its whole name; Databricks has them, and the names of DuckDB. -#}

{% macro spark__schema_name(custom_schema_name, node) -%}
    {{ node.config.database or target.schema }}
{%- endmacro %}

{% macro databricks__schema_name(custom_schema_name, node) -%}
    {{ default__schema_name(custom_schema_name, node) }}
{%- endmacro %}

{% macro spark__alias_name(node) -%}
    {{ node.name }}
{%- endmacro %}

{% macro databricks__alias_name(node) -%}
    {{ default__alias_name(node) }}
{%- endmacro %}

{#- Columns are cast to the types of the contract, of which Spark has no `varchar` without a length: only
    their names can differ from it. -#}

{% macro spark__get_assert_columns_equivalent(sql) -%}
    {%- set declared = model.columns.values() | map(attribute='name') | list -%}
    {%- set found = get_columns_in_query(sql) -%}
    {%- if found | sort != declared | sort -%}
        {{ exceptions.raise_compiler_error(
            'The contract of ' ~ model.name ~ ' has the columns ' ~ declared | join(', ') ~ '; its query has '
            ~ found | join(', ')
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__get_column_names() -%}
    {%- for column in model.columns.values() -%}
    cast({{ column.name }} as {{ type_in_spark(column.data_type) }}) as {{ column.name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro type_in_spark(data_type) -%}
    {{ return('string' if data_type == 'varchar' else data_type) }}
{%- endmacro %}

{#- Comments on the columns of Parquet tables too, for which dbt-spark leaves them out. -#}

{% macro spark__alter_column_comment(relation, column_dict) -%}
    {%- for column in column_dict.values() if column.description -%}
        {%- do run_query(
            'alter table ' ~ relation ~ ' alter column ' ~ column.name ~ ' comment '
            ~ dbt.string_literal(dbt.escape_single_quotes(column.description))
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Rows of a seed, as literals: dbt-spark's session would write nothing as the word None, and no quote within a
    text. -#}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.column_types -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for column in agate_table.column_names -%}
            {%- set value = row[column] -%}
            {%- do values.append(
                'cast(' ~ ('null' if value is none else dbt.string_literal(dbt.escape_single_quotes(value | string)))
                ~ ' as ' ~ types[column] ~ ')'
            ) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql = 'insert into ' ~ this ~ ' values\n' ~ rows | join(',\n') -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
