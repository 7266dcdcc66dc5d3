with

tables_delivered as (
    {%- for table in agency_tables() %}
    select
        '{{ table.supplier }}' as supplier,
        '{{ table.domain }}' as domain,
        {{ table.of_pupils | lower }} as is_of_pupils,
        {{ table.adults_only | lower }} as is_of_adults_alone
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
        min(is_of_adults_alone) as is_of_adults_alone
    from tables_delivered
    where not is_of_pupils
    group by supplier, domain
)

select * from domains_requestable
