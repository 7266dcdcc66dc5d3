{#- Whether a row of a table of counts may be published, so that nothing it withholds can be computed
    back from the total of its margin, whether that is published beside it or known from elsewhere.

    `cells` are the counts that the row tells of: one, or two where it splits a published count into
    those who are something and those who are not. A row with a cell under `smallest`, zeros
    included, is withheld. Where one is, the next smallest of the margin are withheld too, until
    each of the cells comes to `smallest` or more over all that are withheld: each of them may then
    be anything from nothing to at least that. `key` settles ties. `within` are the columns of
    the margin: by default the table is one. `rest` counts those of the margin who have no row: they
    are withheld in any case, and first. `known` counts all people of a row, where that is known of it
    from elsewhere: those withheld, but for the largest, must come to `smallest` of these as well, for
    what is withheld in the largest is bounded by how many there can be in the others. -#}

{% macro may_be_published(cells, key, smallest, within=[], rest=none, known=none) -%}
{%- set size = 'least(' ~ cells | join(', ') ~ ')' if cells | length > 1 else cells[0] -%}
{%- set margin = 'partition by ' ~ within | join(', ') if within else '' -%}
(
    {{ size }} >= {{ smallest }}
    and (
        {%- if rest is none %}
        min({{ size }}) over ({{ margin }}) >= {{ smallest }}
        or {% endif -%}
        (
            {%- for cell in cells %}
            {{ 'and ' if not loop.first -}}
            coalesce(sum({{ cell }}) over (
                {{ margin }} order by {{ size }}, {{ key }} rows between unbounded preceding and 1 preceding
            ), 0){{ ' + ' ~ rest if rest is not none }} >= {{ smallest }}
            {%- endfor %}
            {%- if known is not none %}
            and coalesce(sum({{ known }}) over (
                {{ margin }} order by {{ size }}, {{ key }} rows between unbounded preceding and 2 preceding
            ), 0) >= {{ smallest }}
            {%- endif %}
        )
    )
)
{%- endmacro %}
