-- Object: freshet.detect_net_access(), detector of kinds net_tampered and net_open
-- Why: pg_net opens its tables to every role. Calls are signed, so that none can be forged or changed; but a role that
--      logs in can delete them, write answers, send requests of its own, and put triggers there, which run with the
--      rights of the role that queues. On the platform Freshet cannot revoke any of this: it is found and reported, and
--      under a foreign trigger nothing is queued.
create function freshet.detect_net_access()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('net.http_request_queue') is null then
        return;
    end if;
    perform freshet.observe_findings(
        'net_tampered',
        array(select f from freshet.find_net_triggers() as f),
        array['net.http_request_queue', 'net._http_response']
    );
    perform freshet.observe_findings(
        'net_open',
        array(select f from freshet.find_net_roles() as f),
        array(select r.rolname::text from pg_roles as r where r.rolcanlogin)
    );
end
$$;

revoke all on function freshet.detect_net_access() from public, anon, authenticated;

comment on function freshet.detect_net_access() is
    'Kinds net_tampered and net_open: which other roles can change the tables of pg_net.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1010, 'net_access',
    'freshet.detect_net_access()',
    false
);
