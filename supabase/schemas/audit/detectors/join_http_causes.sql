-- Object: freshet.join_http_causes()
-- Why: an HTTP call may have failed because its sender or its secret is missing. A step of its own, with a row of its
--      own in audit_detectors, so that its failure leaves the detectors unharmed.
create function freshet.join_http_causes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- One cause is announced once. An incident that was announced before its cause was known stays so.
    update analytics.incidents as i
    set cause_id = c.incident_id
    from analytics.incidents as c
    where c.closed_at is null
        and i.closed_at is null and i.announced_at is null and i.cause_id is null
        and (
            (c.kind = 'net_worker_gone' and i.kind = 'unknown_outcome')
            or (c.kind = 'secret_missing' and i.kind = 'failed' and i.evidence ->> 'message' like '%: ' || c.subject || ' is missing in Vault%')
        );
$$;

revoke all on function freshet.join_http_causes() from public, anon, authenticated;

comment on function freshet.join_http_causes() is
    'Makes a missing sender the cause of calls with unknown outcome, and a missing secret that of the jobs that lacked it. Idempotent.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1030, 'http_causes',
    'freshet.join_http_causes()',
    false
);
