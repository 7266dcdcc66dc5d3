{#- How a landed text becomes a typed value. Anything that does not have exactly the landed form is null;
    `try_cast` alone would take `2024-1-5`, `1e3` or `t`. -#}

{% macro as_date(text) -%}
case when {{ is_shaped(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}') }} and {{ text }} >= '0001' then try_cast({{ text }} as date) end
{%- endmacro %}

{% macro as_timestamp(text) -%}{{ return(adapter.dispatch('as_timestamp', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__as_timestamp(text) -%}
case when regexp_full_match({{ text }}, '[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z') and {{ text }} >= '0001' then try_cast(rtrim({{ text }}, 'Z') as timestamp) end
{%- endmacro %}

{% macro spark__as_timestamp(text) -%}
case when {{ is_shaped(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z') }} and {{ text }} >= '0001' then try_cast(rtrim('Z', {{ text }}) as timestamp) end
{%- endmacro %}

{#- Of 64 bits. A larger whole number is no fault of its row, but has no value here. -#}

{% macro as_integer(text) -%}
case when {{ is_shaped(text, '-?[0-9]+') }} then try_cast({{ text }} as bigint) end
{%- endmacro %}

{#- Whether a text is a whole number that a double can hold, if only roughly; null for a missing text. -#}

{% macro is_integer(text) -%}
case when {{ text }} is not null then {{ is_shaped(text, '-?[0-9]+') }} and {{ is_finite(text) }} end
{%- endmacro %}

{#- A whole number as it is compared with others: `01` and `1` are the same, and it may have any length;
    any other text as it is. -#}

{% macro as_compared_integer(text) -%}{{ return(adapter.dispatch('as_compared_integer', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__as_compared_integer(text) -%}
case
    when {{ is_shaped(text, '-?[0-9]+') }}
        then regexp_replace(regexp_replace({{ text }}, '^(-?)0+', '\1'), '^-?$', '0')
    else {{ text }}
end
{%- endmacro %}

{% macro spark__as_compared_integer(text) -%}
case
    when {{ is_shaped(text, '-?[0-9]+') }}
        then regexp_replace(regexp_replace({{ text }}, '^(-?)0+', '$1'), '^-?\\z', '0')
    else {{ text }}
end
{%- endmacro %}

{% macro as_decimal(text) -%}
case when {{ is_shaped(text, '-?[0-9]+([.][0-9]+)?') }} and {{ is_finite(text) }} then try_cast({{ text }} as double) end
{%- endmacro %}

{#- Whether a number in text is one that a double can hold. -#}

{% macro is_finite(text) -%}
abs(try_cast({{ text }} as double)) < cast('Infinity' as double)
{%- endmacro %}

{% macro as_boolean(text) -%}
case {{ text }} when 'true' then true when 'false' then false end
{%- endmacro %}

{% macro normalised(text) -%}{{ return(adapter.dispatch('normalised', 'studylink')(text)) }}{%- endmacro %}

{% macro duckdb__normalised(text) -%}
upper(trim(regexp_replace({{ text }}, '\s+', ' ', 'g')))
{%- endmacro %}

{% macro spark__normalised(text) -%}
upper(trim(regexp_replace({{ text }}, '[\\t\\n\\f\\r ]+', ' ')))
{%- endmacro %}
