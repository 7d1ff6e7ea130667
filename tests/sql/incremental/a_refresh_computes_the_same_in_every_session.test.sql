begin;
select plan(11);

create table public.probe_visits (id integer generated always as identity primary key, shop_id integer not null, at timestamptz not null, took interval not null, share float8 not null);
insert into public.probe_visits (shop_id, at, took, share) select s, '2026-01-01 23:30+00', '90 minutes', 0.1::float8 + 0.2 from generate_series(1, 2) as s;
create materialized view analytics.probe_days as
select shop_id, min(at::date)::text as day, max(at)::text as last_at, max(took)::text as took, max(share)::text as share
from public.probe_visits group by 1 with no data;
create unique index on analytics.probe_days (shop_id);
select analytics.register_view('probe_days', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
select analytics.refresh_view('probe_days');
set local timezone = 'Asia/Tokyo';
set local datestyle = 'SQL, DMY';
set local intervalstyle = 'iso_8601';
set local extra_float_digits = -3;
update public.probe_visits set id = default where shop_id = 1;
select is((select r.changed_count from analytics.refresh_view('probe_days') as r), 0::bigint, 'a session far away finds the same day');
select is(current_setting('timezone'), 'Asia/Tokyo', 'and keeps its own settings');
select results_eq(
    'table analytics.probe_days order by 1',
    $$ select s, '2026-01-01', '2026-01-01 23:30:00+00', '01:30:00', '0.30000000000000004' from generate_series(1, 2) as s $$,
    'all groups are of one time zone and one style'
);
update analytics.incremental_views set rebuilt_at = '2026-01-01' where view_name = 'probe_days';
select is((select r.unexplained_count from analytics.refresh_view('probe_days') as r), 0::bigint, 'a rebuild there finds nothing that it cannot explain');

-- What is not seen in the query.
create table public.probe_factors (factor integer not null);
create function public.probe_factor() returns integer language sql stable as 'select max(factor) from public.probe_factors';
create function public.probe_factor_slowly() returns integer language plpgsql stable as 'begin return (select max(factor) from public.probe_factors); end';
create function public.probe_twice(n integer) returns integer language sql immutable as 'select 2 * n';
create function pg_temp.register(expression text, key text default 'shop_id') returns void language plpgsql as $body$
begin
    execute format('create materialized view analytics.probe_other as select %s as key, %s as n from public.probe_visits group by 1 with no data', key, expression);
    create unique index on analytics.probe_other (key);
    perform analytics.register_view('probe_other', 'probe', '0 0 1 1 *', '1 hour', incremental => true);
end $body$;
select throws_ok(
    format($$ select pg_temp.register('max(shop_id * %s)') $$, e.called), '0A000',
    format('cannot register "probe_other" as incremental: its rows change without a change of its sources, by %s', e.told), e.called
)
from (values
    ('public.probe_factor()', 'public.probe_factor()'), ('public.probe_factor_slowly()', 'public.probe_factor_slowly()'),
    ('extract(day from age(at))', 'age(timestamp with time zone)'),
    ('current_setting(''''app.factor'''')::integer', 'current_setting(text)')
) as e (called, told);
select lives_ok($$ select pg_temp.register('max(public.probe_twice(shop_id))') $$, 'a function that reads nothing');
select analytics.unregister_view('probe_other');
drop materialized view analytics.probe_other;

-- Keys that are equal and look different.
select is(
    array(select t.type from unnest('{text,varchar,"character(3)",uuid,bigint,date,timestamptz,boolean,name,bytea,integer[],text[],"numeric(4,1)",inet}'::text[]) as t (type)
        where not freshet.has_one_image(to_regtype(t.type), case t.type when 'numeric(4,1)' then 262149 when 'character(3)' then 7 else -1 end)),
    '{}'::text[], 'types of which each value is written in one way'
);
select is(
    array(select t.type from unnest('{numeric,bpchar,real,double precision,jsonb,interval,numeric[],int4range,point}'::text[]) as t (type)
        where freshet.has_one_image(to_regtype(t.type), -1)),
    '{}'::text[], 'and types that have several'
);

select * from finish();
rollback;
