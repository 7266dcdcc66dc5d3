with

linkages as (
    select * from {{ ref('int_linkages') }}
),

participants as (
    select * from {{ ref('int_participants') }}
),

statements as (
    select * from {{ ref('int_statements') }}
),

-- numbered, for what follows goes through each linkage's moments again and again: a number is a shorter key
linkages_open as (
    select
        linkages.*,
        row_number() over (
            order by linkages.study, linkages.participant_id, linkages.domain, linkages.answers_of
        ) as linkage_number
    from linkages
    inner join participants
        on
            linkages.study = participants.study
            and linkages.participant_id = participants.participant_id
    where not participants.is_pilot and not participants.is_unreadable
),

statements_numbered as (
    select
        linkages_open.linkage_number,
        statements.member_number,
        statements.said_at,
        statements.is_own,
        statements.stance
    from statements
    inner join linkages_open
        on
            statements.study = linkages_open.study
            and statements.participant_id = linkages_open.participant_id
            and statements.domain = linkages_open.domain
            and statements.answers_of = linkages_open.answers_of
),

-- an epoch begins with each statement of the participant's own
statements_in_epochs as (
    select
        *,
        count(case when is_own then 1 end) over (
            partition by linkage_number
            order by said_at
        ) as epoch
    from statements_numbered
),

-- what each statement of another member adds to, or takes from, the noes and yeses that stand
statements_compared as (
    select
        linkage_number,
        said_at as instant,
        case when is_own then stance end as own_stance,
        case
            when is_own then 0
            else
                cast(stance = 'no' as integer)
                - coalesce(cast(lag(stance) over member_before = 'no' as integer), 0)
        end as noes_added,
        case
            when is_own then 0
            else
                cast(stance = 'no' as integer)
                - coalesce(cast(lag(stance) over member_before_in_epoch = 'no' as integer), 0)
        end as noes_added_since_own,
        case
            when is_own then 0
            else
                cast(stance = 'yes' as integer)
                - coalesce(cast(lag(stance) over member_before = 'yes' as integer), 0)
        end as yeses_added
    from statements_in_epochs
    window
        member_before as (
            partition by linkage_number, member_number
            order by said_at
        ),
        member_before_in_epoch as (
            partition by linkage_number, member_number, epoch
            order by said_at
        )
),

-- the verdict may change whenever something is said, and on the birthday
moments as (
    select * from statements_compared
    union all
    select
        linkage_number,
        {{ beginning_of_time() }} as instant,
        null as own_stance,
        0 as noes_added,
        0 as noes_added_since_own,
        0 as yeses_added
    from linkages_open
    union all
    select
        linkage_number,
        decides_from as instant,
        null as own_stance,
        0 as noes_added,
        0 as noes_added_since_own,
        0 as yeses_added
    from linkages_open
),

instants as (
    select
        linkage_number,
        instant,
        max(own_stance) as own_stance,
        sum(noes_added) as noes_added,
        sum(noes_added_since_own) as noes_added_since_own,
        sum(yeses_added) as yeses_added
    from moments
    group by linkage_number, instant
),

instants_in_epochs as (
    select
        *,
        count(own_stance) over (
            partition by linkage_number
            order by instant
        ) as epoch
    from instants
),

stances_standing as (
    select
        linkage_number,
        instant,
        max(own_stance) over own_epoch as own_stance,
        sum(noes_added) over so_far as noes_of_others,
        sum(noes_added_since_own) over own_epoch_so_far as noes_since_own,
        sum(yeses_added) over so_far as yeses_of_adults
    from instants_in_epochs
    window
        so_far as (partition by linkage_number order by instant),
        own_epoch as (partition by linkage_number, epoch),
        own_epoch_so_far as (partition by linkage_number, epoch order by instant)
),

verdicts as (
    select
        stances_standing.linkage_number,
        stances_standing.instant,
        case
            when stances_standing.own_stance = 'no' then false
            when stances_standing.instant >= linkages_open.decides_from
                then
                    -- the last word is theirs
                    (
                        stances_standing.noes_of_others = 0
                        or (
                            coalesce(stances_standing.own_stance = 'yes', false)
                            and stances_standing.noes_since_own = 0
                        )
                    )
                    and (linkages_open.mode = 'standard' or coalesce(stances_standing.own_stance = 'yes', false))
            else
                stances_standing.noes_of_others = 0
                and (linkages_open.mode = 'standard' or stances_standing.yeses_of_adults > 0)
        end as is_permitted,
        stances_standing.instant = linkages_open.decides_from as decides_from_here
    from stances_standing
    inner join linkages_open
        on stances_standing.linkage_number = linkages_open.linkage_number
),

verdicts_compared as (
    select
        *,
        lag(is_permitted) over (
            partition by linkage_number
            order by instant
        ) as was_permitted
    from verdicts
),

intervals as (
    select
        linkage_number,
        is_permitted,
        instant as permitted_from,
        coalesce(
            lead(instant) over (
                partition by linkage_number
                order by instant
            ),
            {{ end_of_time() }}
        ) as permitted_until
    from verdicts_compared
    where is_permitted is distinct from was_permitted or decides_from_here
),

permitted_intervals as (
    select
        linkages_open.study,
        linkages_open.participant_id,
        linkages_open.domain,
        linkages_open.answers_of,
        intervals.permitted_from,
        intervals.permitted_until
    from intervals
    inner join linkages_open
        on intervals.linkage_number = linkages_open.linkage_number
    where intervals.is_permitted and intervals.permitted_from < {{ end_of_time() }}
)

select * from permitted_intervals
