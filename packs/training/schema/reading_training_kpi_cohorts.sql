-- Object: freshet.reading_training_kpi_cohorts() and its row type
-- Grain: one row per organisation and cohort, those without a user included
-- Reads: analytics.mv_kpi_users, analytics.mv_kpi_attempts
-- Serves: /analytics/training/kpi/cohorts
-- Why: cohorts are by the mean number of events an attempt: over all time from each user's stored figures, for a period
--      or a scenario from its attempts. With the thresholds 3 and 7 they are "below 3", "3 to 7" and "above 7".
create type freshet.training_kpi_cohorts_row as (
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

comment on column freshet.training_kpi_cohorts_row.scored_users_count is 'Users with a score: the basis of avg_score.';

create function freshet.reading_training_kpi_cohorts(asked jsonb)
returns setof freshet.training_kpi_cohorts_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    wanted_type constant text := (asked #>> '{params,event_type}')::text;
    thresholds constant numeric[] := array(
        select t.threshold::numeric
        from jsonb_array_elements_text(asked #> '{params,thresholds}') with ordinality as t (threshold, place)
        order by t.place
    );
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    is_part constant boolean := from_on is not null or to_on is not null or wanted_scenario is not null;
begin
    return query
    with people as (
        select u.org_id, u.user_id, u.attempts_count, u.events_count, u.scored_count, u.score_sum
        from analytics.mv_kpi_users as u
        where not is_part and u.org_id = any (orgs) and u.event_type = wanted_type
        union all
        select
            a.org_id,
            a.user_id,
            count(*),
            coalesce(sum((a.events ->> wanted_type)::bigint), 0)::bigint,
            count(a.score),
            coalesce(sum(a.score), 0)
        from analytics.mv_kpi_attempts as a
        where is_part
            and a.org_id = any (orgs)
            and a.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or a.scenario_id = wanted_scenario)
        group by a.org_id, a.user_id
    ),
    users as (
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
        from people as u
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

revoke all on function freshet.reading_training_kpi_cohorts(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_kpi_cohorts(jsonb) is
    'Users by their mean number of events per completed attempt: over all time, or over the attempts of a scenario that began from `from` to `to`, UTC days, both included. The average score is over their scored attempts. Idempotent.';
