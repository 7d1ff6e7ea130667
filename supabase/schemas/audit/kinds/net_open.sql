-- Kind: net_open
-- Means: a role that logs in reaches pg_net, which is open to every role.
-- Detector: freshet.detect_net_access() in audit/detectors/.
-- Why: it can read, send and stop HTTP calls.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_open', 'info', false, false, 'A role that logs in reaches pg_net, which is open to every role: it can read, send and stop HTTP calls.');

create function freshet.find_net_roles()
returns setof freshet.audit_finding
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
        -- The platform's own roles, and those that a pack made and says so in the role's comment, for BI tools.
        and r.rolname !~ '^(pg_|supabase_|cli_login_)'
        and r.rolname not in ('postgres', 'authenticator', 'pgbouncer', 'dashboard_user')
        and coalesce(shobj_description(r.oid, 'pg_authid'), '') not like 'Freshet: %'
        and has_schema_privilege(r.oid, to_regnamespace('net'), 'usage')
        and has_table_privilege(r.oid, to_regclass('net.http_request_queue'), 'select, insert, update, delete, truncate, trigger');
$$;

revoke all on function freshet.find_net_roles() from public, anon, authenticated;

comment on function freshet.find_net_roles() is
    'Roles that log in, are neither superusers nor the platform''s, and have rights on pg_net''s queue.';
