-- Object: private.find_net_triggers(), private.find_net_roles(), private.detect_net_access(), private.detect_http() (replaced);
--         kinds net_tampered, net_open
-- Why: pg_net opens its tables to every role. Calls are signed, so that none can be made up or changed; but a role that logs
--      in can delete them, write answers, send requests of its own, and put triggers there, which run with the rights of the
--      role that queues. On the platform none of this is ours to revoke: it is found and told, and under a foreign trigger
--      nothing is queued.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('net_tampered', 'fatal', false, 'A trigger stands on a table of pg_net that is not pg_net''s own: HTTP jobs refuse to call, or answers are changed.'),
    ('net_open', 'info', false, 'A role that logs in reaches pg_net, which is open to every role: it can read, send and stop HTTP calls.');

create function private.find_net_triggers()
returns setof private.audit_finding
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
        -- Its own, which keeps requests from being queued while the worker is down.
        and not exists (
            select
            from pg_depend as d
            join pg_extension as e on e.oid = d.refobjid and e.extname = 'pg_net'
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        )
    group by c.relname;
$$;
revoke all on function private.find_net_triggers() from public, anon, authenticated;
comment on function private.find_net_triggers() is 'Tables of pg_net with a trigger that does not belong to it.';

create function private.find_net_roles()
returns setof private.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.rolname::text,
        jsonb_build_object(
            'message', format('role "%s" may log in and reaches the tables of pg_net: it can read, send and stop HTTP calls', r.rolname)
        )
    from pg_roles as r
    where r.rolcanlogin
        and not r.rolsuper
        -- The platform's own. docs/bi tells of reporting_user.
        and r.rolname !~ '^(pg_|supabase_|cli_login_)'
        and r.rolname not in ('postgres', 'authenticator', 'pgbouncer', 'dashboard_user', 'reporting_user')
        and has_schema_privilege(r.oid, to_regnamespace('net'), 'usage')
        and has_table_privilege(r.oid, to_regclass('net.http_request_queue'), 'select, insert, update, delete, truncate, trigger');
$$;
revoke all on function private.find_net_roles() from public, anon, authenticated;
comment on function private.find_net_roles() is 'Roles that log in, are neither a superuser nor the platform''s, and reach the queue of pg_net.';

create function private.detect_net_access()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('net.http_request_queue') is null then
        return;
    end if;
    perform private.observe_findings(
        'net_tampered',
        array(select f from private.find_net_triggers() as f),
        array['net.http_request_queue', 'net._http_response']
    );
    perform private.observe_findings(
        'net_open',
        array(select f from private.find_net_roles() as f),
        array(select r.rolname::text from pg_roles as r where r.rolcanlogin)
    );
end
$$;
revoke all on function private.detect_net_access() from public, anon, authenticated;
comment on function private.detect_net_access() is 'Kinds net_tampered and net_open: who else has a hand in the tables of pg_net.';

create or replace function private.detect_http()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_error text;
begin
    begin
        perform private.harvest_responses();
    exception
        when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
            read_error := format('the tables of pg_net cannot be read [%s]', sqlstate);
    end;
    perform private.settle_calls();
    perform private.detect_http_calls();
    perform private.detect_net_worker(read_error);
    perform private.detect_net_access();
    perform private.detect_secrets();

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
comment on function private.detect_http() is
    'Kinds http_failed, unknown_outcome, net_worker_gone, net_tampered, net_open and secret_missing. Not idempotent: each outcome is observed once.';
