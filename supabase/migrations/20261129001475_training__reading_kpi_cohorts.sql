-- Object: private.reading_training_kpi_cohorts(asked) (made again)
-- Grain: one row per organisation and cohort, those without a user included
-- Reads: analytics.mv_kpi_users
-- Serves: /analytics/training/kpi/cohorts
-- Why: with the thresholds 3 and 7 the cohorts are "below 3", "3 to 7" and "above 7": the first threshold belongs to the cohort
--      above it, each later one to the cohort below. Counts are compared with multiples of the threshold, not quotients,
--      which would be rounded. Its readers may read every attempt, so the average comes with the number of people behind it.

drop function private.reading_training_kpi_cohorts(jsonb);
drop type private.training_kpi_cohorts_row;

create type private.training_kpi_cohorts_row as (
    org_id uuid,
    event_type text,
    cohort integer,
    label text,
    users_count bigint,
    attempts_count bigint,
    events_count bigint,
    avg_score numeric,
    scored_users_count bigint
);
comment on column private.training_kpi_cohorts_row.scored_users_count is 'Users with a score: what avg_score rests on.';

create function private.reading_training_kpi_cohorts(asked jsonb)
returns setof private.training_kpi_cohorts_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := private.asked_orgs(asked);
    wanted_type constant text := (asked #>> '{params,event_type}')::text;
    thresholds constant numeric[] := array(
        select t.threshold::numeric
        from jsonb_array_elements_text(asked #> '{params,thresholds}') with ordinality as t (threshold, place)
        order by t.place
    );
begin
    return query
    with users as (
        select
            u.org_id,
            u.attempts_count,
            u.events_count,
            u.scored_count,
            u.score_sum,
            case
                when u.events_count < thresholds[1] * u.attempts_count then 1
                else 2 + (select count(*)::integer from unnest(thresholds[2:]) as t where u.events_count > t * u.attempts_count)
            end as cohort
        from analytics.mv_kpi_users as u
        where u.org_id = any (orgs) and u.event_type = wanted_type
    ),
    cohorts as (
        select
            u.org_id,
            u.cohort,
            count(*) as users_count,
            sum(u.attempts_count)::bigint as attempts_count,
            sum(u.events_count)::bigint as events_count,
            round(sum(u.score_sum) / nullif(sum(u.scored_count), 0), 3) as avg_score,
            count(*) filter (where u.scored_count > 0) as scored_users_count
        from users as u
        group by u.org_id, u.cohort
    ),
    labels as (
        select
            g.cohort,
            case
                when g.cohort = 1 then format('below %s', thresholds[1])
                when g.cohort = 2 and cardinality(thresholds) = 1 then format('%s or above', thresholds[1])
                when g.cohort > cardinality(thresholds) then format('above %s', thresholds[g.cohort - 1])
                when g.cohort = 2 then format('%s to %s', thresholds[1], thresholds[2])
                else format('above %s to %s', thresholds[g.cohort - 1], thresholds[g.cohort])
            end as label
        from generate_series(1, cardinality(thresholds) + 1) as g (cohort)
    )
    select
        o.org_id,
        wanted_type,
        l.cohort,
        l.label,
        coalesce(c.users_count, 0),
        coalesce(c.attempts_count, 0),
        coalesce(c.events_count, 0),
        c.avg_score,
        coalesce(c.scored_users_count, 0)
    from unnest(orgs) as o (org_id)
    cross join labels as l
    left join cohorts as c on c.org_id = o.org_id and c.cohort = l.cohort;
end
$$;
revoke all on function private.reading_training_kpi_cohorts(jsonb) from public, anon, authenticated;
comment on function private.reading_training_kpi_cohorts(jsonb) is
    'Users by their mean number of events per completed attempt, over all time. The average score is over their scored attempts. Idempotent.';
