-- Object: private.detect_http()
-- Why: what the HTTP jobs of this project came to. Runs after private.detect_failed, whose incidents it may explain, and
--      before they are announced.

create function private.detect_http()
returns void
language plpgsql
set search_path = ''
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
revoke all on function private.detect_http() from public, anon, authenticated;
comment on function private.detect_http() is
    'Kinds http_failed, unknown_outcome, net_worker_gone and secret_missing. Not idempotent: each outcome is observed once.';
