-- Object: freshet.join_http_causes()
-- Why: what one detector cannot bear costs that one only where each has a row of its own.
create function freshet.join_http_causes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
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

revoke all on function freshet.join_http_causes() from public, anon, authenticated;

comment on function freshet.join_http_causes() is
    'Lets a sender that is gone speak for calls whose outcome is unknown, and a missing secret for the jobs that lacked it. Idempotent.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1030, 'http_causes',
    'freshet.join_http_causes()',
    false
);
