begin;
select plan(4);

create table public.probe_source (id integer primary key);
insert into public.probe_source values (1);
create materialized view analytics.a_quick as select p.id from public.probe_source as p with no data;
create materialized view analytics.a_slow as select p.id, pg_sleep(p.id * 30)::text as slept from public.probe_source as p with no data;
create unique index a_quick_key on analytics.a_quick (id);
create unique index a_slow_key on analytics.a_slow (id);
select analytics.register_view('a_quick', 'training', '0 0 1 1 *', '1 hour');
select analytics.register_view('a_slow', 'training', '0 0 1 1 *', '1 hour');

set local statement_timeout = '2s';
create temporary table outcomes as select row_number() over () as place, r.* from public.refresh_reporting_views() as r;
set local statement_timeout = 0;

select is((select outcome from outcomes where view_name = 'a_quick'), 'refreshed', 'the one before is refreshed');
select results_eq($$ select outcome, sqlstate from outcomes where view_name = 'a_slow' $$, $$ values ('failed'::text, '57014'::text) $$, 'the one that was canceled has failed');
select is_empty(
    $$ select * from outcomes where place > (select place from outcomes where view_name = 'a_slow') and outcome <> 'not_tried' $$,
    'those after it are not tried: they would have no limit any more'
);
select bag_eq($$ select view_name from outcomes $$, $$ select view_name from analytics.views where pack = 'training' $$, 'and every view of the pack has its row');

select * from finish();
rollback;
