{#- The moment that a build is of, as a UTC timestamp: the var `as_of`, or the start of the run. Nothing
    dated after it has happened yet. -#}

{% macro as_of() -%}
    {%- set given = var('as_of') -%}
    {%- if given is none -%}
        {%- set moment = run_started_at -%}
    {%- else -%}
        {%- set form = modules.re.match('^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)?$', given | string) -%}
        {%- if not form -%}
            {{ exceptions.raise_compiler_error(
                "as_of is not an ISO 8601 UTC timestamp; give it as in --vars '{as_of: \"2026-06-30T00:00:00Z\"}'"
            ) }}
        {%- endif -%}
        {%- set moment = modules.datetime.datetime.fromisoformat((given | string).replace('Z', '+00:00')) -%}
    {%- endif -%}
timestamp '{{ moment.strftime('%Y-%m-%d %H:%M:%S') }}'
{%- endmacro %}

{#- An instant before and one after everything that can happen. -#}

{% macro beginning_of_time() -%}timestamp '0001-01-01 00:00:00'{%- endmacro %}

{% macro end_of_time() -%}timestamp '9999-12-31 00:00:00'{%- endmacro %}
