{%- set build = build_described() -%}

with

build as (
    {{ rows_written([build], build.keys() | list) | indent(4) }}
)

select * from build
