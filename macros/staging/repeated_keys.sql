{#- A CTE `repeated_keys` over the CTE `landed`, or over another relation of the same rows, which of a large
    table saves the engine from keeping `landed` whole: one row for each landed row whose key is not its own. Of
    rows equal in every column the first stands and its copies are `duplicate`; where rows with one key
    differ, nobody can say which is right, and all of them are `conflicting_key`. Numbers in keys compare
    as numbers: waves `1` and `01` are the same. Only keys that repeat are looked at closely, so that a
    large table costs one aggregate. -#}

{% macro repeated_keys(source_name, table_name, of='landed') -%}
    {%- set columns = landed_columns(source_name, table_name) | map(attribute='name') | list or ['null'] -%}
    {%- set key = landed_key(source_name, table_name) or ['null'] -%}
    {%- set numbers = {} -%}
    {%- for column in landed_columns(source_name, table_name)
        if column.name in key and column.data_type == 'integer' -%}
        {%- do numbers.update({column.name: as_compared_integer(column.name)}) -%}
    {%- endfor -%}
    {%- set compared = 'landed_compared' if numbers else of -%}
{% if numbers -%}
landed_compared as (
    select
        {{ all_columns_replacing('landed', numbers) }}
    from {{ of }} as landed
),

{% endif -%}
keys_landed_twice as (
    select {{ key | join(', ') }}
    from {{ compared }}
    where {{ key | join(' is not null and ') }} is not null
    group by all
    having count(*) > 1
),

rows_compared as (
    select
        source_table,
        row_number,
        count(*) over (partition by {{ key | join(', ') }}) as rows_of_key,
        count(*) over (partition by {{ columns | join(', ') }}) as rows_alike,
        row_number() over (
            partition by {{ columns | join(', ') }}
            order by source_table, row_number
        ) as place_among_alike
    from {{ compared }}
    where ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from keys_landed_twice)
),

repeated_keys as (
    select
        source_table,
        row_number,
        case
            when place_among_alike > 1 then 'duplicate'
            when rows_of_key > rows_alike then 'conflicting_key'
        end as row_fault
    from rows_compared
)
{%- endmacro %}


{#- The key of a landed table as its source declares it; empty while dbt parses. -#}
{% macro landed_key(source_name, table_name) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values()
            if source.source_name == source_name and source.name == table_name -%}
            {%- do found.extend(source.config.meta.key) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
