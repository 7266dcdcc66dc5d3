{#- Every pseudonym that research tables may show, as the vault made it: `study`, `kind` (person, record,
    family, place), `kept_in`, its column of the vault, and `pseudonym`. -#}

{% macro pseudonyms_of_the_vault() -%}
    {%- set kinds = {
        'pseudonyms': {'research_id': 'person', 'record_research_id': 'record', 'family_research_id': 'family'},
        'place_pseudonyms': {'research_id': 'place'},
    } -%}
    {%- set selects = [] -%}
    {%- for table, columns in kinds.items() -%}
        {%- for column, kind in columns.items() -%}
            {%- do selects.append(
                "select\n    study,\n    '" ~ kind ~ "' as kind,\n    'vault." ~ table ~ '.' ~ column
                ~ "' as kept_in,\n    " ~ column ~ ' as pseudonym\nfrom ' ~ ref(table)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.path.startswith('vault/pseudonyms/') -%}
            {%- for name in node.columns if name.endswith('research_id') and name not in kinds.get(node.name, {}) -%}
                {{ exceptions.raise_compiler_error(
                    'vault.' ~ node.name ~ '.' ~ name ~ ' is a pseudonym that pseudonyms_of_the_vault() does not '
                    ~ 'have, so that the tests of what is published do not know it'
                ) }}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(selects | join('\nunion all\n')) }}
{%- endmacro %}
