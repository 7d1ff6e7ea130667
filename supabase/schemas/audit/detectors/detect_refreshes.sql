-- Object: freshet.detect_refreshes(), detector of kinds unrefreshed, refresh_denied and locking_refresh
-- Why: the three kinds rest on freshet.refreshes_of_jobs(), so if that fails it is one finding.
create function freshet.detect_refreshes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.detect_unrefreshed();
    select freshet.observe_findings(
        'refresh_denied',
        array(select f from freshet.find_refreshes_denied() as f),
        array(select w.schema_name || '.' || w.relation_name from freshet.watchable_views() as w)
    );
    select freshet.observe_findings(
        'locking_refresh',
        array(select f from freshet.find_locking_refreshes() as f),
        array(select j.job_name from freshet.known_cron_jobs() as j)
    );
$$;

revoke all on function freshet.detect_refreshes() from public, anon, authenticated;

comment on function freshet.detect_refreshes() is 'Kinds unrefreshed, refresh_denied and locking_refresh.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    745, 'refreshes',
    'freshet.detect_refreshes()',
    false
);
