-- Three stored rows, named by a table that changes without a refresh; the third has no name.
begin;
select plan(9);

create table public.tap_names (a integer primary key, name text);
insert into public.tap_names values (1, 'one'), (2, 'two');
create materialized view analytics.probe as select n as a from generate_series(1, 3) as n with no data;
create unique index probe_key on analytics.probe (a);
select analytics.register_view('probe', 'probe', '0 0 1 1 *', '1 day');
create view analytics.named_probe as select p.a, t.name from analytics.probe as p left join public.tap_names as t on t.a = p.a;
select analytics.register_live('tap_names', 'probe', array['public.tap_names']::regclass[]);

create function pg_temp.read(extra jsonb) returns jsonb language sql as $$
    select analytics.read_view('probe', '{"columns": ["a", "name"], "filters": [], "scope": null, "limit": 3, "reads": ["tap_names"],
        "through": "named_probe", "order": [{"column": "a", "direction": "asc"}]}'::jsonb || extra);
$$;
select is(pg_temp.read('{}') -> 'rows', '[]'::jsonb, 'what was never refreshed has no rows, also through a view');
select is(pg_temp.read('{}') #>> '{state,populated}', 'false', 'and the state is that of the stored view');
select analytics.refresh_view('probe');
select is(
    pg_temp.read('{}') -> 'rows', '[{"a": 1, "name": "one"}, {"a": 2, "name": "two"}, {"a": 3, "name": null}]',
    'rows have their names'
);
select is(
    pg_temp.read('{"scope": {"column": "a", "value": "2", "relation": null}}') -> 'rows', '[{"a": 2, "name": "two"}]',
    'a scope holds for them'
);
select is(
    pg_temp.read('{"filters": [{"column": "a", "op": "gte", "value": 3, "is_guard": true}]}') ->> 'withheld_count', '2',
    'and so does a guard'
);
create temporary table before as select (pg_temp.read('{}') #>> '{reads,tap_names,version}')::integer as version;
update public.tap_names set name = 'zwei' where a = 2;
select is(pg_temp.read('{}') #>> '{rows,1,name}', 'zwei', 'a new name is there at once');
select is(
    (pg_temp.read('{}') #>> '{reads,tap_names,version}')::integer, (select version + 1 from before),
    'under a new version'
);
select throws_ok($$ select pg_temp.read('{"columns": ["a", "ctid"]}') $$, '42703', null, 'its columns are checked as a table''s are');
select throws_ok($$ select pg_temp.read('{"through": "nowhere"}') $$, '42P01', 'unknown view "nowhere"', 'a view that is not there is named');

select * from finish();
rollback;
