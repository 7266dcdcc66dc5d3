{#- What the project declares of the tables that researchers open, read from dbt's graph as a build runs, so
    that the schema `about` is never kept by hand. All of it is empty while dbt parses. -#}

{#- The models of the research database, by schema and table. None while dbt parses or in a unit test, to
    which it gives no graph. -#}

{% macro research_models() -%}
    {{ return(
        graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('config.database', 'equalto', 'research')
        | sort(attribute='config.schema,name')
        if execute and graph.nodes else []
    ) }}
{%- endmacro %}

{#- Every column of them: its place, and what its YAML says of it. The label is the first sentence of the
    description; `recode` names a row of the seed `recodes`, and `code_list` the list of a column of codes.
    What shows them refers to the tables, so that a part of the graph that makes a table describes it anew. -#}

{% macro research_columns() -%}
    {%- set found = [] -%}
    {%- for study, names in research_tables().items() -%}
        {%- for name in names -%}
            {%- do ref(study ~ '__' ~ name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for model in research_models() -%}
        {%- for column in model.columns.values() -%}
            {%- set meta = column.config.meta -%}
            {%- set description = column.description.split() | join(' ') -%}
            {%- do found.append({
                'table_schema': model.config.schema,
                'table_name': plain_name(model),
                'position': loop.index,
                'column_name': column.name,
                'label': (description.split('. ') | first).rstrip('.'),
                'description': description,
                'data_type': column.data_type,
                'unit': meta.get('unit'),
                'source': meta.get('source'),
                'recode': meta.get('recode'),
                'class': meta.class,
                'missing': reasons_in_words((['not_landed'] if meta.source else []) + meta.get('missing', [])),
                'code_list': meta.closed_list.removeprefix('codes of ')
                    if meta.get('closed_list', '').startswith('codes of ') else none,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Each table of people with its column of periods: the first month, or school or tax year, that it shows. -#}

{% macro periods_of_tables() -%}
    {%- set found = [] -%}
    {%- for study, names in tables_of_people().items() -%}
        {%- for name in names -%}
            {%- set periods = [] -%}
            {%- for column in declared_columns(study ~ '__' ~ name)
                if column.config.meta.shape in ['month', 'year_span'] -%}
                {%- do periods.append(column.name) -%}
            {%- endfor -%}
            {%- do found.append({'study': study, 'name': name, 'period': periods | first or 'null'}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Why a value is missing, in words. What is computed and names no reason is never missing. -#}

{% macro reasons_in_words(reasons) -%}
    {%- set words, found = {
        'not_landed': 'not landed',
        'unlisted': 'no code of its list',
        'not_applicable': 'no meaning in this row',
        'birth': 'would show a birth',
        'unlinked': 'not linked',
        'withheld': 'withheld, as a small count',
    }, [] -%}
    {%- for reason in reasons -%}
        {%- do found.append(words[reason]) -%}
    {%- endfor -%}
    {{ return(found | join(', or ') | capitalize or 'Never missing') }}
{%- endmacro %}

{#- The build, as `about.build` describes it. The checksum is of the models and seeds as they were read: the
    rules and the policy, but not what was landed, of which no fingerprint leaves. -#}

{% macro build_described() -%}
    {%- set moment = as_of() | replace("timestamp '", '') | replace("'", '') | replace(' ', 'T') ~ 'Z' -%}
    {%- set checksums, studies = [], [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='unique_id')
            if node.resource_type in ['model', 'seed'] -%}
            {%- do checksums.append(node.unique_id ~ ' ' ~ node.checksum.checksum) -%}
        {%- endfor -%}
        {%- for model in research_models() if 'research_id' in model.columns and model.config.schema not in studies -%}
            {%- do studies.append(model.config.schema) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set checksum = local_md5(checksums | join('\n')) -%}
    {{ return({
        'as_of': moment,
        'studylink_version': adapter.config.version,
        'dbt_version': dbt_version,
        'project_checksum': checksum,
        'citation': 'Linked research tables of ' ~ studies | join(' and ') ~ ', as of ' ~ moment ~ '; studylink '
            ~ adapter.config.version ~ ', project ' ~ checksum ~ '.',
    }) }}
{%- endmacro %}

{#- Rows of text and numbers as a table: `rows` are mappings, of which each has the `columns`. -#}

{% macro rows_written(rows, columns) -%}
select
    {{ columns | join(',\n    ') }}
from (
    values
    {%- for row in rows %}
    (
        {%- for column in columns -%}
        {%- set value = row.get(column) -%}
        {#- few texts have a quote, and to ask the engine how it writes one takes time -#}
        {{ 'null' if value is none else value if value is number else "'" ~ value ~ "'" if "'" not in value
            else dbt.string_literal(dbt.escape_single_quotes(value)) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
) as written ({{ columns | join(', ') }})
{%- endmacro %}

{#- Every text that the schema `about` may show, each the `word` of a row. -#}

{% macro texts_declared() -%}
    {%- set texts, rows = [], [] -%}
    {%- for column in research_columns() -%}
        {%- do texts.extend(column.values()) -%}
    {%- endfor -%}
    {%- for text in texts | select('string') | unique(case_sensitive=true) -%}
        {%- do rows.append({'word': text}) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}
