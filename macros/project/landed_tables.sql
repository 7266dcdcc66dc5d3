{#- The landed tables of some kinds, or of all: of each its `supplier`, `name`, staging `model` and `kind`,
    and what its source declares beside: `domain`, `adults_only`, `dated`, the column that says when a row
    happened, `answers_of`, the `study` in whose folder answers are and `columns`. While dbt parses it has not read the sources, and a table
    is its name alone, so that names stand here once more. A build stops where the two differ. -#}

{% macro landed_tables() -%}
    {%- set found = [] -%}
    {%- for kind, suppliers in landed_names().items() if kind in varargs or not varargs -%}
        {%- for supplier, names in suppliers.items() -%}
            {%- for name in names -%}
                {%- do found.append({
                    'supplier': supplier,
                    'name': name,
                    'model': 'stg_' ~ supplier ~ '__' ~ name,
                    'kind': kind,
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- set undeclared = landed_tables_of_sources() -%}
        {%- for table in found -%}
            {%- set declared = undeclared.pop(table.kind ~ ': ' ~ table.supplier ~ '.' ~ table.name, none) -%}
            {%- if not declared -%}
                {{ exceptions.raise_compiler_error(
                    'landed_names() has ' ~ table.supplier ~ '.' ~ table.name ~ ' under ' ~ table.kind
                    ~ ', and its source does not declare it so'
                ) }}
            {%- endif -%}
            {%- do table.update(declared) -%}
        {%- endfor -%}
        {%- for named, declared in undeclared.items() if declared.kind in varargs or not varargs -%}
            {{ exceptions.raise_compiler_error(
                'A source declares ' ~ named ~ ', and landed_names() in macros/project/landed_tables.sql lacks it'
            ) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{#- Every landed table by kind and supplier, as the sources in `models/staging` declare them. -#}

{% macro landed_names() -%}
    {{ return({
        'participants': {'surveys': ['participants']},
        'statements': {'surveys': ['permissions', 'requests']},
        'answers': {'surveys': ['parent_interviews', 'parent_survey', 'child_survey']},
        'register': {'dfe': ['pupils']},
        'reference': {'dfe': ['schools'], 'ons': ['postcodes', 'areas']},
        'governance': {
            'governance': ['deliveries', 'shared_records', 'projects', 'researchers'],
            'surveys': ['clerical_decisions'],
        },
        'pupil records': {'dfe': ['pupil_census', 'key_stage_2', 'absence', 'alternative_provision']},
        'agency records': {
            'dfe': ['adult_learning'],
            'nhs_england': [
                'hospital_episodes', 'gp_events', 'prescriptions', 'mental_health_contacts', 'register_events',
            ],
            'hmrc': ['employments', 'national_insurance', 'tax_credits', 'child_benefit'],
            'dwp': ['benefit_spells', 'employment_programmes', 'pension_schemes'],
        },
    }) }}
{%- endmacro %}


{#- What the sources declare of each landed table, by `<kind>: <supplier>.<name>`. -#}

{% macro landed_tables_of_sources() -%}
    {%- set found = {} -%}
    {%- for source in graph.sources.values() if source.config.meta.landed_as -%}
        {%- set meta = source.config.meta -%}
        {%- do found.update({
            meta.kind ~ ': ' ~ source.source_name ~ '.' ~ source.name: {
                'kind': meta.kind,
                'domain': meta.domain,
                'adults_only': meta.get('adults_only', false),
                'dated': meta.dated,
                'answers_of': meta.answers_of,
                'study': meta.landed_as.split('/')[1] if meta.kind == 'answers',
                'columns': source.columns.values() | list,
            },
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
