-- What the leaflets of the two studies rule out stays out, whatever the seed says: whose records, of which
-- domain, for whose answers, and on what terms. A policy may ask for permission where a leaflet needs none,
-- but not do without it where a leaflet asks for it. A new study has its own promises.

with

policies as (
    select * from {{ ref('linkage_policies') }}
    where study in ('five_to_twelve', 'send_futures')
)

select
    study,
    domain,
    records_of_role,
    answers_of,
    mode
from policies
where
    not coalesce(
        (
            -- Five to Twelve: your child's education records, and your own, are added unless you object;
            -- so is information about the area you live in
            study = 'five_to_twelve'
            and domain in ('education', 'area')
            and records_of_role in ('child', 'adult')
            and answers_of = 'family'
            and mode in ('standard', 'permission')
        )
        or (
            -- your child's health records, and your own, are added only with your permission
            study = 'five_to_twelve'
            and domain = 'health'
            and records_of_role in ('child', 'adult')
            and answers_of = 'family'
            and mode = 'permission'
        )
        or (
            -- employment and tax records, and benefit records, are added only with your permission, and
            -- never for a child
            study = 'five_to_twelve'
            and domain in ('employment_tax', 'benefits')
            and records_of_role = 'adult'
            and answers_of = 'family'
            and mode = 'permission'
        )
        or (
            -- SEND Futures: one tick adds your child's education records to your answers, another adds
            -- them to their own answers
            study = 'send_futures'
            and domain = 'education'
            and records_of_role = 'child'
            and answers_of in ('parent', 'child')
            and mode = 'permission'
        ),
        false
    )
