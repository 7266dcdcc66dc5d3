{#- A number as the label of the band it falls in; `bounds` are the lower bounds, ascending. -#}

{% macro band(value, bounds, unit='') -%}
case
    when {{ value }} < {{ bounds[0] }} then 'under {{ bounds[0] }}{{ unit }}'
    {%- for bound in bounds[1:] %}
    when {{ value }} < {{ bound }} then '{{ bounds[loop.index0] }} to under {{ bound }}{{ unit }}'
    {%- endfor %}
    when {{ value }} >= {{ bounds[-1] }} then '{{ bounds[-1] }}{{ unit }} or more'
end
{%- endmacro %}
