{#- `months` calendar months after a date; where that month is too short, its last day: 29 February
    becomes 28 February in common years, 31 August plus 6 months the last of February. -#}

{% macro add_months(date, months) -%}{{ return(adapter.dispatch('add_months', 'studylink')(date, months)) }}{%- endmacro %}

{% macro duckdb__add_months(date, months) -%}
cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(date, months) -%}
add_months({{ date }}, cast({{ months }} as int))
{%- endmacro %}

{#- The month of a date, as text `2024-03`, without the day. -#}

{% macro month_of(date) -%}{{ return(adapter.dispatch('month_of', 'studylink')(date)) }}{%- endmacro %}

{% macro duckdb__month_of(date) -%}
strftime({{ date }}, '%Y-%m')
{%- endmacro %}

{% macro spark__month_of(date) -%}
date_format({{ date }}, 'yyyy-MM')
{%- endmacro %}

{% macro year_of(date) -%}
cast(extract(year from {{ date }}) as integer)
{%- endmacro %}

{#- Whole calendar months from the month of one date to that of another. -#}

{% macro months_between(earlier, later) -%}
(
    12 * (extract(year from {{ later }}) - extract(year from {{ earlier }}))
    + extract(month from {{ later }}) - extract(month from {{ earlier }})
)
{%- endmacro %}

{#- Days from the day of one instant to that of another. -#}

{% macro days_between(earlier, later) -%}{{ return(adapter.dispatch('days_between', 'studylink')(earlier, later)) }}{%- endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
cast(datediff({{ later }}, {{ earlier }}) as bigint)
{%- endmacro %}

{#- The date that a text gives in a form (`%d/%m/%Y`), as text `20240331`; null where it is not one. -#}

{% macro date_spelt(text, form) -%}{{ return(adapter.dispatch('date_spelt', 'studylink')(text, form)) }}{%- endmacro %}

{% macro duckdb__date_spelt(text, form) -%}
strftime(try_strptime({{ text }}, '{{ form }}'), '%Y%m%d')
{%- endmacro %}

{% macro spark__date_spelt(text, form) -%}
{#- one digit or two, as DuckDB reads them, unless nothing stands between two numbers -#}
{%- set digits = 2 if '%d%m' in form or '%m%d' in form else 1 -%}
{%- set letters = {
    '%d': 'd' * digits, '%m': 'M' * digits, '%Y': 'yyyy', '%y': 'yy', '%B': 'MMMM', '%b': 'MMM',
    '%H': 'H', '%M': 'm', '%S': 's',
} -%}
{%- set pattern = [form] -%}
{%- for letter, of_java in letters.items() -%}
{%- do pattern.append(pattern.pop() | replace(letter, of_java)) -%}
{%- endfor -%}
date_format(try_to_timestamp({{ text }}, '{{ pattern[0] }}'), 'yyyyMMdd')
{%- endmacro %}
