{#- Months are counted from year 0, so that spells and years are compared as numbers: January 2024 is
    24288. A school year runs from September to August, a tax year here from April to March, the nearest
    whole months. Both are known by the calendar year in which they begin. -#}

{% macro month_number(month) -%}
(12 * cast(left({{ month }}, 4) as integer) + cast(right({{ month }}, 2) as integer) - 1)
{%- endmacro %}

{#- The months from January in which the years begin. -#}

{% macro school_year_begins() -%}8{%- endmacro %}

{% macro tax_year_begins() -%}3{%- endmacro %}

{#- The year that a numbered month is in. -#}

{% macro year_of_month(month_number, begins) -%}
cast(floor(({{ month_number }} - {{ begins }}) / 12.0) as integer)
{%- endmacro %}

{#- The calendar year in which an academic or tax year of any spelling begins. -#}

{% macro begins_in(year_span) -%}
cast(left({{ year_span }}, 4) as integer)
{%- endmacro %}
