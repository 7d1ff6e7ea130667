begin;
select plan(6);

-- No refresh of the last minute, so that an admin may.
delete from analytics.refresh_log;
create table public.probe_source (id integer primary key);
insert into public.probe_source values (1);
create materialized view analytics.a_quick as select p.id from public.probe_source as p with no data;
create materialized view analytics.a_slow as select p.id, pg_sleep(p.id * 30)::text as slept from public.probe_source as p with no data;
create unique index a_quick_key on analytics.a_quick (id);
create unique index a_slow_key on analytics.a_slow (id);
select analytics.register_view('a_quick', 'probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('a_slow', 'probe', '0 0 1 1 *', '1 hour');

set local statement_timeout = '2s';
create temporary table outcomes as select row_number() over () as place, r.* from analytics.manual_refresh() as r;
set local statement_timeout = 0;

select is((select outcome from outcomes where view_name = 'a_quick'), 'refreshed', 'the one before is refreshed');
select results_eq($$ select outcome, sqlstate from outcomes where view_name = 'a_slow' $$, $$ values ('failed'::text, '57014'::text) $$, 'the one that was canceled has failed');
select is_empty(
    $$ select * from outcomes where place > (select place from outcomes where view_name = 'a_slow') and outcome <> 'not_tried' $$,
    'those after it are not tried: they would have no limit any more'
);
select is(
    (select array_agg(distinct message) from outcomes where outcome = 'not_tried'),
    array['the call was canceled before the turn of this view'], 'and say why'
);
select bag_eq($$ select view_name from outcomes $$, $$ select view_name from analytics.views $$, 'every view has its row');
select bag_eq($$ select view_name from analytics.refresh_log where requested_by = 'manual' $$, $$ select view_name from outcomes where outcome <> 'not_tried' $$, 'and the ledger has what was attempted');

select * from finish();
rollback;
