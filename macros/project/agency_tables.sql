{#- The tables of records that agencies deliver: supplier, domain, whether their rows name pupils of
    the national register (whom DfE holds anyway) or participants, and whether adults alone. -#}

{% macro agency_tables() -%}
    {%- set tables = [] -%}
    {%- for supplier, domain, names in [
        ('dfe', 'education', ['pupil_census', 'key_stage_2', 'absence', 'alternative_provision', 'adult_learning']),
        ('nhs_england', 'health', [
            'hospital_episodes', 'gp_events', 'prescriptions', 'mental_health_contacts', 'register_events',
        ]),
        ('hmrc', 'employment_tax', ['employments', 'national_insurance', 'tax_credits', 'child_benefit']),
        ('dwp', 'benefits', ['benefit_spells', 'employment_programmes', 'pension_schemes']),
    ] -%}
        {%- for name in names -%}
            {%- set adults_only = name == 'adult_learning' -%}
            {%- do tables.append({
                'supplier': supplier,
                'domain': domain,
                'name': name,
                'of_pupils': supplier == 'dfe' and not adults_only,
                'adults_only': adults_only,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
