-- Kind: locking_refresh
-- Means: a job refreshes a view plainly although it could be refreshed concurrently.
-- Detector: freshet.detect_refreshes() in audit/detectors/.
-- Why: a plain refresh makes every reader wait.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('locking_refresh', 'warning', false, false, 'A job makes the readers of a view wait, although the view could be refreshed concurrently.');

create function freshet.find_locking_refreshes()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from freshet.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.job_name,
        jsonb_build_object(
            'job', r.job_name,
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'view', min(r.view_name),
            'message', format(
                'job "%s" refreshes %s so that every reader waits until it has ended (%s); %s a unique index, and could be refreshed concurrently',
                r.job_name, string_agg(distinct r.view_name, ', '), min(r.place),
                case when count(distinct r.view_name) = 1 then 'it has' else 'they have' end
            )
        )
    from refreshes as r
    join freshet.watchable_views() as w on w.relation = r.relation
    where not r.is_concurrent and not r.is_emptying and w.has_key and w.is_populated
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.relation = r.relation and (o.is_concurrent or o.is_emptying)
        )
    group by r.job_name;
$$;

revoke all on function freshet.find_locking_refreshes() from public, anon, authenticated;

comment on function freshet.find_locking_refreshes() is
    'Jobs that refresh a view plainly although its unique index allows a concurrent refresh. Not where one job does both, by turns.';
