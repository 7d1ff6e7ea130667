create function private.detect_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.detect_unrefreshed();
    perform private.observe_findings(
        'refresh_denied',
        array(select f from private.find_refreshes_denied() as f),
        array(select w.schema_name || '.' || w.relation_name from private.watchable_views() as w)
    );
    perform private.observe_findings(
        'locking_refresh',
        array(select f from private.find_locking_refreshes() as f),
        array(select j.job_name from private.known_cron_jobs() as j)
    );
end
$$;

revoke all on function private.detect_refreshes() from public, anon, authenticated;

comment on function private.detect_refreshes() is 'Kinds unrefreshed, refresh_denied and locking_refresh.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    745, 'refreshes',
    'private.detect_refreshes()',
    false
);
