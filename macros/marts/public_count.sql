{#- A count as anybody may see it: missing where it is under `base`, zero included, and otherwise rounded
    to the nearest multiple of `base`, a half upwards. It depends only on this count, so no total, no
    other table and no other build gives away more. Every other public figure is computed from such
    counts, never from exact ones. -#}

{% macro public_count(count, base) -%}
case
    when {{ count }} >= {{ base }}
        then cast({{ base }} * floor(({{ count }}) / cast({{ base }} as double) + 0.5) as bigint)
end
{%- endmacro %}
