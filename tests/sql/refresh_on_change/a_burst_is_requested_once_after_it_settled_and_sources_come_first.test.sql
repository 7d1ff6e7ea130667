begin;
select plan(24);

create table public.change_source (id integer primary key);
insert into public.change_source values (1);
create materialized view analytics.mv_b_source as select id from public.change_source with no data;
create unique index mv_b_source_key on analytics.mv_b_source (id);
-- It reads both, as a view over scores and their distribution does.
create materialized view analytics.mv_a_reader as
    select s.id from analytics.mv_b_source as s join public.change_source as c on c.id = s.id with no data;
create unique index mv_a_reader_key on analytics.mv_a_reader (id);
select analytics.register_view('mv_b_source', 'change_probe', '0 0 1 1 *', '1 hour', refresh_on_change => '20 seconds');
select analytics.register_view('mv_a_reader', 'change_probe', '0 0 1 1 *', '1 hour', refresh_on_change => '20 seconds');
-- Of the pack's views only these two.
update analytics.views set refresh_on_change = null where pack <> 'change_probe';

-- As if both had been refreshed a minute ago, and all that was written belonged to another transaction.
create function pg_temp.as_refreshed(age interval) returns void language sql as $$
    delete from analytics.refresh_requests;
    delete from analytics.source_changes where source in ('public.change_source'::regclass, 'analytics.mv_b_source'::regclass);
    delete from analytics.unsettled_changes;
    update analytics.views
    set refreshed_at = clock_timestamp() - age, source_snapshot = pg_current_snapshot() where pack = 'change_probe';
$$;
create function pg_temp.wrote(age interval) returns void language sql as $$
    insert into public.change_source select max(id) + 1 from public.change_source;
    update analytics.source_changes set changed_at = clock_timestamp() - age where source = 'public.change_source'::regclass;
$$;
create function pg_temp.queue() returns text language sql as $$
    select string_agg(view_name, ', ' order by id) from analytics.refresh_requests where finished_at is null;
$$;

select is(freshet.request_changed_refreshes(), null, 'a view that was never refreshed waits for its schedule');
select is(pg_temp.queue(), null, 'and is not requested');
select analytics.refresh_view('mv_a_reader');
select pg_temp.as_refreshed('1 minute');
select is(freshet.request_changed_refreshes(), null, 'nothing has changed: nothing to look for');

select pg_temp.wrote('2 seconds');
select ok(freshet.request_changed_refreshes() between '1 second' and '3 seconds', 'a change of two seconds ago has three to settle');
select is(pg_temp.queue(), null, 'and is not refreshed yet');
select is((select count(*) from analytics.unsettled_changes), 2::bigint, 'it is remembered');
select pg_temp.wrote('6 seconds');
select is(freshet.request_changed_refreshes(), null, 'a settled one is requested');
select is(pg_temp.queue(), 'mv_b_source, mv_a_reader', 'sources first, whatever they are called');
select is((select string_agg(distinct requested_by, ', ') from analytics.refresh_requests), 'change', 'by the change');
select is((select count(*) from analytics.unsettled_changes), 0::bigint, 'and forgotten');
select ok(freshet.request_changed_refreshes() = '5 seconds', 'what waits in the queue is looked at again later');
select is(pg_temp.queue(), 'mv_b_source, mv_a_reader', 'and not requested twice');

-- The reader's request would be free for a second job, while the first one works on the source.
select is(
    freshet.hold_refresh((select max(id) from analytics.refresh_requests), 'mv_a_reader'), false,
    'no job begins the reader while its source waits in an earlier request'
);
select freshet.claim_refresh(), freshet.run_refresh();
select is(pg_temp.queue(), 'mv_a_reader', 'the source is refreshed');
select freshet.claim_refresh(), freshet.run_refresh();
select is(pg_temp.queue(), null, 'and then its reader');
select results_eq(
    $$ select view_name, requested_by, outcome from analytics.refresh_log where requested_by = 'change' and view_name in ('mv_b_source', 'mv_a_reader') order by id $$,
    $$ values ('mv_b_source', 'change', 'refreshed'), ('mv_a_reader', 'change', 'refreshed') $$,
    'each once, and the ledger says why'
);
select lives_ok(
    $$ select freshet.assert_refresh_is_due('mv_b_source', null) $$,
    'a person may still ask: the limit of once a minute counts what people asked for'
);

select pg_temp.as_refreshed('12 seconds');
select pg_temp.wrote('6 seconds');
select ok(freshet.request_changed_refreshes() between '6 seconds' and '8 seconds', 'two refreshes are as far apart as refresh_on_change says');

-- A burst without an end.
select pg_temp.as_refreshed('1 hour');
select pg_temp.wrote('1 second');
select freshet.request_changed_refreshes();
update analytics.unsettled_changes set seen_at = seen_at - interval '20 seconds';
select pg_temp.wrote('1 second');
select is(freshet.request_changed_refreshes(), null, 'what does not settle is refreshed after refresh_on_change');
select is(pg_temp.queue(), 'mv_b_source, mv_a_reader', 'too');

-- One view that fails, and one for which the look itself fails.
select pg_temp.as_refreshed('1 hour');
select pg_temp.wrote('1 minute');
create function pg_temp.ledger(name text, outcome text) returns void language sql as $$
    insert into analytics.refresh_log (view_name, requested_by, started_at, outcome) values (name, 'schedule', clock_timestamp(), outcome);
$$;
select pg_temp.ledger('mv_b_source', 'failed');
select freshet.request_changed_refreshes();
select is(pg_temp.queue(), 'mv_a_reader', 'a view whose last refresh failed waits for its schedule, and the others go on');
select pg_temp.ledger('mv_b_source', 'refreshed');
select pg_temp.as_refreshed('1 hour');
select pg_temp.wrote('1 minute');
create or replace function freshet.newest_source_change(view_name text) returns timestamptz language plpgsql as $$
begin
    if view_name = 'mv_b_source' then
        raise exception 'planted';
    end if;
    return now() - interval '1 minute';
end
$$;
select freshet.request_changed_refreshes();
select is(pg_temp.queue(), 'mv_a_reader', 'nor does an error about one view keep the others');
select is(
    (select message from analytics.refresh_log where view_name = 'mv_b_source' order by id desc limit 1),
    'refresh of analytics.mv_b_source after a change was not requested [P0001]: planted', 'which is in the ledger'
);
select throws_like(
    $$ select analytics.register_view('mv_b_source', 'change_probe', '0 0 1 1 *', '1 hour', refresh_on_change => '0 seconds') $$,
    '%refresh_on_change%', 'a span of nothing is refused'
);

select * from finish();
rollback;
