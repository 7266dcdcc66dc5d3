{#- What researchers find in a column is proved in one of three ways, which the column's `meta` in the
    mart's YAML declares:

    - `closed_list: <name>`: every value is a label of that list of the seed `code_lists`, or one of its
      codes where the name is `codes of <list>`, `every list` standing for them all; or one of the
      `characteristics of linkage` or `categories of linkage` of the seed `linkage_characteristics`; or one
      of the `declarations`, what the project's own YAML says of research tables;
    - `shape: <name>`: every value has a shape of `closed_shapes`, too narrow for an identifier;
    - nothing: the column is open, and its values are compared with everything that identifies.

    So a column that nobody thought of is open. Truth values are closed by their type. Of these types a
    value can be searched as it stands; in others, a list or a map say, it would hide among others. -#}

{% macro searched_types() -%}
    {{ return(types_of_numbers() + ['varchar', 'boolean', 'date']) }}
{%- endmacro %}

{% macro types_of_numbers() -%}
    {{ return(['integer', 'bigint', 'double']) }}
{%- endmacro %}

{% macro closed_shapes() -%}
    {%- set number, unit = '[0-9]{1,6}', '(%| pounds| micrograms| degrees)?' -%}
    {%- set checksum, version = '[0-9a-f]{32}', '[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}((a|b|rc|[.]dev|[.]post)[0-9]{1,3})?' -%}
    {%- set moment = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z' -%}
    {%- set studies = '(' ~ research_tables() | join('|') ~ ')' -%}
    {{ return({
        'band': '(under N|N to under N)U|NU or more' | replace('N', number) | replace('U', unit),
        'checksum': checksum,
        'citation': 'Linked research tables of ' ~ studies ~ '( and ' ~ studies ~ ')*, as of ' ~ moment
            ~ '; studylink ' ~ version ~ ', project ' ~ checksum ~ '[.]',
        'domain': 'education',
        'icd10_category': '[A-Z][0-9]{2}',
        'moment': moment,
        'month': '[0-9]{4}-(0[1-9]|1[0-2])',
        'period': '[0-9]{4}-(0[1-9]|1[0-2])|(19|20)[0-9]{2}[-/](19|20)?[0-9]{2}',
        'opcs4_category': '[A-Z][0-9]{2}',
        'pseudonym': '[0-9a-f]{32}',
        'role': 'child|mother|father|parental_carer',
        'version': version,
        'year_span': '(19|20)[0-9]{2}[-/](19|20)?[0-9]{2}',
    }) }}
{%- endmacro %}

{#- The columns of every research table that are proved in one of the given ways, `open`, `closed_list` and
    `shape`, in their order: each with `research_column`, its name for people, `study`, `name`, `relation`,
    `data_type`, `proved_by`, its way, `declared`, the name of its list or shape, `recode`, the name of its
    recode if it has one, `is_pseudonym`, whether it is declared to be one, `is_of_people`, whether its table's
    rows have a `research_id`, and `is_of_records`, whether they are records and not answers. Empty while dbt
    parses, but for what is referred to. -#}

{% macro published_columns() -%}
    {%- set found = [] -%}
    {%- set records = (landed_tables('pupil records', 'agency records') | map(attribute='name') | list) + ['child_years'] -%}
    {%- for study, names in dict(research_tables(), **tables_about()).items() -%}
        {%- for name in names -%}
            {%- set relation = ref(study ~ '__' ~ name) -%}
            {%- for column in declared_columns(study ~ '__' ~ name) if column.data_type != 'boolean' -%}
                {%- set meta = column.config.meta -%}
                {%- set proved_by = 'closed_list' if meta.closed_list else 'shape' if meta.shape else 'open' -%}
                {%- if proved_by in varargs -%}
                    {%- do found.append({
                        'research_column': study ~ '.' ~ name ~ '.' ~ column.name,
                        'study': study,
                        'name': column.name,
                        'relation': relation,
                        'data_type': column.data_type,
                        'proved_by': proved_by,
                        'declared': meta.get(proved_by),
                        'recode': meta.recode,
                        'is_pseudonym': 'pseudonym' in [meta.class, meta.shape],
                        'is_of_people': name in tables_of_people().get(study, []),
                        'is_of_records': name in records,
                    }) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The columns by whose values rows can be joined, as pseudonyms are: those, and whatever is open. -#}

{% macro columns_of_keys() -%}
    {%- set found = [] -%}
    {%- for column in published_columns('open', 'closed_list', 'shape')
        if column.is_pseudonym or column.proved_by == 'open' -%}
        {%- do found.append(column) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- The value of one of them as text, the same for a whole number whatever type it has. -#}

{% macro value_as_text(column) -%}
{%- if column.data_type in types_of_numbers() -%}
case
            when {{ column.name }} between -1e15 and 1e15 and {{ column.name }} = floor({{ column.name }})
                then cast(cast({{ column.name }} as bigint) as string)
            else cast({{ column.name }} as string)
        end
{%- else -%}
cast({{ column.name }} as string)
{%- endif -%}
{%- endmacro %}
