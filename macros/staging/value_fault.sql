{#- What is wrong with a landed row itself: an expression that names the first fault and its column, and
    is null if there is none. Types, values that may not be missing and lists are read from the source's
    own declaration, so that the contract is in one place. A column that is `listed_in` a seed or another
    CTE of the model has one of the values that it has in its column of that name, for the row's study. -#}

{% macro value_fault(source_name, table_name, relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {%- set checks = [] -%}
    {%- for column in landed_columns(source_name, table_name) -%}
        {%- set landed = prefix ~ column.name -%}
        {%- set meta = column.config.meta -%}
        {%- if meta.required -%}
            {%- do checks.append((landed ~ ' is null', 'empty: ' ~ column.name)) -%}
        {%- elif meta.required_if -%}
            {%- do checks.append((landed ~ ' is null and ' ~ prefix ~ meta.required_if, 'empty: ' ~ column.name)) -%}
        {%- endif -%}
        {%- if column.data_type == 'integer' -%}
            {%- do checks.append((landed ~ ' is not null and not ' ~ is_integer(landed), 'unreadable: ' ~ column.name)) -%}
        {%- elif column.data_type != 'text' -%}
            {%- set typed = context['as_' ~ column.data_type](landed) -%}
            {%- do checks.append((landed ~ ' is not null and ' ~ typed ~ ' is null', 'unreadable: ' ~ column.name)) -%}
        {%- endif -%}
        {%- if meta.listed -%}
            {%- do checks.append((landed ~ " not in ('" ~ meta.listed | join("', '") ~ "')", 'unlisted: ' ~ column.name)) -%}
        {%- endif -%}
        {%- if meta.listed_in -%}
            {%- set seed = meta.listed_in -%}
            {%- set names = ['study', column.name] | unique | list -%}
            {%- set values = '(' ~ prefix ~ names | join(', ' ~ prefix) ~ ')' -%}
            {%- set allowed = '(select ' ~ seed ~ '.' ~ names | join(', ' ~ seed ~ '.') ~ ' from ' ~ seed ~ ')' -%}
            {%- do checks.append((values ~ ' not in ' ~ allowed, 'unlisted: ' ~ column.name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if checks -%}
case
            {%- for condition, fault in checks %}
                when {{ condition }} then '{{ fault }}'
            {%- endfor %}
            end
    {%- else -%}
cast(null as string)
    {%- endif -%}
{%- endmacro %}


{#- The columns of a landed table as its source declares them; empty while dbt parses. -#}
{% macro landed_columns(source_name, table_name) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values()
            if source.source_name == source_name and source.name == table_name -%}
            {%- do found.extend(source.columns.values()) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
