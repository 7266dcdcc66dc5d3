{#- Tells the plugin how many nodes of the project did not pass in this run: those that failed or were
    skipped, and those that it did not run at all; and what the tables that researchers open are declared
    to be. It publishes a full build in which that number is zero, if exactly these tables were built.
    Also whether the run built the table of quarantined rows, so that the plugin can name the statements
    among them. -#}

{% macro publish(results) -%}{{ adapter.dispatch('publish', 'studylink')(results) }}{%- endmacro %}

{% macro duckdb__publish(results) -%}
    {%- if execute -%}
        {%- set passed, not_passed, quarantine = [], [], [] -%}
        {%- for result in results -%}
            {%- set outcome = passed if result.status in ['success', 'pass', 'warn', 'no-op'] else not_passed -%}
            {%- do outcome.append(result.node.unique_id) -%}
            {%- if result.node.name == 'quarantined_records' and result.status == 'success' -%}
                {%- do quarantine.append(result.node.unique_id) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values()
            if node.resource_type in ['model', 'seed', 'test'] and node.unique_id not in passed + not_passed -%}
            {%- do not_passed.append(node.unique_id) -%}
        {%- endfor -%}
        {%- do adapter.store_relation('studylink', none, [], '', '', {
            'not_passed': not_passed | length,
            'contracts': research_contracts(),
            'is_quarantine_built': quarantine | length > 0,
        }) -%}
    {%- endif -%}
{%- endmacro %}

{#- What each mart of the research database declares: schema, name, description, and each column's name,
    type and description. -#}

{% macro research_contracts() -%}
    {%- set contracts = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.database == 'research' -%}
        {%- set columns = [] -%}
        {%- for column in node.columns.values() -%}
            {%- do columns.append({
                'name': column.name,
                'data_type': column.data_type,
                'description': column.description,
            }) -%}
        {%- endfor -%}
        {%- do contracts.append({
            'schema': node.schema,
            'name': node.alias,
            'description': node.description,
            'columns': columns,
        }) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{%- endmacro %}
