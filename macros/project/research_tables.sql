{#- The tables that researchers open, by study, as model names. While dbt parses it knows no other model, so
    that their names stand here once more. A build stops where one is missing. -#}

{% macro research_tables() -%}
    {%- set tables = {} -%}
    {%- for study, names in tables_of_people().items() -%}
        {%- do tables.update({study: names + tables_of_counts()[study]}) -%}
    {%- endfor -%}
    {%- for model in research_models() if model.config.schema not in tables_about()
        and plain_name(model) not in tables.get(model.config.schema, []) -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' is a table for researchers, and tables_of_people() and tables_of_counts() in '
            ~ 'macros/project/research_tables.sql lack it'
        ) }}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{#- Those whose every row is about somebody, by their `research_id`. Classes of people are looked for in
    these. -#}

{% macro tables_of_people() -%}
    {{ return({
        'five_to_twelve': [
            'participants', 'parent_interviews', 'pupil_census', 'key_stage_2', 'absence', 'alternative_provision',
            'adult_learning', 'hospital_episodes', 'gp_events', 'prescriptions', 'mental_health_contacts',
            'register_events', 'employments', 'national_insurance', 'tax_credits', 'child_benefit', 'benefit_spells',
            'employment_programmes', 'pension_schemes', 'areas', 'child_years',
        ],
        'send_futures': [
            'participants', 'parent_survey', 'child_survey', 'pupil_census', 'key_stage_2', 'absence',
            'alternative_provision', 'child_years',
        ],
    }) }}
{%- endmacro %}

{#- Those whose rows are counts of people, and have no id: small counts are withheld in them. -#}

{% macro tables_of_counts() -%}
    {{ return({
        'five_to_twelve': ['linkage_quality'],
        'send_futures': ['linkage_quality'],
    }) }}
{%- endmacro %}

{#- Those whose rows are what the project declares and counts of rows: nobody's. -#}

{% macro tables_about() -%}
    {{ return({'about': ['build', 'columns', 'coverage', 'value_labels']}) }}
{%- endmacro %}
