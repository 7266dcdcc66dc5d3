-- Among all who compete for a child, or for a pupil, at most one is more likely than not: with a threshold
-- above a half, a tie is no match. The pairs for a clerk begin below it.

with

matching as (
    select * from {{ ref('pupil_matching') }}
)

select
    study,
    matched_on
from matching
where
    case matched_on
        when 'unique_pupil_number' then link_from is not null or review_from is not null
        when 'identity'
            then not coalesce(link_from > 0.5 and link_from <= 1 and review_from > 0 and review_from < link_from, false)
        else true
    end
