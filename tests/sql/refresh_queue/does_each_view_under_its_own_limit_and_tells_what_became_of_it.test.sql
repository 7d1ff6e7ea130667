begin;
select plan(25);

create table public.queue_source (id integer primary key);
insert into public.queue_source values (1);
create materialized view analytics.mv_b_source as select id from public.queue_source with no data;
create unique index mv_b_source_key on analytics.mv_b_source (id);
create materialized view analytics.mv_a_reader as select id, 1 / (id - 1) as broken from analytics.mv_b_source with no data;
create unique index mv_a_reader_key on analytics.mv_a_reader (id);
select analytics.register_view('mv_b_source', 'queue_probe', '0 0 1 1 *', '1 hour', statement_timeout => '7 seconds');
select analytics.register_view('mv_a_reader', 'queue_probe', '0 0 1 1 *', '1 hour', statement_timeout => '9 minutes');
select freshet.request_refresh(null, 'queue_probe', 'database');

create function pg_temp.request() returns jsonb language sql as $$
    select freshet.refresh_request((select max(r.id) from analytics.refresh_requests as r));
$$;
create function pg_temp.views(path text) returns text language sql as $$
    select string_agg(v.value ->> path, ', ' order by v.ordinality) from jsonb_array_elements(pg_temp.request() -> 'views') with ordinality as v;
$$;

select is(pg_temp.views('view'), 'mv_b_source, mv_a_reader', 'of a pack sources come first, whatever they are called');
select is(pg_temp.views('state'), 'queued, queued', 'and wait');
select freshet.claim_refresh();
select is(current_setting('statement_timeout'), '7s', 'the next statement has the limit of the view that was chosen');
select is(pg_temp.request() ->> 'state', 'running', 'what a session works on runs');
select is(pg_temp.views('state'), 'running, queued', 'one view at a time');
select freshet.run_refresh();
select is(pg_temp.views('outcome'), 'refreshed', 'and is done');
select is(pg_temp.request() ->> 'state', 'running', 'a pack runs until its last view has ended');
select freshet.claim_refresh();
select is(current_setting('statement_timeout'), '9min', 'each view has its own limit');
select freshet.run_refresh();
select is(pg_temp.request() ->> 'state', 'finished', 'a view that fails is an outcome, and no error of the job');
select is(pg_temp.views('outcome'), 'refreshed, failed', 'each view has its own');
select is(pg_temp.views('sqlstate'), '22012', 'with the SQLSTATE');
select is(pg_temp.views('message'), 'refresh of analytics.mv_a_reader failed [22012]: division by zero', 'and what went wrong');
select results_eq(
    $$ select l.view_name, l.requested_by, l.outcome from analytics.refresh_request_views as v
       join analytics.refresh_log as l on l.id = v.refresh_id where l.view_name like 'mv\__\_%' order by v.place $$,
    $$ values ('mv_b_source', 'request', 'refreshed'), ('mv_a_reader', 'request', 'failed') $$,
    'each outcome has its row in the ledger'
);

-- Killed in the midst of it: the claim was committed, and nothing else.
select freshet.request_refresh('mv_b_source', null, 'database');
update analytics.refresh_request_views set attempt_count = 2, claimed_at = now() where view_name = 'mv_b_source' and outcome is null;
select freshet.claim_refresh();
select is(pg_temp.views('attempt_count'), '3', 'a view that was begun and never ended is begun again');
select set_config('freshet.claimed_view', '', true);
select freshet.claim_refresh();
select is(pg_temp.request() ->> 'state', 'finished', 'but not a fourth time');
select is(
    pg_temp.views('message'),
    'refresh of analytics.mv_b_source was begun 3 times and never ended: its process or the server was killed each time, so it is not tried again',
    'and a sentence says so'
);
select is((select outcome from analytics.refresh_log order by id desc limit 1), 'failed', 'in the ledger too');

-- What is gone since it was asked for.
select freshet.claim_refresh();
select freshet.request_refresh('mv_a_reader', null, 'database');
select analytics.unregister_view('mv_a_reader');
select set_config('freshet.queue_is_empty', '', true);
select freshet.claim_refresh(), freshet.run_refresh();
select matches(pg_temp.views('message'), '^refresh of analytics.mv_a_reader failed \[42P01\]: the view is not registered$', 'a view that was unregistered meanwhile fails, and the queue goes on');

select freshet.claim_refresh();
select is(current_setting('freshet.queue_is_empty'), 'yes', 'a session that finds nothing looks no further');
select freshet.request_refresh('mv_b_source', null, 'database');
select freshet.claim_refresh(), freshet.run_refresh();
select is(pg_temp.request() ->> 'state', 'queued', 'so that the rest of its command costs nothing');
select set_config('freshet.queue_is_empty', '', true), set_config('freshet.queue_began_at', (now() - interval '31 seconds')::text, true);
select freshet.claim_refresh(), freshet.run_refresh();
select is(pg_temp.request() ->> 'state', 'queued', 'a session that has worked for half a minute begins nothing more');
-- Limits that statement_timeout itself would not take.
create function pg_temp.chosen_with(given interval) returns text language plpgsql as $$
declare
    chosen text;
begin
    delete from analytics.refresh_requests as r where r.finished_at is null;
    update analytics.views as v set statement_timeout = given where v.view_name = 'mv_b_source';
    perform set_config('freshet.queue_is_empty', '', true), set_config('freshet.queue_began_at', '', true);
    perform freshet.request_refresh('mv_b_source', null, 'database');
    perform freshet.claim_refresh();
    chosen := current_setting('statement_timeout');
    perform set_config('statement_timeout', '1min', true);
    return chosen;
end
$$;
select is(pg_temp.chosen_with('30 days'), '2147483647ms', 'a limit that is longer than a limit can be stops no queue');
select freshet.run_refresh();
select is(pg_temp.views('outcome'), 'skipped_clean', 'and its view is refreshed');
select is(pg_temp.chosen_with('100 microseconds'), '1ms', 'one that rounds to nothing is not taken for none');
update analytics.refresh_requests set finished_at = now() - interval '31 days';
select is((freshet.purge_history() ->> 'refresh_requests')::integer > 0, true, 'requests that finished long ago are purged');

select * from finish();
rollback;
