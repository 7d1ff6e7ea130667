-- Object: private.join_http_causes(), private.detect_declared_state() (dropped); rows of analytics.audit_detectors
-- Why: what one detector cannot bear costs that one only where each has a row of its own.

create function private.join_http_causes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- One cause is told once. What was told before its cause was known stays told.
    update analytics.incidents as i
    set cause_id = c.incident_id
    from analytics.incidents as c
    where c.closed_at is null
        and i.closed_at is null and i.announced_at is null and i.cause_id is null
        and (
            (c.kind = 'net_worker_gone' and i.kind = 'unknown_outcome')
            or (c.kind = 'secret_missing' and i.kind = 'failed' and i.evidence ->> 'message' like '%: ' || c.subject || ' is missing in Vault%')
        );
end
$$;
revoke all on function private.join_http_causes() from public, anon, authenticated;
comment on function private.join_http_causes() is
    'Lets a sender that is gone speak for calls whose outcome is unknown, and a missing secret for the jobs that lacked it. Idempotent.';

drop function private.detect_declared_state(jsonb);
delete from analytics.audit_detectors where detector = 'declared_state';

-- An audit that does not even see its own job cannot say that another one is gone. It says that it is blind.
insert into analytics.audit_detectors (place, detector, call, needs_history)
select
    f.place, f.detector,
    format(
        'private.observe_findings(%L, array(select f from private.%s as f), array(select %s)) where private.is_audit_sighted()%s',
        f.detector, f.finder, f.subjects, f.condition
    ),
    false
from (
    values
        (200, 'missing', 'find_missing_jobs()', 'd.job_name from analytics.scheduled_jobs as d', ''),
        (205, 'renamed', 'find_renamed_jobs()', 'd.job_name from analytics.scheduled_jobs as d', ''),
        (210, 'inactive', 'find_inactive_jobs()', 'd.job_name from analytics.scheduled_jobs as d', ''),
        (215, 'edited', 'find_edited_jobs()', 'd.job_name from analytics.scheduled_jobs as d', ''),
        (220, 'duplicated', 'find_duplicated_jobs()', 'j.job_name from private.known_cron_jobs() as j', ''),
        (225, 'undeclared', 'find_undeclared_jobs()', 'j.job_name from private.known_cron_jobs() as j', ''),
        (230, 'orphan_owner', 'find_orphan_owners()', 'distinct j.owner from private.known_cron_jobs() as j', ''),
        (235, 'wrong_host', 'find_wrong_hosts()', 'j.job_name from private.known_cron_jobs() as j', ' and to_regclass(''vault.decrypted_secrets'') is not null'),
        (240, 'never_fires', 'find_never_firing($2)', 'j.job_name from private.known_cron_jobs() as j', ' and $2 is not null')
) as f (place, detector, finder, subjects, condition)
union all
values
    (1010, 'net_access', 'private.detect_net_access()', false),
    (1020, 'secrets', 'private.detect_secrets()', false),
    (1030, 'http_causes', 'private.join_http_causes()', false);
