-- Object: freshet.reading_training_scenario_insights() and its row type
-- Grain: one row per organisation and scenario with a scored attempt, over all time or in a period
-- Reads: analytics.mv_scenario_insights, analytics.mv_scenario_days, analytics.dim_scenarios
-- Serves: /analytics/training/scenario-insights
-- Serves: /analytics/training/top-scenarios
-- Why: over all time the figures are stored; for a period they are computed from the scores of its days, with the same
--      aggregates and the same rounding. Title, difficulty and category are the current ones.
create type freshet.training_scenario_insights_row as (
    org_id uuid,
    scenario_id uuid,
    title text,
    difficulty text,
    category text,
    attempt_count bigint,
    avg_score numeric,
    score_stddev numeric,
    avg_duration numeric,
    median_score numeric,
    last_attempted timestamptz,
    has_high_variance boolean
);

comment on column freshet.training_scenario_insights_row.attempt_count is 'Scored attempts that began in the period; those without a score are in no figure of the row.';

comment on column freshet.training_scenario_insights_row.score_stddev is 'Sample standard deviation; null for one attempt.';

comment on column freshet.training_scenario_insights_row.avg_duration is
    'Seconds, over the scored attempts with a known duration; null when there is none.';

comment on column freshet.training_scenario_insights_row.median_score is 'Exact; between two scores, their mean.';

comment on column freshet.training_scenario_insights_row.last_attempted is 'End of the last scored attempt; null when no end is known.';

comment on column freshet.training_scenario_insights_row.has_high_variance is 'The standard deviation is at least 0.3 of the average: difficulty is inconsistent, or the rubric unclear.';

create function freshet.reading_training_scenario_insights(asked jsonb)
returns setof freshet.training_scenario_insights_row
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    orgs constant uuid[] := freshet.asked_orgs(asked);
    from_on constant date := (asked #>> '{params,from}')::date;
    to_on constant date := (asked #>> '{params,to}')::date;
    wanted_scenario constant uuid := (asked #>> '{params,scenario_id}')::uuid;
begin
    if from_on is null and to_on is null then
        return query
        select
            v.org_id,
            v.scenario_id,
            coalesce(d.title, v.title),
            d.difficulty,
            d.category,
            v.attempt_count,
            v.avg_score,
            v.score_stddev,
            v.avg_duration,
            v.median_score,
            v.last_attempted,
            v.has_high_variance
        from analytics.mv_scenario_insights as v
        left join analytics.dim_scenarios as d on d.org_id = v.org_id and d.scenario_id = v.scenario_id
        where v.org_id = any (orgs) and (wanted_scenario is null or v.scenario_id = wanted_scenario);
        return;
    end if;

    return query
    with days as (
        select s.org_id, s.scenario_id, s.scores, s.duration_seconds, s.durations_count, s.last_ended_at
        from analytics.mv_scenario_days as s
        where s.org_id = any (orgs)
            and s.active_on between coalesce(from_on, '-infinity') and coalesce(to_on, 'infinity')
            and (wanted_scenario is null or s.scenario_id = wanted_scenario)
    ),
    durations as (
        select
            s.org_id,
            s.scenario_id,
            sum(s.duration_seconds)::numeric / nullif(sum(s.durations_count), 0) as avg_duration,
            max(s.last_ended_at) as last_attempted
        from days as s
        group by s.org_id, s.scenario_id
    ),
    scores as (
        select
            s.org_id,
            s.scenario_id,
            count(*) as attempt_count,
            avg(x.score) as avg_score,
            stddev(x.score) as score_stddev,
            (
                percentile_disc(0.5) within group (order by x.score)
                + percentile_disc(0.5) within group (order by x.score desc)
            ) / 2 as median_score
        from days as s
        cross join lateral unnest(s.scores) as x (score)
        group by s.org_id, s.scenario_id
    )
    select
        s.org_id,
        s.scenario_id,
        d.title,
        d.difficulty,
        d.category,
        s.attempt_count,
        round(s.avg_score, 3),
        round(s.score_stddev, 3),
        round(t.avg_duration, 3),
        round(s.median_score, 3),
        t.last_attempted,
        coalesce(s.score_stddev > 0 and s.score_stddev >= 0.3 * s.avg_score, false)
    from scores as s
    join durations as t on t.org_id = s.org_id and t.scenario_id = s.scenario_id
    left join analytics.dim_scenarios as d on d.org_id = s.org_id and d.scenario_id = s.scenario_id;
end
$$;

revoke all on function freshet.reading_training_scenario_insights(jsonb) from public, anon, authenticated;

comment on function freshet.reading_training_scenario_insights(jsonb) is
    'Scores of each scenario, over all time or over the attempts that began from `from` to `to`, UTC days, both included. Idempotent.';
