-- Kind: unexplained_rows
-- Means: a view that is refreshed by group had rows that differed from its query, and no logged change explains them.
-- Why: a write was not logged, or keys are derived wrongly. The rebuild that found it has mended the rows, but the next
--      such write will be missed again until the next rebuild.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'unexplained_rows', 'error', false, false,
    'A rebuild of an incremental view had to write rows that no logged change explains: a write of its sources was not logged.'
);

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1040, 'unexplained_rows',
    'freshet.observe_findings(''unexplained_rows'', array(select f from freshet.find_unexplained_rows() as f), array(select v.view_name from analytics.views as v))',
    false
);

create function freshet.find_unexplained_rows()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        v.view_name,
        jsonb_build_object(
            'view', v.view_name,
            'unexplained_count', v.unexplained_count,
            'rebuilt_at', v.rebuilt_at,
            'message', format('%s rows differed from the query, and no logged change explains them', v.unexplained_count)
        )
    from analytics.incremental_views as v
    where v.unexplained_count > 0;
$$;

revoke all on function freshet.find_unexplained_rows() from public, anon, authenticated;

comment on function freshet.find_unexplained_rows() is 'Kind unexplained_rows: incremental views whose last judged rebuild found unexplained rows.';
