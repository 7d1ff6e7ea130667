-- Object: freshet.detect_http(), detector of kinds http_failed and unknown_outcome; runs that of net_worker_gone
-- Why: results of the HTTP jobs of this project. Runs after freshet.detect_failed, whose incidents it may explain, and
--      before they are announced. The detector of http_untracked, which guesses the job of an answer, reads the most and
--      knows the least. It has a row of its own after this one: when it fails, or uses up the time, the calls of the
--      ledger are taken and judged all the same.
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
    'Takes what is known about HTTP calls into the ledger; kinds http_failed, unknown_outcome, net_worker_gone.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1000, 'http',
    'freshet.detect_http()',
    false
);
