{#- Tells the plugin how many nodes of the project did not pass in this run: those that failed or were
    skipped, and those that it did not run at all. It publishes a full build in which that is none. -#}

{% macro publish(results) -%}
    {%- if execute -%}
        {%- set passed, not_passed = [], [] -%}
        {%- for result in results -%}
            {%- set outcome = passed if result.status in ['success', 'pass', 'warn', 'no-op'] else not_passed -%}
            {%- do outcome.append(result.node.unique_id) -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values()
            if node.resource_type in ['model', 'seed', 'test'] and node.unique_id not in passed + not_passed -%}
            {%- do not_passed.append(node.unique_id) -%}
        {%- endfor -%}
        {%- do adapter.store_relation('studylink', none, [], '', '', {'not_passed': not_passed | length}) -%}
    {%- endif -%}
{%- endmacro %}
