begin;
select plan(5);

create table public.probe_source (id integer primary key, divisor integer not null);
insert into public.probe_source values (1, 1);
create materialized view analytics.mv_probe as select id, 10 / divisor as quotient from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '*/5 * * * *', '15 minutes');
select is((select outcome from analytics.refresh_view('mv_probe')), 'refreshed', 'a good source refreshes');

insert into public.probe_source values (2, 0);
select throws_ok(
    $$ select analytics.refresh_view('mv_probe') $$, '22012', 'refresh of analytics.mv_probe failed [22012]: division by zero',
    'the failure is raised with its SQLSTATE, in the message too'
);
select results_eq($$ select id, quotient from analytics.mv_probe $$, $$ values (1, 10) $$, 'the rows of the last good refresh are still there');
select is((select version from analytics.views where view_name = 'mv_probe'), 1::bigint, 'the version has not moved');
select throws_ok($$ select analytics.refresh_view('mv_nowhere') $$, '42P01', null, 'a view that is not registered fails loudly');

select * from finish();
rollback;
