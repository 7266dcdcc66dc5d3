with

tables_delivered as (
    {%- for table in landed_tables('agency records') %}
    select
        '{{ table.supplier }}' as supplier,
        '{{ table.domain }}' as domain,
        {{ table.adults_only | lower }} as is_only_of_adults
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- the tables of the national pupil database answer no request: DfE holds them anyway
domains_requestable as (
    select
        supplier,
        domain,
        min(is_only_of_adults) as is_only_of_adults
    from tables_delivered
    group by supplier, domain
)

select * from domains_requestable
