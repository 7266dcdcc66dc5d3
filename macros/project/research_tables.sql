{#- The tables that researchers open, by study, as model names. A test holds this list against the
    models that are built into the research database. -#}

{% macro research_tables() -%}
    {{ return({
        'five_to_twelve': [
            'participants', 'parent_interviews', 'pupil_census', 'key_stage_2', 'absence', 'alternative_provision',
            'adult_learning', 'hospital_episodes', 'gp_events', 'prescriptions', 'mental_health_contacts',
            'register_events', 'employments', 'national_insurance', 'tax_credits', 'child_benefit', 'benefit_spells',
            'employment_programmes', 'pension_schemes', 'areas',
        ],
        'send_futures': [
            'participants', 'parent_survey', 'child_survey', 'pupil_census', 'key_stage_2', 'absence',
            'alternative_provision',
        ],
    }) }}
{%- endmacro %}
