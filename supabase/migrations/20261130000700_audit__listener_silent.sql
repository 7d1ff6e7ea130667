-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/audit/kinds/listener_silent.sql

create function freshet.find_listener_silent()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'listener',
        jsonb_build_object(
            'message', format(
                'the listener was last heard %s ago; it is heard every 30 seconds',
                date_trunc('second', clock_timestamp() - l.last_heard_at)
            ),
            'last_heard_at', l.last_heard_at,
            'started_at', l.started_at
        )
    from analytics.listeners as l
    where l.last_heard_at < clock_timestamp() - interval '5 minutes';
$$;

revoke all on function freshet.find_listener_silent() from public, anon, authenticated;

comment on function freshet.find_listener_silent() is
    'Kind listener_silent: the row of analytics.listeners, where its heartbeat is older than five minutes.';

-- Kind: listener_silent
-- Means: deno task listen was started once and has not been heard for five minutes.
-- Why: views are still refreshed by the jobs, but up to a minute later, and no run fails because of it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('listener_silent', 'warning', false, false, 'The process that listens for events has not been heard for five minutes.')
on conflict (kind) do update set severity = excluded.severity, has_job_thresholds = excluded.has_job_thresholds, can_flap = excluded.can_flap, summary = excluded.summary;

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1035, 'listener_silent',
    'freshet.observe_findings(''listener_silent'', array(select f from freshet.find_listener_silent() as f), array(select ''listener'' from analytics.listeners))',
    false
)
on conflict (detector) do update set place = excluded.place, call = excluded.call, needs_history = excluded.needs_history;

reset check_function_bodies;
