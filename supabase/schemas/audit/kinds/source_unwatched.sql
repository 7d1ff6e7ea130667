-- Kind: source_unwatched
-- Means: writes to a source of a view are not logged: a trigger is missing or disabled, or none sees them.
-- Why: the source counts as changed at each refresh, and everything is computed each time. The queue's jobs put the
--      trigger back within a minute; what is still reported then could not be watched.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values (
    'source_unwatched', 'error', false, false,
    'A trigger that logs the writes to a source of a view is missing or disabled: each refresh computes everything.'
);

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1045, 'source_unwatched',
    'freshet.observe_findings(''source_unwatched'', array(select f from freshet.find_source_unwatched() as f), array(select v.view_name from analytics.views as v))',
    false
);

create function freshet.find_source_unwatched()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with wanted as (
        -- A view's refresh logs its own change.
        select s.view_name, s.source, 'freshet_note_source_change' as trigger
        from analytics.view_sources as s
        join pg_catalog.pg_class as c on c.oid = s.source and c.relkind in ('r', 'p')
        where not exists (
            select from analytics.incremental_views as i where to_regclass(format('analytics.%I', i.view_name)) = s.source
        )
        union
        select m.view_name, m.source, 'freshet_log_' || e.event
        from analytics.view_mappings as m
        join pg_catalog.pg_class as c on c.oid = m.source
        cross join unnest(array['insert', 'update', 'delete', 'truncate']) as e (event)
    ),
    faults as (
        select w.view_name, format('%s has no enabled trigger %s', w.source, w.trigger) as fault
        from wanted as w
        where not freshet.has_change_trigger(w.source, w.trigger)
        union all
        select s.view_name, u.reason
        from freshet.unseen_sources() as u
        join analytics.view_sources as s on s.source = u.source
    )
    select
        f.view_name,
        jsonb_build_object(
            'view', f.view_name,
            'message', format('writes are not logged: %s', string_agg(f.fault, '; ' order by f.fault))
        )
    from faults as f
    group by f.view_name;
$$;

revoke all on function freshet.find_source_unwatched() from public, anon, authenticated;

comment on function freshet.find_source_unwatched() is 'Kind source_unwatched: views of which a source lacks an enabled trigger, or is written to in a way that no trigger sees.';
