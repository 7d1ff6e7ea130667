-- Kind: duplicated
-- Means: the same work is scheduled more than once.
-- Why: a copied job doubles the load, and two refreshes of one view block each other.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('duplicated', 'warning', false, false, 'The same work is scheduled more than once.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    220, 'duplicated',
    'freshet.observe_findings(''duplicated'', array(select f from freshet.find_duplicated_jobs() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

create function freshet.find_duplicated_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.original,
        jsonb_build_object(
            'job', c.original,
            'schedule', (
                select j.schedule from freshet.known_cron_jobs() as j where j.job_name = c.original order by j.jobid limit 1
            ),
            -- Jobs that the repair unschedules.
            'duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid) order by c.jobid) filter (where c.is_of_same_owner), '[]'
            ),
            -- Jobs that only their owner can judge.
            'foreign_duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid, 'owner', c.owner) order by c.jobid)
                filter (where not c.is_of_same_owner), '[]'
            ),
            'message', format(
                'job "%s" is scheduled again as %s', c.original,
                string_agg(
                    format('"%s" (jobid %s%s)', c.job_name, c.jobid, case when not c.is_of_same_owner then format(', of "%s"', c.owner) end),
                    ', ' order by c.jobid
                )
            )
        )
    from freshet.duplicate_jobs() as c
    group by c.original;
$$;

revoke all on function freshet.find_duplicated_jobs() from public, anon, authenticated;

comment on function freshet.find_duplicated_jobs() is 'Jobs whose work is scheduled more than once.';
