-- Kind: net_tampered
-- Means: a foreign trigger stands on a table of pg_net.
-- Detector: freshet.detect_net_access() in audit/detectors/.
-- Why: it runs with the rights of the role that queues, so HTTP jobs refuse to call; and it may change answers.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_tampered', 'fatal', false, false, 'A trigger stands on a table of pg_net that is not pg_net''s own: HTTP jobs refuse to call, or answers are changed.');

create function freshet.find_net_triggers()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        format('net.%s', c.relname),
        jsonb_build_object(
            'message', format(
                'trigger %s on net.%s calls %s of role "%s"', string_agg(t.tgname::text, ', ' order by t.tgname), c.relname,
                min(t.tgfoid::regprocedure::text), min(pg_get_userbyid(p.proowner)::text)
            )
        )
    from pg_class as c
    join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
    join pg_proc as p on p.oid = t.tgfoid
    where c.relnamespace = to_regnamespace('net')
        -- Its own trigger, which keeps requests from being queued while the worker is down.
        and not exists (
            select
            from pg_depend as d
            join pg_extension as e on e.oid = d.refobjid and e.extname = 'pg_net'
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        )
    group by c.relname;
$$;

revoke all on function freshet.find_net_triggers() from public, anon, authenticated;

comment on function freshet.find_net_triggers() is 'Tables of pg_net with a trigger that does not belong to it.';
