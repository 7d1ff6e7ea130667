-- Object: freshet.recent_durations()
-- Why: only runs that did their work say how long the work takes.
create function freshet.recent_durations(job_name text)
returns table (seconds numeric, place bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A skipped refresh takes no time and proves nothing; the ledger knows which ones were real.
    (
        select extract(epoch from l.finished_at - l.started_at), row_number() over (order by l.id desc)
        from analytics.views as v
        cross join lateral (
            select r.id, r.started_at, r.finished_at, r.outcome
            from analytics.refresh_log as r
            where r.view_name = v.view_name
            order by r.id desc
            limit 500
        ) as l
        where v.job_name = recent_durations.job_name
            and l.outcome = 'refreshed'
            -- Evaluated once, not for each row.
            and l.started_at >= (select freshet.judged_since())
        order by l.id desc
        limit 20
    )
    union all
    select d.seconds, cardinality(p.recent_seconds) + 1 - d.ordinal
    from analytics.job_pace as p
    cross join lateral unnest(p.recent_seconds) with ordinality as d (seconds, ordinal)
    where p.job_name = recent_durations.job_name
        and not exists (select from analytics.views as v where v.job_name = recent_durations.job_name);
$$;

revoke all on function freshet.recent_durations(text) from public, anon, authenticated;

comment on function freshet.recent_durations(text) is
    'Durations of the last 20 runs that did their work, the newest at place 1: for a view from the ledger, for other jobs from their runs.';
