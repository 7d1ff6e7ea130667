-- Object: freshet.detect_http()
-- Why: what the HTTP jobs of this project came to. Runs after freshet.detect_failed, whose incidents it may explain, and
--      before they are announced.
--      What guesses whose an answer was reads the most and knows the least. When it fails, or takes all the time that there
--      is, the calls of the ledger are taken and judged all the same.
create function freshet.detect_http()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_error text;
begin
    begin
        perform freshet.harvest_responses();
    exception
        when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
            read_error := format('the tables of pg_net cannot be read [%s]', sqlstate);
    end;
    perform freshet.settle_calls();
    perform freshet.detect_http_calls();
    perform freshet.detect_net_worker(read_error);
end
$$;

revoke all on function freshet.detect_http() from public, anon, authenticated;

comment on function freshet.detect_http() is
    'Takes what is known of HTTP calls into the ledger; kinds http_failed, unknown_outcome, net_worker_gone.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1000, 'http',
    'freshet.detect_http()',
    false
);
