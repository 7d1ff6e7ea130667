-- Object: freshet.usual_period()
-- Why: a cause reaches a job for one period of the job; see analytics.alert_causes.
create function freshet.usual_period(job text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = usual_period.job),
        (select s.period from analytics.job_slots as s where s.job_name = usual_period.job),
        interval '1 hour'
    );
$$;

revoke all on function freshet.usual_period(text) from public, anon, authenticated;

comment on function freshet.usual_period(text) is
    'Interval between a job''s runs: the declared one, else the calendar''s, else an hour.';
