{#- Unique Property Reference Number: one to twelve digits, and no check digit. So this says only that a
    text may be one: any number may, and only a comparison with known ones can show it. -#}

{% macro is_uprn(text) -%}
{{ is_shaped(compacted(text), '[0-9]{1,12}') }}
{%- endmacro %}
