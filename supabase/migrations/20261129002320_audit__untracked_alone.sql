-- Object: private.detect_http() (replaced); row of analytics.audit_detectors
-- Why: what guesses whose an answer was reads the most and knows the least. When it fails, or takes all the time that there
--      is, the calls of the ledger are taken and judged all the same.

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
end
$$;
comment on function private.detect_http() is
    'Takes what is known of HTTP calls into the ledger; kinds http_failed, unknown_outcome, net_worker_gone.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1005, 'http_untracked',
    'private.detect_untracked_answers() where has_table_privilege(to_regclass(''net._http_response''), ''select'')',
    false
);
