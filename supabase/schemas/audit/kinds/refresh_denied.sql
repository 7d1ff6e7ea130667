-- Kind: refresh_denied
-- Means: a job refreshes a view that its role may not refresh.
-- Detector: freshet.detect_refreshes() in audit/detectors/.
-- Why: every run of it fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('refresh_denied', 'error', false, false, 'A job refreshes a view that its role does not own: every run of it fails.');

create function freshet.find_refreshes_denied()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from freshet.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.view_name,
        jsonb_build_object(
            'view', r.view_name,
            'job', min(r.job_name),
            'jobs', jsonb_agg(distinct r.job_name),
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'owner', pg_get_userbyid(min(c.relowner))::text,
            'message', format(
                'job "%s" refreshes view "%s" as role "%s", and it belongs to role "%s"', min(r.job_name), r.view_name,
                min(r.acts_as), pg_get_userbyid(min(c.relowner))
            )
        )
    from refreshes as r
    join pg_class as c on c.oid = r.relation
    where not freshet.may_refresh(r.acts_as, r.relation)
        -- Of several views of one name, the job means the one that it may refresh.
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.place = r.place and o.relation <> r.relation
                and split_part(o.view_name, '.', 2) = split_part(r.view_name, '.', 2)
        )
        -- The command may switch to another role first.
        and not exists (
            select from cron.job as j
            where j.jobid = r.jobid and j.command ~* '\mset\s+(session\s+|local\s+)?(role|session\s+authorization)\M'
        )
    group by r.view_name;
$$;

revoke all on function freshet.find_refreshes_denied() from public, anon, authenticated;

comment on function freshet.find_refreshes_denied() is 'Views that a job refreshes as a role without the right to.';
