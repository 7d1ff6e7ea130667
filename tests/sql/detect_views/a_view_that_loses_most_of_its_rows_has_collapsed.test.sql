begin;
select plan(7);

create table public.probe_source (id integer primary key, at timestamptz default now());
insert into public.probe_source select generate_series(1, 100);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
-- In one transaction nothing tells a change from what the refresh before has seen.
create function pg_temp.refresh() returns void language sql as $$
    update analytics.views set source_snapshot = null where view_name = 'mv_probe';
    select analytics.refresh_view('mv_probe');
$$;
select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '15 minutes');
select pg_temp.refresh();
select analytics.audit_pass();
create function pg_temp.told() returns table (evidence text, resolution text) language sql as $$
    select i.evidence ->> 'message', i.resolution from analytics.incidents as i where i.kind = 'row_collapse' order by i.incident_id;
$$;

delete from public.probe_source where id > 50;
select pg_temp.refresh();
select analytics.audit_pass();
select is_empty('select * from pg_temp.told()', 'half of the rows may go');
delete from public.probe_source where id > 24;
select pg_temp.refresh();
select analytics.audit_pass();
select results_eq('select * from pg_temp.told()', $$ values ('24 rows, and 50 before', null::text) $$, 'more than half may not');
insert into public.probe_source values (101);
select pg_temp.refresh();
select analytics.audit_pass();
select results_eq('select * from pg_temp.told()', $$ values ('24 rows, and 50 before', 'recovered') $$, 'it is over when half of them are back');
delete from public.probe_source;
select pg_temp.refresh();
select analytics.audit_pass();
select analytics.audit_pass();
select results_eq('select * from pg_temp.told() offset 1', $$ values ('0 rows, and 25 before', null::text) $$, 'none at all is the worst');
select is(analytics.accept_row_count('mv_probe'), 0::bigint, 'someone says that this is as it should be');
select analytics.audit_pass();
select results_eq('select * from pg_temp.told() offset 1', $$ values ('0 rows, and 25 before', 'recovered') $$, 'and it is');
insert into public.probe_source select generate_series(1, 3);
select pg_temp.refresh();
select analytics.audit_pass();
delete from public.probe_source where id > 1;
select pg_temp.refresh();
select analytics.audit_pass();
select is((select count(*) from pg_temp.told() where resolution is null), 0::bigint, 'a handful of rows may shrink');

select * from finish();
rollback;
